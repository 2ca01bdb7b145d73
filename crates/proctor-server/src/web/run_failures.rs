//! The failures of a run, grouped by what they have in common, each with its verdict.

use std::collections::HashMap;

use proctor_core::id::ExecutionId;
use proctor_core::run::Run;
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use proctor_core::verdict::Verdict;
use proctor_store::executions::StoredExecution;

use super::ansi;
use super::backtrace::DetailView;
use super::error::WebError;
use super::place::AtSuite;
use super::when::When;
use crate::App;
use crate::usecases::failures::{RunGroup, RunGroupTest, failures_of_run};

/// Groups whose newest failure is shown in full; nobody reads more of them in a row.
const SHOWN_IN_FULL_MAX: usize = 25;

/// The failures of a run for people.
#[derive(Debug)]
pub struct RunFailuresView {
    /// Those that ask for attention first.
    pub groups: Vec<FailureGroupView>,
    /// Failed executions that were looked at.
    pub executions: u64,
    /// Whether there are more.
    pub is_cut: bool,
}

/// Failures with one cause.
#[derive(Debug)]
pub struct FailureGroupView {
    /// The message, volatile parts blanked.
    pub title: String,
    /// How many executions failed so.
    pub executions: u64,
    /// How many tests.
    pub tests_total: usize,
    /// What was known of them when the run began.
    pub verdict: VerdictView,
    /// When the suite saw the first and the last of them.
    pub seen: Option<(When, When)>,
    /// The newest in full.
    pub text: FailureText,
    /// The first of its tests.
    pub tests: Vec<GroupTestView>,
}

/// The text of a failure, as markup.
#[derive(Debug, Default)]
pub struct FailureText {
    /// The reason.
    pub reason: String,
    /// Its details.
    pub details: Vec<DetailView>,
}

/// A test in a group.
#[derive(Debug)]
pub struct GroupTestView {
    /// Its page.
    pub path: String,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub location: String,
    /// Its failed executions in the group.
    pub executions: u64,
    /// What was known of it.
    pub verdict: VerdictView,
    /// Whether it passed as well in this run.
    pub passed_in_run: bool,
    /// Its state, unless it is enabled.
    pub state: Option<&'static str>,
}

/// A verdict as a badge.
#[derive(Clone, Copy, Debug)]
pub struct VerdictView {
    /// The class of the badge.
    pub class: &'static str,
    /// What it says.
    pub text: &'static str,
}

impl VerdictView {
    /// The badge of a verdict.
    #[must_use]
    pub const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::New => Self { class: "failed", text: "new" },
            Verdict::SeenBefore => Self { class: "plain", text: "seen before" },
            Verdict::FailingOnDefaultBranch => Self { class: "info", text: "failing on the default branch too" },
            Verdict::KnownFlaky => Self { class: "muted", text: "known flaky" },
        }
    }
}

impl FailureText {
    /// What an execution says of its failure.
    #[must_use]
    pub fn of(execution: &StoredExecution) -> Self {
        Self {
            reason: ansi::to_html(execution.failure_reason.as_deref().unwrap_or_default()),
            details: DetailView::all(&execution.failure_expanded),
        }
    }
}

/// The failures of the run.
///
/// # Errors
/// What the store says.
pub async fn failures_for_people(app: &App, at: &AtSuite, run: &Run, now: Timestamp) -> Result<RunFailuresView, WebError> {
    let found = failures_of_run(&app.store, &at.suite, run).await?;
    let latest: Vec<ExecutionId> = found.groups.iter().take(SHOWN_IN_FULL_MAX).map(|group| group.group.latest).collect();
    let mut texts = texts_of(app, at, &latest).await?;
    let suite_path = at.path();
    let groups = found.groups.into_iter().map(|group| {
        let text = texts.remove(&group.group.latest);
        view_of(group, text, &suite_path, now)
    });
    Ok(RunFailuresView { groups: groups.collect(), executions: found.executions, is_cut: found.is_cut })
}

/// The full text of these failures.
pub(super) async fn texts_of(app: &App, at: &AtSuite, ids: &[ExecutionId]) -> Result<HashMap<ExecutionId, FailureText>, WebError> {
    let found = app.store.executions_by_id(at.suite.id, ids).await?;
    Ok(found.into_iter().map(|execution| (execution.id, FailureText::of(&execution))).collect())
}

fn view_of(group: RunGroup, text: Option<FailureText>, suite_path: &str, now: Timestamp) -> FailureGroupView {
    let RunGroup { group, verdict, history, tests } = group;
    FailureGroupView {
        title: group.fingerprint.title,
        executions: group.executions,
        tests_total: group.tests.len(),
        verdict: VerdictView::of(verdict),
        seen: history.map(|known| (When::new(known.first_seen_at, now), When::new(known.last_seen_at, now))),
        text: text.unwrap_or_else(|| FailureText { reason: ansi::to_html(&group.sample), details: Vec::new() }),
        tests: tests.into_iter().map(|test| test_view(test, suite_path)).collect(),
    }
}

fn test_view(test: RunGroupTest, suite_path: &str) -> GroupTestView {
    let RunGroupTest { test, executions, verdict, passed_in_run } = test;
    GroupTestView {
        path: format!("{suite_path}/tests/{}", test.id),
        location: test.location.or(test.file_name).unwrap_or_default(),
        scope: test.scope,
        name: test.name,
        executions,
        verdict: VerdictView::of(verdict),
        passed_in_run,
        state: (test.state != TestState::Enabled).then(|| test.state.as_str()),
    }
}
