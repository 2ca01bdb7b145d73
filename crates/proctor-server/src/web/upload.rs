//! One upload and its receipt.

use askama::Template;
use axum::extract::{Path, State};
use proctor_core::format::ReportFormat;
use proctor_core::id::UploadId;
use proctor_store::catalog::uploads::Upload;

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::html::{Html, curl};
use super::place::AtSuite;
use super::uploads::class_of;
use super::when::{When, count};
use crate::App;

#[derive(Template)]
#[template(path = "upload.html")]
struct UploadPage {
    chrome: Chrome,
    upload: Upload,
    class: &'static str,
    format: &'static str,
    queued: String,
    at: When,
    resent_at: Option<When>,
    run_env: Vec<(String, String)>,
    suite_path: String,
    api: String,
}

/// `GET …/suites/{suite}/uploads/{upload}`.
///
/// # Errors
/// 404; what the store says.
pub async fn show(
    State(app): State<App>,
    at: AtSuite,
    urls: crate::urls::Urls,
    uri: http::Uri,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Html<impl Template>, WebError> {
    at.require_member(&uri)?;
    let id: UploadId = id.parse().map_err(|_| WebError::unknown("upload"))?;
    let upload = app.store.upload(at.suite.id, id).await?.ok_or_else(|| WebError::unknown("upload"))?;
    let now = app.clock.now();
    Ok(Html(UploadPage {
        class: class_of(upload.status),
        format: upload.format.map_or("unknown", ReportFormat::as_str),
        queued: count(upload.queued),
        at: When::new(upload.received_at, now),
        resent_at: upload.last_resent_at.map(|at| When::new(at, now)),
        run_env: run_env_of(&upload.run_env_json),
        suite_path: at.path(),
        api: curl(&format!("{}/uploads/{id}", urls.suite(&at.organization.slug, &at.suite.slug).api)),
        chrome: Chrome::of_suite("Upload", &at, Tab::Uploads),
        upload,
    }))
}

/// Keys and values as text; what is no object has none.
fn run_env_of(json: &str) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(entries)) = serde_json::from_str(json) else { return Vec::new() };
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    entries.into_iter().map(|(key, value)| (key, text(value))).collect()
}
