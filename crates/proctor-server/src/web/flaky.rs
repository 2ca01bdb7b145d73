//! The flaky tests of a suite: what should we fix first?

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::filter::TestFilters;
use proctor_core::id::TestId;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::label_colors::LabelColors;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerKind};
use proctor_store::catalog::states::{NewState, StateAuthor};
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::{FailureCost, FlakyTest, Selected};
use proctor_store::{PageRequest, StoreError};

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::form::SentForm;
use super::html::Html;
use super::pager::{Pager, with};
use super::place::{AtSuite, Rights};
use super::strip::small_strip;
use super::test_actions::wanted_state;
use super::test_ledger::{figures_of, score_of, what_of};
use super::tests::TestRow;
use super::when::{When, count, duration};
use crate::App;
use crate::query::QueryParams;
use crate::usecases::tests::{FlakyQuestion, flaky_tests};

const PER_PAGE: u32 = 50;
const DAYS: u32 = 28;
/// Flaky tests that are put in order; a suite with more of them has other worries than which comes first.
const RANKED_MAX: u32 = 5_000;
/// Executions of the strip of a row.
const STRIP_MAX: usize = 24;

struct FlakyRow {
    id: String,
    test: TestRow,
    failed_runs: String,
    lost: String,
    instances: u64,
    latest: When,
    strip: String,
    score: Option<Score>,
}

/// What a workflow found last.
struct Score {
    class: &'static str,
    word: &'static str,
    what: String,
    score: String,
    figures: String,
}

/// By what the list is put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    FailedRuns,
    Time,
    Commits,
    Recent,
}

impl By {
    const ALL: [Self; 4] = [Self::FailedRuns, Self::Time, Self::Commits, Self::Recent];

    const fn word(self) -> &'static str {
        match self {
            Self::FailedRuns => "failed_runs",
            Self::Time => "time",
            Self::Commits => "commits",
            Self::Recent => "recent",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::FailedRuns => "Failed runs",
            Self::Time => "Time lost",
            Self::Commits => "Commits",
            Self::Recent => "Last",
        }
    }

    /// Which of two comes first.
    fn compare(self, left: &Ranked, right: &Ranked) -> Ordering {
        let cost = |ranked: &Ranked| Reverse(ranked.cost.failed_runs);
        let by_time = || right.cost.seconds.total_cmp(&left.cost.seconds);
        let by_commits = || right.flaky.instances.cmp(&left.flaky.instances);
        let by_recent = || right.flaky.latest_at.cmp(&left.flaky.latest_at);
        let by_runs = || cost(left).cmp(&cost(right));
        let first = match self {
            Self::FailedRuns => by_runs().then_with(by_time),
            Self::Time => by_time().then_with(by_runs),
            Self::Commits => by_commits().then_with(by_runs),
            Self::Recent => by_recent(),
        };
        first.then_with(by_commits).then_with(by_recent).then_with(|| left.flaky.ordinal.cmp(&right.flaky.ordinal))
    }
}

struct SortLink {
    name: &'static str,
    address: String,
    is_now: bool,
}

/// A flaky test with what it costs.
#[derive(Clone, Copy)]
struct Ranked {
    flaky: FlakyTest,
    cost: FailureCost,
}

#[derive(Template)]
#[template(path = "flaky.html")]
struct FlakyPage {
    chrome: Chrome,
    rows: Vec<FlakyRow>,
    colors: LabelColors,
    total: u64,
    cost_runs: String,
    cost_time: String,
    sorts: Vec<SortLink>,
    sorted_by: &'static str,
    days: u32,
    search: String,
    pager: Pager,
    can_edit: bool,
    csrf: String,
}

/// `GET …/suites/{suite}/flaky`: tests that both passed and failed on a commit, the costliest first.
///
/// # Errors
/// What the store says.
pub async fn list(State(app): State<App>, at: AtSuite, query: QueryParams) -> Result<Html<impl Template>, WebError> {
    let now = app.clock.now();
    let window = Window::last(Period::days(DAYS), now);
    let search = query.filled("q").map(|search| search.trim().to_owned());
    let by = query.filled("sort").and_then(|word| By::ALL.into_iter().find(|by| by.word() == &*word)).unwrap_or(By::FailedRuns);
    let (found, total) = flaky_of(&app, &at, window, search.as_deref()).await?;
    let filters = TestFilters::default();
    let selected = Selected { window, filters: &filters, runs: None };
    let mut ranked = with_costs(&app, &at, selected, found).await?;
    ranked.sort_by(|left, right| by.compare(left, right));
    let cost_runs = ranked.iter().map(|ranked| ranked.cost.failed_runs).sum();
    let cost_time = ranked.iter().map(|ranked| ranked.cost.seconds).sum();
    let pager = Pager::of(&query, PER_PAGE);
    let skip = usize::try_from(pager.request().offset).unwrap_or(usize::MAX);
    let mut shown: Vec<Ranked> = ranked.into_iter().skip(skip).take(PER_PAGE as usize + 1).collect();
    let pager = pager.cut(&query, &mut shown);
    let sort = |by_link: By| SortLink { name: by_link.name(), address: with(&query, "sort", Some(by_link.word())), is_now: by_link == by };
    Ok(Html(FlakyPage {
        chrome: Chrome::of_suite("Flaky", &at, Tab::Flaky),
        rows: rows_of(&app, &at, selected, shown).await?,
        colors: app.store.label_colors(at.suite.id).await?,
        total,
        cost_runs: count(cost_runs),
        cost_time: duration(cost_time),
        sorts: By::ALL.into_iter().map(sort).collect(),
        sorted_by: by.word(),
        days: DAYS,
        search: search.unwrap_or_default(),
        can_edit: at.rights == Rights::Edit,
        csrf: at.viewer.as_ref().map(|viewer| viewer.csrf.clone()).unwrap_or_default(),
        pager,
    }))
}

/// The flaky tests of the window and how many there are. Names are read only to be searched.
async fn flaky_of(app: &App, at: &AtSuite, window: Window, search: Option<&str>) -> Result<(Vec<FlakyTest>, u64), StoreError> {
    if search.is_some() {
        let question = FlakyQuestion { window, branch: None, search };
        let found = flaky_tests(&app.store, at.suite.id, question, PageRequest { offset: 0, limit: RANKED_MAX }).await?;
        return Ok((found.items.into_iter().map(|(_, flaky)| flaky).collect(), found.total));
    }
    let mut found = app.store.flaky_tests(at.suite.id, window, None).await?;
    let total = found.len() as u64;
    found.sort_by_key(|flaky| Reverse(flaky.latest_at));
    found.truncate(RANKED_MAX as usize);
    Ok((found, total))
}

/// Adds what the failures of each cost: one question for all.
async fn with_costs(app: &App, at: &AtSuite, selected: Selected<'_>, tests: Vec<FlakyTest>) -> Result<Vec<Ranked>, StoreError> {
    let ordinals: Vec<u32> = tests.iter().map(|flaky| flaky.ordinal).collect();
    let costs = app.store.failure_costs(at.suite.id, &ordinals, selected).await?;
    let costs: HashMap<u32, FailureCost> = costs.into_iter().map(|cost| (cost.ordinal, cost)).collect();
    let none = |ordinal| FailureCost { ordinal, failed: 0, failed_runs: 0, seconds: 0.0 };
    let with_cost = |flaky: FlakyTest| Ranked { flaky, cost: costs.get(&flaky.ordinal).copied().unwrap_or_else(|| none(flaky.ordinal)) };
    Ok(tests.into_iter().map(with_cost).collect())
}

/// The rows of a page: metrics, strips and verdicts of its tests alone, one question each.
async fn rows_of(app: &App, at: &AtSuite, selected: Selected<'_>, shown: Vec<Ranked>) -> Result<Vec<FlakyRow>, StoreError> {
    let ordinals: Vec<u32> = shown.iter().map(|ranked| ranked.flaky.ordinal).collect();
    let known = app.store.tests_by_ordinal(at.suite.id, &ordinals).await?;
    let mut known: HashMap<u32, KnownTest> = known.into_iter().map(|test| (test.ordinal, test)).collect();
    let metrics = app.store.metrics_of_tests(at.suite.id, &ordinals, selected).await?;
    let strips = app.store.newest_of_tests(at.suite.id, &ordinals, selected, STRIP_MAX).await?;
    let events = app.store.latest_events(at.suite.id, &ordinals).await?;
    let (now, suite_path) = (app.clock.now(), at.path());
    let row = |Ranked { flaky, cost }: Ranked| {
        let ordinal = flaky.ordinal;
        let test = known.remove(&ordinal)?;
        let metrics = metrics.get(&ordinal).map(|(metrics, _)| *metrics).unwrap_or_default();
        let id = test.id.to_string();
        Some(FlakyRow {
            strip: strips.get(&ordinal).filter(|strip| !strip.is_empty()).map(|strip| small_strip(strip)).unwrap_or_default(),
            score: events.get(&ordinal).map(score),
            id,
            test: TestRow::new(test, &metrics, &suite_path),
            failed_runs: count(cost.failed_runs),
            lost: duration(cost.seconds),
            instances: flaky.instances,
            latest: When::new(flaky.latest_at, now),
        })
    };
    Ok(shown.into_iter().filter_map(row).collect())
}

fn score(event: &LedgerEntry) -> Score {
    let (class, word) = if event.kind == LedgerKind::Alarm { ("failed", "alarm") } else { ("passed", "recovered") };
    let detail = &event.detail;
    Score { class, word, what: what_of(event.kind, detail), score: score_of(detail), figures: figures_of(detail) }
}

/// `POST …/suites/{suite}/flaky`: one state for all tests that were ticked.
///
/// # Errors
/// 403, 422; what the store says.
pub async fn set_states(State(app): State<App>, at: AtSuite, SentForm(form): SentForm) -> Result<Response, WebError> {
    let viewer = at.editor()?;
    let state = wanted_state(&at, &form)?;
    let ticked = form.all().iter().filter(|(key, _)| key == b"test").take(PER_PAGE as usize);
    let ids: Vec<TestId> = ticked.filter_map(|(_, id)| String::from_utf8_lossy(id).parse().ok()).collect();
    let new = NewState { state, by: StateAuthor::User(viewer.user.id), reason: Some("flaky".to_owned()), expires_at: None };
    for id in ids {
        match app.store.set_test_state(at.suite.id, id, &new, app.clock.now()).await {
            // One that is gone needs no state.
            Ok(()) | Err(StoreError::Missing("test")) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Redirect::to(&format!("{}/flaky", at.path())).into_response())
}
