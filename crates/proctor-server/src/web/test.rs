//! A test: what is its story?

use askama::Template;
use axum::extract::{Path, State};
use proctor_core::filter::TestFilters;
use proctor_core::id::{ExecutionId, TestId};
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_core::text::full_name;
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window};
use proctor_store::PageRequest;
use proctor_store::catalog::states::StateDetails;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{GroupBy, HistoryPoint, Percentiles, Selected};

use super::chart;
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::execution::ExecutionView;
use super::html::{Html, curl};
use super::place::AtSuite;
use super::run_failures::{FailureText, texts_of};
use super::strip::{Brick, strip};
use super::when::{When, count, maybe_duration, maybe_percent};
use crate::App;
use crate::query::QueryParams;
use crate::usecases::failures::failures_of_window;

/// Days of the page.
const DAYS: u32 = 28;
/// Executions of the strip, and of the list below it.
const STRIP_MAX: u32 = 100;
const LISTED_MAX: usize = 30;
/// Groups of failures shown.
const GROUPS_MAX: u32 = 10;

/// One day of the history.
struct DayRow {
    day: String,
    passed: u64,
    failed: u64,
    reliability: String,
    p50: String,
    p95: String,
}

/// An execution in the list.
struct ExecutionRow {
    path: String,
    result: &'static str,
    branch: String,
    commit: String,
    duration: String,
    reason: String,
    at: When,
}

/// Failures of the test with one cause.
struct GroupRow {
    title: String,
    executions: u64,
    first: When,
    last: When,
    text: FailureText,
}

#[derive(Template)]
#[template(path = "test.html")]
struct TestPage {
    chrome: Chrome,
    test: KnownTest,
    full_name: String,
    owners: Vec<String>,
    state: StateDetails,
    state_since: Option<When>,
    state_expires: Option<When>,
    metrics: Metrics,
    failed: String,
    reliability: String,
    executions_count: String,
    percentiles: Percentiles,
    strip: String,
    durations: String,
    highest: String,
    days: Vec<DayRow>,
    executions: Vec<ExecutionRow>,
    groups: Vec<GroupRow>,
    opened: Option<ExecutionView>,
    can_edit: bool,
    csrf: String,
    first_seen: When,
    path: String,
    period_days: u32,
    api: String,
}

/// `GET …/suites/{suite}/tests/{test}`; `execution_id` opens one of its executions.
///
/// # Errors
/// 404; what the store says.
pub async fn show(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    query: QueryParams,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Html<impl Template>, WebError> {
    let unknown = || WebError::unknown("test");
    let id: TestId = id.parse().map_err(|_| unknown())?;
    let test = app.store.test_by_id(at.suite.id, id).await?.ok_or_else(unknown)?;
    let state = app.store.test_state(at.suite.id, id).await?.ok_or_else(unknown)?;
    let now = app.clock.now();
    let filters = TestFilters::default();
    let selected = Selected { window: Window::last(Period::days(DAYS), now), filters: &filters, runs: None };
    let (metrics, percentiles) = app.store.metrics_of_test(at.suite.id, test.ordinal, selected).await?;
    let history = app.store.history_of_test(at.suite.id, test.ordinal, selected, &GroupBy::Nothing).await?;
    let page = PageRequest { offset: 0, limit: STRIP_MAX };
    let newest = app.store.executions_of_test(at.suite.id, test.ordinal, selected, page).await?.items;
    let path = format!("{}/tests/{id}", at.path());
    let opened = match query.filled("execution_id").and_then(|id| id.trim().parse::<ExecutionId>().ok()) {
        Some(wanted) => {
            let found = app.store.execution(at.suite.id, wanted).await?.filter(|execution| execution.test_id == id);
            Some(ExecutionView::new(found.ok_or_else(|| WebError::unknown("execution"))?, &at, now))
        }
        None => None,
    };
    let groups = groups_of(&app, &at, selected, test.ordinal, now).await?;
    let mut owners = Vec::with_capacity(test.owners.len());
    for team in &test.owners {
        owners.extend(app.store.team(at.organization.id, *team).await?.map(|team| team.slug));
    }
    let (durations, highest) = duration_chart(&history, selected.window);
    Ok(Html(TestPage {
        full_name: full_name(&test.scope, &test.name),
        owners,
        state_since: state.since.map(|since| When::new(since, now)),
        state_expires: state.expires_at.map(|at| When::new(at, now)),
        state,
        failed: count(metrics.counts.of(TestResult::Failed)),
        reliability: maybe_percent(metrics.reliability()),
        executions_count: count(metrics.counts.total()),
        metrics,
        percentiles,
        strip: strip(&newest.iter().rev().map(|execution| Brick::of(execution, &path)).collect::<Vec<_>>()),
        durations,
        highest,
        days: history.iter().rev().map(day_row).collect(),
        executions: newest.iter().take(LISTED_MAX).map(|execution| row_of(execution, &path, now)).collect(),
        groups,
        opened,
        can_edit: at.rights == super::place::Rights::Edit,
        csrf: at.viewer.as_ref().map(|viewer| viewer.csrf.clone()).unwrap_or_default(),
        first_seen: When::new(test.created_at, now),
        api: format!(
            "{} -H 'Buildkite-Version: 2026-08-01'",
            curl(&format!("{}/tests/{id}", urls.suite(&at.organization.slug, &at.suite.slug).api))
        ),
        chrome: Chrome::of_suite(&test.name, &at, Tab::Tests),
        path,
        period_days: DAYS,
        test,
    }))
}

/// The failures of the window by cause; when each was first seen is known over all the history of the suite.
async fn groups_of(app: &App, at: &AtSuite, selected: Selected<'_>, ordinal: u32, now: Timestamp) -> Result<Vec<GroupRow>, WebError> {
    let page = PageRequest { offset: 0, limit: GROUPS_MAX };
    let found = failures_of_window(&app.store, at.suite.id, selected.window, selected.filters, Some(ordinal), page).await?;
    let latest: Vec<ExecutionId> = found.groups.items.iter().map(|group| group.group.latest).collect();
    let mut texts = texts_of(app, at, &latest).await?;
    let row = |found: crate::usecases::failures::WindowGroup| {
        let first = found.history.as_ref().map_or(found.group.first.0, |known| known.first_seen_at);
        GroupRow {
            text: texts.remove(&found.group.latest).unwrap_or_default(),
            first: When::new(first, now),
            last: When::new(found.group.last.0, now),
            executions: found.group.executions,
            title: found.group.fingerprint.title,
        }
    };
    Ok(found.groups.items.into_iter().map(row).collect())
}

/// The median of each day as a line, and the highest of them.
fn duration_chart(history: &[HistoryPoint], window: Window) -> (String, String) {
    const DAY_MS: i64 = 86_400_000;
    let (first, last) = (window.from.millis().div_euclid(DAY_MS), (window.until.millis() - 1).div_euclid(DAY_MS));
    let of_day = |day: i64| history.iter().find(|point| point.day.millis().div_euclid(DAY_MS) == day)?.percentiles.p50;
    let values: Vec<Option<f64>> = (first..=last).map(of_day).collect();
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    (chart::line(&values, 0.0, highest, 560, 90), maybe_duration((highest > 0.0).then_some(highest)))
}

fn day_row(point: &HistoryPoint) -> DayRow {
    DayRow {
        day: point.day.to_string().get(..10).unwrap_or_default().to_owned(),
        passed: point.metrics.counts.of(TestResult::Passed),
        failed: point.metrics.counts.of(TestResult::Failed),
        reliability: maybe_percent(point.metrics.reliability()),
        p50: maybe_duration(point.percentiles.p50),
        p95: maybe_duration(point.percentiles.p95),
    }
}

fn row_of(execution: &StoredExecution, path: &str, now: Timestamp) -> ExecutionRow {
    let reason = execution.failure_reason.as_deref().unwrap_or_default();
    let reason =
        proctor_core::fingerprint::without_ansi(reason.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()).into_owned();
    ExecutionRow {
        path: format!("{path}?execution_id={}", execution.id),
        result: execution.result.as_str(),
        branch: execution.branch.clone().unwrap_or_default(),
        commit: super::runs::short_commit(execution.commit_sha.as_deref().unwrap_or_default()),
        duration: maybe_duration(execution.duration),
        reason: proctor_core::text::cut(&reason, 300).to_owned(),
        at: When::new(execution.created_at, now),
    }
}

/// The states that a test may be given, each with the word on its button.
pub(super) const ACTIONS: [(TestState, &str, &str); 3] =
    [(TestState::Enabled, "enable", "Enable"), (TestState::Muted, "mute", "Mute"), (TestState::Skipped, "skip", "Skip")];
