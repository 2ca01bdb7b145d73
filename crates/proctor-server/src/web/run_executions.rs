//! All executions of a run, by result and by a text in the name of the test.

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, State};
use proctor_core::filter::TestFilters;
use proctor_core::id::RunId;
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::catalog::tests::TestListFilter;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{ExecutionRef, LightExecution, Selected};

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::html::Html;
use super::pager::Pager;
use super::place::AtSuite;
use super::when::maybe_duration;
use crate::App;
use crate::query::QueryParams;

const PER_PAGE: u32 = 100;
/// Executions among which a text is looked for: more than any one run of the limits holds.
const SEARCHED_MAX: usize = 1_000_000;

/// An execution in the list.
#[derive(Debug)]
pub struct ExecutionRow {
    /// Its page.
    pub path: String,
    /// Scope of its test.
    pub scope: String,
    /// Name of its test.
    pub name: String,
    /// Where the test was.
    pub location: String,
    /// Its result.
    pub result: &'static str,
    /// How long it took.
    pub duration: String,
}

impl ExecutionRow {
    /// A row that leads to the execution on the page of its test.
    #[must_use]
    pub fn new(execution: StoredExecution, suite_path: &str) -> Self {
        Self {
            path: format!("{suite_path}/tests/{}?execution_id={}#execution", execution.test_id, execution.id),
            location: execution.location.or(execution.file_name).unwrap_or_default(),
            scope: execution.scope,
            name: execution.name,
            result: execution.result.as_str(),
            duration: maybe_duration(execution.duration),
        }
    }
}

#[derive(Template)]
#[template(path = "run_executions.html")]
struct RunExecutionsPage {
    chrome: Chrome,
    rows: Vec<ExecutionRow>,
    result: String,
    search: String,
    pager: Pager,
    run_path: String,
}

/// Executions received at any time: imported uploads of a run can be older than the run.
#[must_use]
pub fn all_time() -> Window {
    Window { from: Timestamp::from_millis(0), until: Timestamp::from_millis(i64::MAX) }
}

/// `GET …/runs/{run}/executions`.
///
/// # Errors
/// 404, 422; what the store says.
pub async fn list(
    State(app): State<App>,
    at: AtSuite,
    query: QueryParams,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Html<impl Template>, WebError> {
    let id: RunId = id.parse().map_err(|_| WebError::unknown("run"))?;
    let run = app.store.run(at.suite.id, id).await?.ok_or_else(|| WebError::unknown("run"))?;
    let text = |key: &str| query.filled(key).map(|value| value.trim().to_owned());
    let (result, search) = (text("result"), text("q"));
    let unknown = || WebError::invalid("result must be one of passed, failed, skipped, pending, unknown");
    let wanted = result.as_deref().map(|word| TestResult::from_wire(word).ok_or_else(unknown)).transpose()?;
    let pager = Pager::of(&query, PER_PAGE);
    let (found, is_followed) = match &search {
        None => {
            let page = app.store.executions_of_run(at.suite.id, id, wanted, pager.request()).await?;
            (page.items, pager.page * u64::from(PER_PAGE) < page.total)
        }
        Some(search) => named(&app, &at, &run, wanted, search, &pager).await?,
    };
    let (suite_path, branch) = (at.path(), run.details.branch.clone().unwrap_or(run.key));
    Ok(Html(RunExecutionsPage {
        chrome: Chrome::of_suite(&format!("Executions of {branch}"), &at, Tab::Runs),
        rows: found.into_iter().map(|execution| ExecutionRow::new(execution, &suite_path)).collect(),
        result: result.unwrap_or_default(),
        search: search.unwrap_or_default(),
        pager: pager.followed(&query, is_followed),
        run_path: format!("{suite_path}/runs/{id}"),
    }))
}

/// Those of tests that the text names; whether there are more behind the page.
async fn named(
    app: &App,
    at: &AtSuite,
    run: &Run,
    wanted: Option<TestResult>,
    search: &str,
    pager: &Pager,
) -> Result<(Vec<StoredExecution>, bool), WebError> {
    let filter = TestListFilter { search: Some(search), ..TestListFilter::default() };
    let tests: HashSet<u32> = app.store.list_tests(at.suite.id, filter, None).await?.items.into_iter().map(|test| test.ordinal).collect();
    let (runs, filters) = ([run.id], TestFilters::default());
    let selected = Selected { window: all_time(), filters: &filters, runs: Some(&runs) };
    let mut light = app.store.light_executions(at.suite.id, selected, SEARCHED_MAX).await?;
    light.retain(|execution: &LightExecution| tests.contains(&execution.ordinal) && wanted.is_none_or(|result| execution.result == result));
    let skip = usize::try_from(pager.request().offset).unwrap_or(usize::MAX);
    let page: Vec<ExecutionRef> = light
        .iter()
        .skip(skip)
        .take(PER_PAGE as usize)
        .map(|execution| ExecutionRef { upload: execution.upload, index: execution.index })
        .collect();
    let is_followed = light.len() > skip.saturating_add(PER_PAGE as usize);
    Ok((app.store.executions_by_ref(at.suite.id, &page).await?, is_followed))
}
