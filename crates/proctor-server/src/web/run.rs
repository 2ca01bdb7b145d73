//! A run: why is it red, and is it me?

use askama::Template;
use axum::extract::{Path, State};
use proctor_core::filter::TestFilters;
use proctor_core::id::RunId;
use proctor_core::lifecycle::RunState;
use proctor_core::metrics::Durations;
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_store::PageRequest;
use proctor_store::catalog::upload_list::UploadSearch;
use proctor_store::queries::{ExecutionRef, Selected};

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::html::{Html, curl};
use super::place::AtSuite;
use super::run_executions::{ExecutionRow, all_time};
use super::run_failures::{RunFailuresView, failures_for_people};
use super::runs::RunRow;
use super::uploads::UploadRow;
use super::when::{count, duration};
use crate::App;
use crate::query::QueryParams;

/// Uploads shown with a run.
const UPLOADS_SHOWN_MAX: u32 = 50;
/// The slowest executions shown with a run.
const SLOWEST_SHOWN_MAX: usize = 10;

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    chrome: Chrome,
    run: Run,
    row: RunRow,
    is_running: bool,
    link: Option<String>,
    total: String,
    skipped: String,
    /// What all its executions took together; empty when nobody said.
    took: String,
    failures: RunFailuresView,
    slowest: Vec<ExecutionRow>,
    uploads: Vec<UploadRow>,
    more_uploads: bool,
    suite_path: String,
    api: String,
}

/// The part that refreshes itself.
#[derive(Template)]
#[template(path = "run.html", block = "live")]
struct RunLive(RunPage);

impl std::ops::Deref for RunLive {
    type Target = RunPage;

    fn deref(&self) -> &RunPage {
        &self.0
    }
}

/// `GET …/suites/{suite}/runs/{run}`.
///
/// # Errors
/// 404; what the store says.
pub async fn show(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    query: QueryParams,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<axum::response::Response, WebError> {
    use axum::response::IntoResponse;
    let page = page_of(&app, &at, &urls, &id).await?;
    Ok(if query.flag("live") { Html(RunLive(page)).into_response() } else { Html(page).into_response() })
}

async fn page_of(app: &App, at: &AtSuite, urls: &crate::urls::Urls, id: &str) -> Result<RunPage, WebError> {
    let id: RunId = id.parse().map_err(|_| WebError::unknown("run"))?;
    let run = app.store.run(at.suite.id, id).await?.ok_or_else(|| WebError::unknown("run"))?;
    let (now, suite_path) = (app.clock.now(), at.path());
    let stale_after_ms = i64::try_from(app.settings.stale_after.as_millis()).unwrap_or(i64::MAX);
    let is_running = run.status.observed(now, stale_after_ms).0 == RunState::Running;
    let failures = failures_for_people(app, at, &run, now).await?;
    let slowest = slowest_of(app, at, id).await?;
    let page = PageRequest { offset: 0, limit: UPLOADS_SHOWN_MAX };
    let mut uploads = app.store.search_uploads(at.suite.id, UploadSearch { status: None, run: Some(id) }, page).await?;
    let more_uploads = uploads.len() > UPLOADS_SHOWN_MAX as usize;
    uploads.truncate(UPLOADS_SHOWN_MAX as usize);
    let row = RunRow::new(&run, &suite_path, app, now);
    Ok(RunPage {
        chrome: Chrome::of_suite(&format!("Run {}", row.branch), at, Tab::Runs),
        is_running,
        link: run.details.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        total: count(run.counts.total()),
        skipped: count(run.counts.of(TestResult::Skipped)),
        took: took_of(app, at, id).await?,
        failures,
        slowest,
        uploads: uploads.into_iter().map(|line| UploadRow::new(line, &suite_path, now)).collect(),
        more_uploads,
        api: curl(&format!(
            "{}/failed_executions?include_failure_expanded=true",
            urls.suite(&at.organization.slug, &at.suite.slug).run(id)
        )),
        suite_path,
        row,
        run,
    })
}

async fn took_of(app: &App, at: &AtSuite, run: RunId) -> Result<String, WebError> {
    let (runs, filters) = ([run], TestFilters::default());
    let selected = Selected { window: all_time(), filters: &filters, runs: Some(&runs) };
    let mut durations = Durations::default();
    app.store.days_of_suite(at.suite.id, selected).await?.iter().for_each(|day| durations.merge(&day.metrics.durations));
    Ok(durations.sum().map(duration).unwrap_or_default())
}

async fn slowest_of(app: &App, at: &AtSuite, run: RunId) -> Result<Vec<ExecutionRow>, WebError> {
    let (runs, filters) = ([run], TestFilters::default());
    let selected = Selected { window: all_time(), filters: &filters, runs: Some(&runs) };
    let slowest = app.store.slowest_executions(at.suite.id, selected, SLOWEST_SHOWN_MAX).await?;
    let refs: Vec<ExecutionRef> =
        slowest.iter().map(|execution| ExecutionRef { upload: execution.upload, index: execution.index }).collect();
    let suite_path = at.path();
    let found = app.store.executions_by_ref(at.suite.id, &refs).await?;
    Ok(found.into_iter().map(|execution| ExecutionRow::new(execution, &suite_path)).collect())
}
