//! `GET .../summaries/{summary}/preview`: what a summary says now.

use axum::extract::State;
use proctor_store::catalog::mails::MailText;
use proctor_store::catalog::summaries::Summary;
use serde::Serialize;

use super::InSummary;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::ReadSuites;
use crate::usecases::summaries::{Line, Report, Schedule, summarize, written};

/// A summary that is not sent.
#[derive(Debug, Serialize)]
pub struct PreviewBody {
    from: String,
    to: String,
    flaky: u64,
    new: u64,
    recovered: u64,
    runs_failed_by_flaky: u64,
    tests: Vec<LineBody>,
    subject: String,
    text: String,
    html: String,
}

/// A test in it.
#[derive(Debug, Serialize)]
struct LineBody {
    test_id: String,
    name: String,
    location: Option<String>,
    flaky_commits: u32,
    failed: u64,
    executions: u64,
    reliability: Option<f64>,
    reliability_before: Option<f64>,
    state: &'static str,
    labels: Vec<String>,
    first_seen_flaky_at: String,
    alarm_open_since: Option<String>,
}

impl From<Line> for LineBody {
    fn from(line: Line) -> Self {
        let Line { test, full_name, figures, first_seen_at, alarm_since } = line;
        Self {
            test_id: test.id.to_string(),
            name: full_name,
            location: test.location,
            flaky_commits: figures.commits,
            failed: figures.now.failed,
            executions: figures.now.all(),
            reliability: figures.now.reliability(),
            reliability_before: figures.before.reliability(),
            state: test.state.as_str(),
            labels: test.labels,
            first_seen_flaky_at: first_seen_at.to_string(),
            alarm_open_since: alarm_since.map(|at| at.to_string()),
        }
    }
}

/// The summary of the seven full days before today, which nobody gets.
///
/// # Errors
/// 401, 403, 404; 503 while other history is read.
pub async fn preview(State(app): State<App>, InSummary { summary, .. }: InSummary<ReadSuites>) -> Result<Json<PreviewBody>, ApiError> {
    let (report, MailText { subject, text, html }) = made_now(&app, &summary).await?;
    let Report { suite: _, weeks, flaky, new, recovered, runs_failed_by_flaky, lines } = report;
    Ok(Json(PreviewBody {
        from: weeks.from.to_string(),
        to: weeks.to.to_string(),
        flaky,
        new,
        recovered,
        runs_failed_by_flaky,
        tests: lines.into_iter().map(LineBody::from).collect(),
        subject,
        text,
        html,
    }))
}

/// The report of the seven full days before today, and the mail that it makes.
pub(super) async fn made_now(app: &App, summary: &Summary) -> Result<(Report, MailText), ApiError> {
    let schedule = Schedule::of(&summary.settings).map_err(|error| ApiError::invalid(&[error.to_string()]))?;
    let _turn = app.evaluator.history_turn().ok_or_else(|| ApiError::unavailable("Other history is being read, please retry"))?;
    let made = summarize(&app.store, &app.settings, summary, schedule.weeks(app.clock.now())).await?;
    let (report, urls) = made.ok_or_else(|| ApiError::not_found("No suite found"))?;
    let text = written(&report, &schedule, &urls);
    Ok((report, text))
}
