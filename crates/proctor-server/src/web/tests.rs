//! The tests of a suite: which of them cost or hurt us?

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use proctor_core::filter::Order;
use proctor_core::id::TeamId;
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_store::Page;
use proctor_store::catalog::label_colors::LabelColors;
use proctor_store::catalog::tests::{KnownTest, TestListFilter};
use proctor_store::queries::Selected;

use super::chrome::{Chrome, Tab};
use super::columns::{Column, PARAMETER, columns_of};
use super::error::WebError;
use super::first_step::first_step;
use super::html::{Html, curl};
use super::pager::{Pager, with};
use super::place::AtSuite;
use super::runs::Chip;
use super::test_query::TestQuery;
use super::when::{count, maybe_duration, maybe_percent};
use crate::App;
use crate::query::QueryParams;
use crate::usecases::tests::{Scope, measured_tests};

const PER_PAGE: u32 = 100;

/// A test in a list.
#[derive(Debug)]
pub struct TestRow {
    /// Its page.
    pub path: String,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub location: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its state, unless it is enabled.
    pub state: Option<&'static str>,
    /// Passed of passed and failed.
    pub reliability: String,
    /// Whether it ever failed in the window.
    pub fails: bool,
    /// Executions.
    pub executions: String,
    /// Failed ones.
    pub failed: String,
    /// Mean duration.
    pub average: String,
    /// Time spent in all.
    pub total: String,
}

impl TestRow {
    /// The test with what its executions come to.
    #[must_use]
    pub fn new(test: KnownTest, metrics: &Metrics, suite_path: &str) -> Self {
        Self {
            path: format!("{suite_path}/tests/{}", test.id),
            scope: test.scope,
            name: test.name,
            location: test.location.or(test.file_name).unwrap_or_default(),
            labels: test.labels,
            state: (test.state != TestState::Enabled).then(|| test.state.as_str()),
            reliability: maybe_percent(metrics.reliability()),
            fails: metrics.counts.of(TestResult::Failed) > 0,
            executions: count(metrics.counts.total()),
            failed: count(metrics.counts.of(TestResult::Failed)),
            average: maybe_duration(metrics.durations.avg()),
            total: maybe_duration(metrics.durations.sum()),
        }
    }
}

/// A test with the cells of the columns that are shown.
struct ListedTest {
    test: TestRow,
    cells: Vec<(Column, String)>,
}

/// The heading of a column.
struct Heading {
    name: &'static str,
    /// The address that sorts by it.
    address: Option<String>,
    arrow: &'static str,
    aria: &'static str,
}

#[derive(Template)]
#[template(path = "tests.html")]
struct TestsPage {
    chrome: Chrome,
    rows: Vec<ListedTest>,
    colors: LabelColors,
    total: String,
    chips: Vec<Chip>,
    headings: Vec<Heading>,
    /// Every column, and whether it is shown.
    columns: Vec<(Column, bool)>,
    branches: Vec<String>,
    values: HashMap<&'static str, String>,
    period: String,
    period_words: String,
    pager: Pager,
    api: String,
    first_step: String,
    suite_path: String,
}

impl TestsPage {
    fn value(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }
}

/// `GET …/suites/{suite}/tests`.
///
/// # Errors
/// 400 and 422 for what cannot be asked; what the store says.
pub async fn list(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    query: QueryParams,
) -> Result<Html<impl Template>, WebError> {
    let asked = TestQuery::of(&query, app.clock.now(), app.settings.windows)?;
    let columns = columns_of(&query);
    let pager = Pager::of(&query, PER_PAGE);
    let found = match &asked.search {
        Some(search) => by_name(&app, &at, &asked, search, &pager).await?,
        None => {
            let scope = Scope { suite: at.suite.id, runs: None };
            let page = measured_tests(&app.store, &[scope], asked.window, &asked.filters, pager.request()).await?;
            Page { total: page.total, items: page.items.into_iter().map(|found| (found.test, found.metrics)).collect() }
        }
    };
    let is_followed = pager.page * u64::from(PER_PAGE) < found.total;
    let pager = pager.followed(&query, is_followed);
    let keys = ["q", "branch", "tags", "labels", "owners", "state", "sort_by", "order"];
    let values = keys.into_iter().map(|key| (key, query.filled(key).map(|value| value.into_owned()).unwrap_or_default())).collect();
    let api = format!("{}/tests{}", urls.suite(&at.organization.slug, &at.suite.slug).api, api_query(&query, &asked.period));
    let is_empty = found.items.is_empty();
    Ok(Html(TestsPage {
        first_step: if is_empty { first_step(&app, &at, &urls).await? } else { String::new() },
        rows: rows_of(&app, &at, &asked, &columns, found.items).await?,
        colors: app.store.label_colors(at.suite.id).await?,
        total: count(found.total),
        headings: columns.iter().map(|column| heading(*column, &query, &asked)).collect(),
        columns: Column::ALL.into_iter().map(|column| (column, columns.contains(&column))).collect(),
        branches: app.store.recent_branches(at.suite.id).await?,
        values,
        api: format!("{} -H 'Buildkite-Version: 2026-08-01'", curl(&api)),
        chips: asked.chips,
        period_words: words_of(&asked.period),
        period: asked.period,
        pager,
        chrome: Chrome::of_suite("Tests", &at, Tab::Tests),
        suite_path: at.path(),
    }))
}

/// `28 days`.
fn words_of(period: &str) -> String {
    let digits = period.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = period.split_at(digits);
    format!("{number} {unit}")
}

/// The same question to the API, which knows no columns.
fn api_query(query: &QueryParams, period: &str) -> String {
    let without = with(query, PARAMETER, None);
    with(&QueryParams::parse(without.trim_start_matches('?')), "period", Some(period))
}

/// Rows with what their columns need: percentiles and owners only where they are shown, and only those of the page.
async fn rows_of(
    app: &App,
    at: &AtSuite,
    asked: &TestQuery,
    columns: &[Column],
    found: Vec<(KnownTest, Metrics)>,
) -> Result<Vec<ListedTest>, WebError> {
    let selected = Selected { window: asked.window, filters: &asked.filters, runs: None };
    let ordinals: Vec<u32> = found.iter().map(|(test, _)| test.ordinal).collect();
    let measured = match columns.iter().any(|column| column.needs_percentiles()) {
        true => app.store.metrics_of_tests(at.suite.id, &ordinals, selected).await?,
        false => HashMap::new(),
    };
    let mut teams: HashMap<TeamId, String> = HashMap::new();
    if columns.contains(&Column::Owners) {
        for team in found.iter().flat_map(|(test, _)| &test.owners) {
            if !teams.contains_key(team)
                && let Some(known) = app.store.team(at.organization.id, *team).await?
            {
                teams.insert(*team, known.slug);
            }
        }
    }
    let suite_path = at.path();
    let row = |(test, metrics): (KnownTest, Metrics)| {
        let percentiles = measured.get(&test.ordinal).map(|(_, percentiles)| *percentiles).unwrap_or_default();
        let owners: Vec<String> = test.owners.iter().filter_map(|team| teams.get(team).cloned()).collect();
        let cell = |column: &Column| (*column, column.cell(&metrics, &percentiles, &owners));
        ListedTest { cells: columns.iter().map(cell).collect(), test: TestRow::new(test, &metrics, &suite_path) }
    };
    Ok(found.into_iter().map(row).collect())
}

/// Tests that a text names, in the order of their names, with or without executions in the window.
async fn by_name(app: &App, at: &AtSuite, asked: &TestQuery, search: &str, pager: &Pager) -> Result<Page<(KnownTest, Metrics)>, WebError> {
    let filter = TestListFilter { search: Some(search), ..TestListFilter::of(&asked.filters) };
    let found = app.store.list_tests(at.suite.id, filter, Some(pager.request())).await?;
    let selected = Selected { window: asked.window, filters: &asked.filters, runs: None };
    let ordinals: Vec<u32> = found.items.iter().map(|test| test.ordinal).collect();
    let metrics = app.store.metrics_of_tests(at.suite.id, &ordinals, selected).await?;
    let with_metrics = |test: KnownTest| {
        let metrics = metrics.get(&test.ordinal).map(|(metrics, _)| *metrics).unwrap_or_default();
        (test, metrics)
    };
    Ok(Page { items: found.items.into_iter().map(with_metrics).collect(), total: found.total })
}

fn heading(column: Column, query: &QueryParams, asked: &TestQuery) -> Heading {
    let name = column.name();
    let Some((by, first)) = column.sort() else { return Heading { name, address: None, arrow: "", aria: "none" } };
    let is_now = asked.filters.sort.by == by && asked.search.is_none();
    let order = match (is_now, asked.filters.sort.order, first) {
        (true, Order::Asc, _) => "desc",
        (true, Order::Desc, _) => "asc",
        (false, _, Order::Asc) => "asc",
        (false, _, Order::Desc) => "desc",
    };
    let sorted = QueryParams::parse(with(query, "sort_by", Some(by.as_str())).trim_start_matches('?'));
    let (arrow, aria) = match (is_now, asked.filters.sort.order) {
        (false, _) => ("", "none"),
        (true, Order::Asc) => (" ↑", "ascending"),
        (true, Order::Desc) => (" ↓", "descending"),
    };
    Heading { name, address: Some(with(&sorted, "order", Some(order))), arrow, aria }
}
