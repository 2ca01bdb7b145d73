//! A test: what is its story?

use askama::Template;
use axum::extract::{Path, State};
use proctor_core::filter::TestFilters;
use proctor_core::id::TestId;
use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_core::text::full_name;
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::label_colors::LabelColors;
use proctor_store::catalog::states::StateDetails;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{ExecutionRef, GroupBy, HistoryPoint, LightExecution, Selected};

use super::chrome::{Chrome, Tab};
use super::durations::DurationChart;
use super::error::WebError;
use super::execution::{ExecutionView, opened};
use super::html::{Html, curl};
use super::place::AtSuite;
use super::state_history::StateHistory;
use super::strip::{Brick, strip};
use super::test_actions::is_allowed;
use super::test_facts::{Fact, facts};
use super::test_failures::{FailureRow, failures_of_test};
use super::test_groups::{Grouping, grouping};
use super::test_ledger::{TestLedger, ledger_of, states_of};
use super::when::{When, maybe_duration, maybe_percent};
use crate::App;
use crate::query::QueryParams;

/// Days of the page.
const DAYS: u32 = 28;
/// Executions of the strip, and of the table below it.
const STRIP_MAX: usize = 100;
/// Executions that are points of the chart of durations.
const POINTS_MAX: usize = 1_000;
/// What of a failure's first line stands in a row.
const REASON_BYTES_MAX: usize = 300;

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
    is_retry: bool,
    state: Option<&'static str>,
    at: When,
}

#[derive(Template)]
#[template(path = "test.html")]
struct TestPage {
    chrome: Chrome,
    test: KnownTest,
    full_name: String,
    owners: Vec<String>,
    colors: LabelColors,
    state: StateDetails,
    state_since: Option<When>,
    state_expires: Option<When>,
    facts: Vec<Fact>,
    strip: String,
    durations: DurationChart,
    days: Vec<DayRow>,
    executions: Vec<ExecutionRow>,
    grouping: Grouping,
    failures: Vec<FailureRow>,
    ledger: TestLedger,
    opened: Option<ExecutionView>,
    can_edit: bool,
    may_enable: bool,
    /// The states other than enabled that the suite allows: the action and the word on its button.
    set_aside: Vec<(&'static str, &'static str)>,
    csrf: String,
    first_seen: When,
    path: String,
    period_days: u32,
    api: String,
}

/// `GET …/suites/{suite}/tests/{test}`; `execution_id` opens one of its executions, `group_by` splits them by a tag, `page` turns the leaves
/// of its ledger.
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
    let points = app.store.newest_of_test(at.suite.id, test.ordinal, selected, POINTS_MAX).await?;
    let newest = in_full(&app, &at, &points).await?;
    let states = states_of(&app, &at, id, state.state).await?;
    let path = format!("{}/tests/{id}", at.path());
    Ok(Html(TestPage {
        full_name: full_name(&test.scope, &test.name),
        owners: owners_of(&app, &at, &test).await?,
        colors: app.store.label_colors(at.suite.id).await?,
        state_since: state.since.map(|since| When::new(since, now)),
        state_expires: state.expires_at.map(|at| When::new(at, now)),
        may_enable: state.state != TestState::Enabled && is_allowed(&at, TestState::Enabled),
        set_aside: set_aside(&at, state.state),
        state,
        facts: facts(&metrics, &percentiles, DAYS),
        strip: strip(&newest.iter().rev().map(|one| Brick::of(one, &path, states.at(one.created_at))).collect::<Vec<_>>()),
        durations: DurationChart::new(&points, &history, selected.window),
        days: history.iter().rev().map(day_row).collect(),
        grouping: grouping(&app, &at, &query, test.ordinal, selected, &newest).await?,
        executions: newest.iter().map(|execution| row_of(execution, &path, &states, now)).collect(),
        failures: failures_of_test(&app, &at, selected, test.ordinal, &path, now).await?,
        ledger: ledger_of(&app, &at, &query, id, &path).await?,
        opened: opened(&app, &at, &query, id).await?,
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

/// Muting and skipping, as far as the suite allows them. The state that the test has can be given again, with another term and reason.
fn set_aside(at: &AtSuite, now: TestState) -> Vec<(&'static str, &'static str)> {
    let actions = ACTIONS.iter().filter(|(state, _, _)| *state != TestState::Enabled && is_allowed(at, *state));
    actions.map(|(state, action, label)| (*action, if *state == now { "Change term" } else { *label })).collect()
}

/// The newest of them with their text.
async fn in_full(app: &App, at: &AtSuite, newest_first: &[LightExecution]) -> Result<Vec<StoredExecution>, WebError> {
    let newest = newest_first.iter().take(STRIP_MAX);
    let refs: Vec<ExecutionRef> = newest.map(|execution| ExecutionRef { upload: execution.upload, index: execution.index }).collect();
    Ok(app.store.executions_by_ref(at.suite.id, &refs).await?)
}

async fn owners_of(app: &App, at: &AtSuite, test: &KnownTest) -> Result<Vec<String>, WebError> {
    let mut owners = Vec::with_capacity(test.owners.len());
    for team in &test.owners {
        owners.extend(app.store.team(at.organization.id, *team).await?.map(|team| team.slug));
    }
    Ok(owners)
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

fn row_of(execution: &StoredExecution, path: &str, states: &StateHistory, now: Timestamp) -> ExecutionRow {
    let reason = execution.failure_reason.as_deref().unwrap_or_default();
    let reason =
        proctor_core::fingerprint::without_ansi(reason.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()).into_owned();
    let state = states.at(execution.created_at);
    ExecutionRow {
        path: format!("{path}?execution_id={}", execution.id),
        result: execution.result.as_str(),
        branch: execution.branch.clone().unwrap_or_default(),
        commit: super::runs::short_commit(execution.commit_sha.as_deref().unwrap_or_default()),
        duration: maybe_duration(execution.duration),
        reason: proctor_core::text::cut(&reason, REASON_BYTES_MAX).to_owned(),
        is_retry: execution.flags.runner_retried,
        state: (state != TestState::Enabled).then(|| state.as_str()),
        at: When::new(execution.created_at, now),
    }
}

/// The states that a test may be given, each with the word on its button.
pub(super) const ACTIONS: [(TestState, &str, &str); 3] =
    [(TestState::Enabled, "enable", "Enable"), (TestState::Muted, "mute", "Mute"), (TestState::Skipped, "skip", "Skip")];
