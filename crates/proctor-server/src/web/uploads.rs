//! The uploads of a suite: did everything arrive?

use askama::Template;
use axum::extract::State;
use proctor_core::format::ReportFormat;
use proctor_core::time::Timestamp;
use proctor_core::upload_health::range_name;
use proctor_store::catalog::upload_list::{UploadHour, UploadLine, UploadSearch};
use proctor_store::catalog::uploads::UploadStatus;

use super::chart::{self, Bar};
use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::first_step::first_step;
use super::html::Html;
use super::pager::Pager;
use super::place::AtSuite;
use super::when::{When, bytes, count};
use crate::App;
use crate::query::QueryParams;
use crate::usecases::upload_health::{ProblemGroup, UploadHealth, upload_health};

const PER_PAGE: u32 = 50;
const HOUR_MS: i64 = 3_600_000;

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

/// A figure of the last 24 hours.
struct Card {
    name: &'static str,
    value: String,
    note: String,
}

/// An hour of the chart.
struct HourRow {
    /// `2026-04-09 18:00 UTC`.
    name: String,
    hour: UploadHour,
    /// Whether it is still running.
    is_running: bool,
}

/// A range of the histogram.
struct RangeRow {
    name: String,
    uploads: u64,
    /// Its bar: share of the highest one in units of 100.
    bar: f64,
}

/// Problems that are alike.
struct ProblemRow {
    class: &'static str,
    group: ProblemGroup,
    latest: When,
    /// Paths of the newest, with their times.
    uploads: Vec<(String, When)>,
}

#[derive(Template)]
#[template(path = "uploads.html")]
struct UploadsPage {
    chrome: Chrome,
    cards: Vec<Card>,
    chart: String,
    hours: Vec<HourRow>,
    ranges: Vec<RangeRow>,
    has_sizes: bool,
    problems: Vec<ProblemRow>,
    is_cut: bool,
    rows: Vec<UploadRow>,
    first_step: String,
    status: String,
    pager: Pager,
}

/// `GET …/suites/{suite}/uploads`: their health over 24 hours, and all of them.
///
/// # Errors
/// To sign in, for the public; 422 for a status that is none; what the store says.
pub async fn list(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    uri: http::Uri,
    query: QueryParams,
) -> Result<Html<impl Template>, WebError> {
    at.require_member(&uri)?;
    let status = query.filled("status").map(|status| status.trim().to_owned());
    let unknown = || WebError::invalid("status must be one of processing, succeeded, rejected, failed");
    let wanted = status.as_deref().map(|word| UploadStatus::from_word(word).ok_or_else(unknown)).transpose()?;
    let pager = Pager::of(&query, PER_PAGE);
    let mut lines = app.store.search_uploads(at.suite.id, UploadSearch { status: wanted, run: None }, pager.request()).await?;
    let pager = pager.cut(&query, &mut lines);
    let (now, suite_path) = (app.clock.now(), at.path());
    let health = upload_health(&app.store, at.suite.id, now).await?;
    let hours = hour_rows(&health);
    Ok(Html(UploadsPage {
        first_step: if lines.is_empty() { first_step(&app, &at, &urls).await? } else { String::new() },
        cards: cards(&health),
        chart: chart::bars(&hours.iter().map(bar).collect::<Vec<_>>(), 720, 190),
        hours,
        ranges: range_rows(&health),
        has_sizes: health.sizes.iter().any(|uploads| *uploads > 0),
        is_cut: health.is_cut,
        problems: health.problems.into_iter().map(|group| problem_row(group, &suite_path, now)).collect(),
        rows: lines.into_iter().map(|line| UploadRow::new(line, &suite_path, now)).collect(),
        status: status.unwrap_or_default(),
        pager,
        chrome: Chrome::of_suite("Uploads", &at, Tab::Uploads),
    }))
}

fn cards(health: &UploadHealth) -> Vec<Card> {
    let (succeeded, rejected, failed) = health.totals();
    let card = |name, value, note: String| Card { name, value: count(value), note };
    vec![
        card("Uploads", succeeded + rejected + failed, "in the last 24 hours".to_owned()),
        card("Successful", succeeded, "accepted and stored".to_owned()),
        card("Problems", rejected + failed, format!("{} rejected, {} failed", count(rejected), count(failed))),
        card("Test executions", health.executions, "in successful uploads".to_owned()),
    ]
}

fn hour_rows(health: &UploadHealth) -> Vec<HourRow> {
    let last = health.hours.last().map(|hour| hour.hour);
    let row = |hour: &UploadHour| {
        let at = Timestamp::from_millis(hour.hour * HOUR_MS);
        // Whole hours have no seconds.
        let name = When::new(at, at).utc.replacen(":00 UTC", " UTC", 1);
        HourRow { name, hour: *hour, is_running: Some(hour.hour) == last }
    };
    health.hours.iter().map(row).collect()
}

fn bar(row: &HourRow) -> Bar {
    let UploadHour { hour: _, succeeded, rejected, failed } = row.hour;
    let so_far = if row.is_running { " so far" } else { "" };
    let title = format!("{}: {succeeded} succeeded, {rejected} rejected, {failed} failed{so_far}", row.name);
    // The running hour is paler: it is not over.
    let parts = match row.is_running {
        true => vec![("succeeded running", succeeded), ("rejected running", rejected), ("broken running", failed)],
        false => vec![("succeeded", succeeded), ("rejected", rejected), ("broken", failed)],
    };
    Bar { title, parts }
}

fn range_rows(health: &UploadHealth) -> Vec<RangeRow> {
    let highest = health.sizes.iter().copied().max().unwrap_or(0).max(1) as f64;
    let row = |(range, uploads): (usize, &u64)| RangeRow {
        name: range_name(range, count).into_owned(),
        uploads: *uploads,
        // What is there must be seen.
        bar: if *uploads == 0 { 0.0 } else { (*uploads as f64 / highest * 100.0).max(1.0) },
    };
    health.sizes.iter().enumerate().map(row).collect()
}

fn problem_row(group: ProblemGroup, suite_path: &str, now: Timestamp) -> ProblemRow {
    let upload = |(id, at): &(proctor_core::id::UploadId, Timestamp)| (format!("{suite_path}/uploads/{id}"), When::new(*at, now));
    ProblemRow {
        class: if group.status == UploadStatus::Failed { "info" } else { "failed" },
        latest: When::new(group.latest_at, now),
        uploads: group.newest.iter().map(upload).collect(),
        group,
    }
}
