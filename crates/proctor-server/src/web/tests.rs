//! The tests of a suite: which of them cost or hurt us?

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use proctor_core::filter::{Order, SortBy};
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_store::Page;
use proctor_store::catalog::tests::{KnownTest, TestListFilter};
use proctor_store::queries::Selected;

use super::chrome::{Chrome, Tab};
use super::error::WebError;
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

/// A column by which the list can be sorted.
struct SortLink {
    name: &'static str,
    address: String,
    arrow: &'static str,
    aria: &'static str,
}

#[derive(Template)]
#[template(path = "tests.html")]
struct TestsPage {
    chrome: Chrome,
    rows: Vec<TestRow>,
    total: String,
    chips: Vec<Chip>,
    sorts: Vec<SortLink>,
    branches: Vec<String>,
    values: HashMap<&'static str, String>,
    period: String,
    pager: Pager,
    api: String,
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
    let suite_path = at.path();
    let rows = found.items.into_iter().map(|(test, metrics)| TestRow::new(test, &metrics, &suite_path)).collect();
    let keys = ["q", "branch", "tags", "labels", "owners", "state", "sort_by", "order"];
    let values = keys.into_iter().map(|key| (key, query.filled(key).map(|value| value.into_owned()).unwrap_or_default())).collect();
    let api_query = with(&query, "period", Some(&asked.period));
    let api = format!("{}/tests{api_query}", urls.suite(&at.organization.slug, &at.suite.slug).api);
    Ok(Html(TestsPage {
        rows,
        total: count(found.total),
        sorts: sorts(&query, &asked),
        branches: app.store.recent_branches(at.suite.id).await?,
        values,
        api: format!("{} -H 'Buildkite-Version: 2026-08-01'", curl(&api)),
        chips: asked.chips,
        period: asked.period,
        pager,
        chrome: Chrome::of_suite("Tests", &at, Tab::Tests),
        suite_path,
    }))
}

/// Tests that a text names, in the order of their names, with or without executions in the window.
async fn by_name(app: &App, at: &AtSuite, asked: &TestQuery, search: &str, pager: &Pager) -> Result<Page<(KnownTest, Metrics)>, WebError> {
    let filter = TestListFilter { search: Some(search), ..TestListFilter::of(&asked.filters) };
    let found = app.store.list_tests(at.suite.id, filter, Some(pager.request())).await?;
    let selected = Selected { window: asked.window, filters: &asked.filters, runs: None };
    let metrics = app.store.test_metrics(at.suite.id, selected).await?;
    let metrics: HashMap<u32, Metrics> = metrics.into_iter().map(|test| (test.ordinal, test.metrics)).collect();
    let with_metrics = |test: KnownTest| {
        let metrics = metrics.get(&test.ordinal).copied().unwrap_or_default();
        (test, metrics)
    };
    Ok(Page { items: found.items.into_iter().map(with_metrics).collect(), total: found.total })
}

fn sorts(query: &QueryParams, asked: &TestQuery) -> Vec<SortLink> {
    let columns = [
        (SortBy::Reliability, "Reliability", Order::Asc),
        (SortBy::DurationAvg, "Mean duration", Order::Desc),
        (SortBy::DurationSum, "Time in all", Order::Desc),
    ];
    let link = |(by, name, first): (SortBy, &'static str, Order)| {
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
        SortLink { name, address: with(&sorted, "order", Some(order)), arrow, aria }
    };
    columns.into_iter().map(link).collect()
}
