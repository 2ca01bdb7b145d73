//! The runs of a suite: what ran?

use askama::Template;
use axum::extract::State;
use proctor_core::lifecycle::{RunResult, RunState};
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_core::time::Timestamp;
use proctor_store::catalog::run_search::RunSearch;

use super::chart;
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::first_step::first_step;
use super::html::{Html, curl};
use super::pager::{Pager, with};
use super::place::AtSuite;
use super::when::{When, count};
use crate::App;
use crate::query::QueryParams;

const PER_PAGE: u32 = 50;

/// A run in a list.
#[derive(Debug)]
pub struct RunRow {
    /// Its page.
    pub path: String,
    /// Its branch, else its key.
    pub branch: String,
    /// The beginning of its commit.
    pub commit: String,
    /// The first line of its commit message.
    pub message: String,
    /// The number of its build.
    pub number: String,
    /// `running`, or its result.
    pub word: &'static str,
    /// Its executions by result, as a bar.
    pub bar: String,
    /// Executions that passed.
    pub passed: String,
    /// Executions that failed.
    pub failed: String,
    /// All others.
    pub others: String,
    /// When it was created.
    pub at: When,
}

impl RunRow {
    /// The run as it is seen at `now`.
    #[must_use]
    pub fn new(run: &Run, suite_path: &str, app: &App, now: Timestamp) -> Self {
        let counts = run.counts;
        let (passed, failed) = (counts.of(TestResult::Passed), counts.of(TestResult::Failed));
        let skipped = counts.of(TestResult::Skipped);
        let others = counts.total() - passed - failed;
        let details = &run.details;
        Self {
            path: format!("{suite_path}/runs/{}", run.id),
            branch: details.branch.clone().unwrap_or_else(|| run.key.clone()),
            commit: short_commit(details.commit_sha.as_deref().unwrap_or_default()),
            message: details.message.as_deref().and_then(|message| message.lines().next()).unwrap_or_default().to_owned(),
            number: details.number.clone().unwrap_or_default(),
            word: word_of(run, app, now),
            bar: chart::share(&[("pass", passed), ("fail", failed), ("skip", skipped), ("pend", others - skipped)], 120, 8),
            passed: count(passed),
            failed: count(failed),
            others: count(others),
            at: When::new(run.created_at, now),
        }
    }
}

/// What the run's badge says.
#[must_use]
pub fn word_of(run: &Run, app: &App, now: Timestamp) -> &'static str {
    let stale_after_ms = i64::try_from(app.settings.stale_after.as_millis()).unwrap_or(i64::MAX);
    match run.status.observed(now, stale_after_ms) {
        // What has failed stays failed, whatever still arrives.
        (RunState::Running, RunResult::Failed) => "failed",
        (RunState::Running, _) => "running",
        (RunState::Finished, result) => result.as_str(),
    }
}

/// Twelve characters say which commit it is.
#[must_use]
pub fn short_commit(commit: &str) -> String {
    commit.chars().take(12).collect()
}

/// What filters a list shows, and how to take each away.
#[derive(Clone, Debug)]
pub struct Chip {
    /// What it says.
    pub text: String,
    /// The address without it.
    pub without: String,
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    chrome: Chrome,
    rows: Vec<RunRow>,
    branches: Vec<String>,
    branch: String,
    result: String,
    commit: String,
    chips: Vec<Chip>,
    pager: Pager,
    api: String,
    first_step: String,
    suite_path: String,
}

/// `GET …/suites/{suite}/runs`.
///
/// # Errors
/// 422 for a result that is none; what the store says.
pub async fn list(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    query: QueryParams,
) -> Result<Html<impl Template>, WebError> {
    let filled = |key: &str| query.filled(key).map(|value| value.trim().to_owned());
    let (branch, commit, result) = (filled("branch"), filled("commit"), filled("result"));
    let search = RunSearch { branch: branch.clone(), commit: commit.clone(), result: result.as_deref().map(result_of).transpose()? };
    let pager = Pager::of(&query, PER_PAGE);
    let mut runs = app.store.search_runs(at.suite.id, &search, pager.request()).await?;
    let pager = pager.cut(&query, &mut runs);
    let (now, suite_path) = (app.clock.now(), at.path());
    let chips = [("branch", &branch), ("result", &result), ("commit", &commit)].into_iter().filter_map(|(key, value)| {
        value.as_ref().map(|value| Chip { text: format!("{key} is {value}"), without: with(&query, key, None) })
    });
    Ok(Html(RunsPage {
        first_step: if runs.is_empty() { first_step(&app, &at, &urls).await? } else { String::new() },
        chips: chips.collect(),
        rows: runs.iter().map(|run| RunRow::new(run, &suite_path, &app, now)).collect(),
        branches: app.store.recent_branches(at.suite.id).await?,
        branch: branch.unwrap_or_default(),
        result: result.unwrap_or_default(),
        commit: commit.unwrap_or_default(),
        pager,
        api: curl(&format!("{}/runs", urls.suite(&at.organization.slug, &at.suite.slug).api)),
        chrome: Chrome::of_suite("Runs", &at, Tab::Runs),
        suite_path,
    }))
}

fn result_of(word: &str) -> Result<RunResult, WebError> {
    let known = [RunResult::Pending, RunResult::Passed, RunResult::Failed, RunResult::Stale];
    let unknown = || WebError::invalid("result must be one of pending, passed, failed, stale");
    known.into_iter().find(|result| result.as_str() == word).ok_or_else(unknown)
}
