//! The uploads of a suite: did everything arrive?

use askama::Template;
use axum::extract::State;
use proctor_core::format::ReportFormat;
use proctor_core::time::Timestamp;
use proctor_store::catalog::upload_list::{RefusalReason, UploadHour, UploadLine, UploadSearch};
use proctor_store::catalog::uploads::UploadStatus;

use super::chart::{self, Bar};
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::html::Html;
use super::pager::Pager;
use super::place::AtSuite;
use super::when::{When, bytes, count};
use crate::App;
use crate::query::QueryParams;

const PER_PAGE: u32 = 50;
const HOUR_MS: i64 = 3_600_000;
const HOURS: i64 = 24;
/// How far back reasons of refusals are looked for, in milliseconds.
const REASONS_MS: i64 = 7 * 24 * HOUR_MS;

/// An upload in a list.
#[derive(Debug)]
pub struct UploadRow {
    /// Its page.
    pub path: String,
    /// Where it is.
    pub status: &'static str,
    /// The class of its badge.
    pub class: &'static str,
    /// Its format.
    pub format: &'static str,
    /// Its executions.
    pub executions: String,
    /// Records left out.
    pub skipped: u64,
    /// Remarks.
    pub warnings: u64,
    /// Bytes of its body.
    pub size: String,
    /// Why it was refused.
    pub message: String,
    /// When it was received.
    pub at: When,
}

impl UploadRow {
    /// A line of the list as it is seen at `now`.
    #[must_use]
    pub fn new(line: UploadLine, suite_path: &str, now: Timestamp) -> Self {
        Self {
            path: format!("{suite_path}/uploads/{}", line.id),
            status: line.status.as_str(),
            class: class_of(line.status),
            format: line.format.map_or("–", ReportFormat::as_str),
            executions: count(line.counts.total()),
            skipped: line.skipped,
            warnings: line.warnings,
            size: bytes(line.body_bytes),
            message: line.message.unwrap_or_default(),
            at: When::new(line.received_at, now),
        }
    }
}

/// The class of an upload's badge.
#[must_use]
pub const fn class_of(status: UploadStatus) -> &'static str {
    match status {
        UploadStatus::Processing => "running",
        UploadStatus::Succeeded => "passed",
        UploadStatus::Rejected | UploadStatus::Failed => "failed",
    }
}

#[derive(Template)]
#[template(path = "uploads.html")]
struct UploadsPage {
    chrome: Chrome,
    chart: String,
    hours: Vec<(String, UploadHour)>,
    reasons: Vec<(RefusalReason, When)>,
    rows: Vec<UploadRow>,
    status: String,
    pager: Pager,
}

/// `GET …/suites/{suite}/uploads`.
///
/// # Errors
/// 422 for a status that is none; what the store says.
pub async fn list(State(app): State<App>, at: AtSuite, query: QueryParams) -> Result<Html<impl Template>, WebError> {
    let status = query.filled("status").map(|status| status.trim().to_owned());
    let unknown = || WebError::invalid("status must be one of processing, succeeded, rejected, failed");
    let wanted = status.as_deref().map(|word| UploadStatus::from_word(word).ok_or_else(unknown)).transpose()?;
    let pager = Pager::of(&query, PER_PAGE);
    let mut lines = app.store.search_uploads(at.suite.id, UploadSearch { status: wanted, run: None }, pager.request()).await?;
    let pager = pager.cut(&query, &mut lines);
    let (now, suite_path) = (app.clock.now(), at.path());
    let first = now.millis().div_euclid(HOUR_MS) - HOURS + 1;
    let known = app.store.uploads_by_hour(at.suite.id, Timestamp::from_millis(first * HOUR_MS)).await?;
    let hours = all_hours(first, &known);
    let reasons = app.store.refusals(at.suite.id, now.plus_millis(-REASONS_MS)).await?;
    Ok(Html(UploadsPage {
        chart: chart::bars(&hours.iter().map(|(name, hour)| bar(name, hour)).collect::<Vec<_>>(), 720, 70),
        hours,
        reasons: reasons.into_iter().map(|reason| (reason.clone(), When::new(reason.latest_at, now))).collect(),
        rows: lines.into_iter().map(|line| UploadRow::new(line, &suite_path, now)).collect(),
        status: status.unwrap_or_default(),
        pager,
        chrome: Chrome::of_suite("Uploads", &at, Tab::Uploads),
    }))
}

/// Every hour of the chart, those without uploads included.
fn all_hours(first: i64, known: &[UploadHour]) -> Vec<(String, UploadHour)> {
    (first..first + HOURS)
        .map(|hour| {
            let counted = known.iter().find(|known| known.hour == hour).copied().unwrap_or(UploadHour { hour, ..UploadHour::default() });
            let name = When::new(Timestamp::from_millis(hour * HOUR_MS), Timestamp::from_millis(hour * HOUR_MS)).utc;
            (name, counted)
        })
        .collect()
}

fn bar(name: &str, hour: &UploadHour) -> Bar {
    let UploadHour { hour: _, succeeded, rejected, failed } = *hour;
    let title = format!("{name}: {succeeded} succeeded, {rejected} rejected, {failed} failed");
    Bar { title, parts: vec![("succeeded", succeeded), ("rejected", rejected), ("broken", failed)] }
}
