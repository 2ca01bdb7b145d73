//! `GET /v2/proctor/organizations/{org}/suites/{suite}/storage`: what a suite takes.

use axum::extract::State;
use proctor_core::retention::Retention;
use proctor_core::suite::Suite;
use proctor_store::catalog::stored_days::StoredDay;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};

/// What a suite takes: totals, and each day.
#[derive(Debug, Serialize)]
pub struct StorageBody {
    suite_id: String,
    suite: String,
    /// Null: for ever.
    retention_days: Option<u32>,
    /// Null: for ever.
    aggregates_days: Option<u32>,
    #[serde(flatten)]
    total: Amount,
    /// Ascending; days without anything are left out.
    days: Vec<DayBody>,
}

/// A day.
#[derive(Debug, Serialize)]
struct DayBody {
    day: String,
    #[serde(flatten)]
    amount: Amount,
}

/// Executions and the bytes they take.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Amount {
    executions: u64,
    /// Of day files and segments.
    bytes: u64,
    /// Null without executions.
    bytes_per_execution: Option<f64>,
    files: u64,
    segments_waiting: u64,
    segment_bytes: u64,
    /// Executions that are there as aggregates only.
    aggregated_executions: u64,
    aggregate_bytes: u64,
}

impl StorageBody {
    /// The answer for a suite.
    #[must_use]
    pub fn new(suite: &Suite, days: &[StoredDay]) -> Self {
        let Retention { executions, aggregates } = suite.settings.retention;
        let days: Vec<DayBody> = days.iter().map(|day| DayBody { day: day.day.to_string(), amount: Amount::of(day) }).collect();
        Self {
            suite_id: suite.id.to_string(),
            suite: suite.slug.clone(),
            retention_days: executions.as_days(),
            aggregates_days: aggregates.as_days(),
            total: days.iter().fold(Amount::default(), |total, day| total.plus(&day.amount)),
            days,
        }
    }
}

impl Amount {
    fn of(day: &StoredDay) -> Self {
        let StoredDay { day: _, executions, files, file_bytes, segments, segment_bytes, aggregated, aggregate_bytes } = *day;
        let amount = Self {
            executions,
            bytes: file_bytes + segment_bytes,
            bytes_per_execution: None,
            files,
            segments_waiting: segments,
            segment_bytes,
            aggregated_executions: aggregated,
            aggregate_bytes,
        };
        amount.divided()
    }

    fn plus(self, other: &Self) -> Self {
        let sum = Self {
            executions: self.executions + other.executions,
            bytes: self.bytes + other.bytes,
            bytes_per_execution: None,
            files: self.files + other.files,
            segments_waiting: self.segments_waiting + other.segments_waiting,
            segment_bytes: self.segment_bytes + other.segment_bytes,
            aggregated_executions: self.aggregated_executions + other.aggregated_executions,
            aggregate_bytes: self.aggregate_bytes + other.aggregate_bytes,
        };
        sum.divided()
    }

    fn divided(self) -> Self {
        let bytes_per_execution = (self.executions > 0).then(|| self.bytes as f64 / self.executions as f64);
        Self { bytes_per_execution, ..self }
    }
}

/// What the suite takes.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(State(app): State<App>, InSuite { suite, .. }: InSuite<ReadSuites>) -> Result<Json<StorageBody>, ApiError> {
    let days = app.store.stored_days(suite.id).await?;
    Ok(Json(StorageBody::new(&suite, &days)))
}
