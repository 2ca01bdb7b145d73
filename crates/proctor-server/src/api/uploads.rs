//! `GET A/suites/{suite}/uploads/{upload}`: an upload and what the receiver says about it.

use std::collections::BTreeMap;

use axum::extract::State;
use http::request::Parts;
use proctor_core::id::UploadId;
use proctor_core::receipt::{Notice, Rejection};
use proctor_store::catalog::uploads::{ReceiptLines, Upload, WarningLine};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites, path_uuid};

/// An upload on the wire: the documented keys, then Proctor's own (`uploads.md`, section 13.1).
#[derive(Debug, Serialize)]
pub struct UploadBody {
    id: String,
    suite_id: String,
    organization_id: String,
    run_id: Option<String>,
    run_env: Box<RawValue>,
    tags: BTreeMap<String, String>,
    uploaded_at: String,
    format: Option<&'static str>,
    status: &'static str,
    reason_code: Option<String>,
    message: Option<String>,
    queued: u64,
    skipped: u64,
    problems: Vec<Line>,
    warnings: Vec<Line>,
    warnings_total: u64,
    notices: Vec<NoticeBody>,
    resends: u64,
    last_resent_at: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    index: Option<u64>,
    reason_code: String,
    message: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct NoticeBody {
    message: String,
    detail: String,
}

impl UploadBody {
    fn new(upload: Upload, organization_id: String) -> Result<Self, ApiError> {
        let Upload { id, suite_id, run_id, run_env_json, tags, received_at, .. } = upload;
        let Upload { format, status, reason_code, message, queued, receipt, resends, last_resent_at, .. } = upload;
        let ReceiptLines { problems, skipped, warnings, warnings_total, notices } = receipt;
        Ok(Self {
            id: id.to_string(),
            suite_id: suite_id.to_string(),
            organization_id,
            run_id: run_id.map(|id| id.to_string()),
            run_env: raw_object(run_env_json)?,
            tags: tags.as_slice().iter().cloned().collect(),
            uploaded_at: received_at.to_string(),
            format: format.map(proctor_core::format::ReportFormat::as_str),
            status: status.as_str(),
            reason_code,
            message,
            queued,
            skipped,
            problems: problems.into_iter().map(Line::from).collect(),
            warnings: warnings.into_iter().map(Line::from).collect(),
            warnings_total,
            notices: notices.into_iter().map(NoticeBody::from).collect(),
            resends,
            last_resent_at: last_resent_at.map(|at| at.to_string()),
        })
    }
}

/// `run_env` as received. A refused upload has none that could be shown.
fn raw_object(json: String) -> Result<Box<RawValue>, ApiError> {
    let json = if json.trim().is_empty() { "{}".to_owned() } else { json };
    RawValue::from_string(json).map_err(|error| ApiError::internal(&error))
}

impl From<Rejection> for Line {
    fn from(Rejection { index, reason, message }: Rejection) -> Self {
        Self { index: Some(index), reason_code: reason.code().to_owned(), message }
    }
}

impl From<WarningLine> for Line {
    fn from(WarningLine { index, code, message }: WarningLine) -> Self {
        Self { index, reason_code: code, message }
    }
}

impl From<Notice> for NoticeBody {
    fn from(Notice { message, detail }: Notice) -> Self {
        Self { message, detail }
    }
}

/// One upload.
///
/// # Errors
/// 401, 403, 404; 503 while the storage is away.
pub async fn get(
    State(app): State<App>,
    InSuite { organization, suite, .. }: InSuite<ReadSuites>,
    mut parts: Parts,
) -> Result<Json<UploadBody>, ApiError> {
    let unknown = || ApiError::not_found("No upload found");
    let id = path_uuid(&mut parts, "upload").await.map(UploadId::new).ok_or_else(unknown)?;
    let upload = app.store.upload(suite.id, id).await?.ok_or_else(unknown)?;
    UploadBody::new(upload, organization.id.to_string()).map(Json)
}
