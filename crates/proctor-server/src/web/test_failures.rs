//! Why a test failed: its failures by cause.

use proctor_core::id::ExecutionId;
use proctor_core::time::Timestamp;
use proctor_store::PageRequest;
use proctor_store::queries::Selected;

use super::error::WebError;
use super::place::AtSuite;
use super::run_failures::{FailureText, texts_of};
use super::when::When;
use crate::App;
use crate::usecases::failures::{WindowGroup, failures_of_window};

/// Groups of failures shown.
const GROUPS_MAX: u32 = 10;

/// Failures of a test with one cause.
#[derive(Debug)]
pub struct FailureRow {
    /// The message, volatile parts blanked.
    pub title: String,
    /// How many executions failed so.
    pub executions: u64,
    /// When the suite saw the first of them.
    pub first: When,
    /// When the test failed so for the last time.
    pub last: When,
    /// The newest in full.
    pub text: FailureText,
    /// The page of the newest.
    pub latest_path: String,
}

/// The failures of the window by cause; when each was first seen is known over all the history of the suite. `path`: of the test's page.
///
/// # Errors
/// What the store says.
pub async fn failures_of_test(
    app: &App,
    at: &AtSuite,
    selected: Selected<'_>,
    ordinal: u32,
    path: &str,
    now: Timestamp,
) -> Result<Vec<FailureRow>, WebError> {
    let page = PageRequest { offset: 0, limit: GROUPS_MAX };
    let found = failures_of_window(&app.store, at.suite.id, selected.window, selected.filters, Some(ordinal), page).await?;
    let latest: Vec<ExecutionId> = found.groups.items.iter().map(|group| group.group.latest).collect();
    let mut texts = texts_of(app, at, &latest).await?;
    let row = |found: WindowGroup| {
        let first = found.history.as_ref().map_or(found.group.first.0, |known| known.first_seen_at);
        FailureRow {
            text: texts.remove(&found.group.latest).unwrap_or_default(),
            first: When::new(first, now),
            last: When::new(found.group.last.0, now),
            executions: found.group.executions,
            latest_path: format!("{path}?execution_id={}#execution", found.group.latest),
            title: found.group.fingerprint.title,
        }
    };
    Ok(found.groups.items.into_iter().map(row).collect())
}
