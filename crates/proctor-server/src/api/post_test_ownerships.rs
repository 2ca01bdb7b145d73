//! `POST /v1/test-ownerships`: receives the TESTOWNERS file of a suite (`uploads.md`, section 15).

use axum::extract::{Request, State};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use proctor_core::owners::{IgnoredLine, OwnersFile, OwnersFileError, TESTOWNERS_BYTES_MAX};
use proctor_store::StoreError;
use proctor_store::catalog::owners::OwnersReport;
use serde::Serialize;

use crate::App;
use crate::api::body::{read_body, too_large};
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::upload_token::{token_in, unknown_token, with_upload_token};
use crate::urls::Urls;
use crate::usecases::ingest::{Refusal, form_field};

/// What a form may have around the file, in bytes.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// Ignored lines that the answer lists.
const IGNORED_LINES_MAX: usize = 1_000;

/// What became of a file.
#[derive(Debug, Serialize)]
pub struct OwnershipBody {
    message: &'static str,
    changed: bool,
    rules: usize,
    teams: Vec<String>,
    unknown_teams: Vec<String>,
    ignored_lines: Vec<IgnoredLineBody>,
    tests_matched: u64,
    tests_without_owner: u64,
}

#[derive(Debug, Serialize)]
struct IgnoredLineBody {
    line: u32,
    reason: String,
}

/// Makes the file the active one of the token's suite and gives all tests their owners by it.
///
/// # Errors
/// 400, 401, 403, 408, 413, 415, 422; the previous file then stays active.
pub async fn post(State(app): State<App>, urls: Urls, request: Request) -> Result<Json<OwnershipBody>, ApiError> {
    let token = token_in(request.headers()).ok_or_else(unknown_token)?;
    let (_, suite) = with_upload_token(&app, &urls, &token).await?.ok_or_else(unknown_token)?;
    let source = Source::of(request.headers())?;
    let body = read_body(request, TESTOWNERS_BYTES_MAX + FORM_BYTES_MAX, app.settings.http.json_timeout).await?;
    let (text, file) = read_file(source.file(&body)?)?;
    let (rules, ignored) = (file.rules().len(), file.ignored().iter().take(IGNORED_LINES_MAX).copied().map(ignored_line).collect());
    let replaced = app.store.replace_owners_file(suite.id, &text, file, app.clock.now()).await;
    let report = replaced.map_err(|error| match error {
        // The suite was deleted meanwhile, and its token with it.
        StoreError::Missing(_) => unknown_token(),
        error => error.into(),
    })?;
    let OwnersReport { changed, teams, unknown_teams, tests_matched, tests_without_owner } = report;
    let message = if changed { "TESTOWNERS updated" } else { "TESTOWNERS unchanged" };
    Ok(Json(OwnershipBody { message, changed, rules, teams, unknown_teams, ignored_lines: ignored, tests_matched, tests_without_owner }))
}

/// In what form the file comes.
enum Source {
    /// As the field `file` of a form with this content type.
    Form(String),
    /// As the body itself.
    Body,
}

impl Source {
    fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
            let message = "Content-Encoding is not supported: send the file as it is";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "multipart/form-data" => Ok(Self::Form(content_type.to_owned())),
            "text/plain" | "application/octet-stream" => Ok(Self::Body),
            // What `curl --data` sends has lost its line ends.
            _ => Err(no_file()),
        }
    }

    fn file<'b>(&self, body: &'b Bytes) -> Result<&'b [u8], ApiError> {
        match self {
            Self::Body => Ok(body),
            Self::Form(content_type) => match form_field(content_type, body, "file") {
                // No other field has a bound that a file would meet first.
                Err(Refusal::FieldTooLong { .. }) => Err(too_large()),
                field => field?.ok_or_else(no_file),
            },
        }
    }
}

fn read_file(bytes: &[u8]) -> Result<(String, OwnersFile), ApiError> {
    let file = OwnersFile::parse(bytes).map_err(|error| match error {
        OwnersFileError::TooLarge => too_large(),
        OwnersFileError::NotUtf8 | OwnersFileError::TooManyRules | OwnersFileError::NoRule => {
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
    })?;
    // PostgreSQL cannot keep U+0000; the digest and the text that is read again must be those of what is kept.
    let text = String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}");
    let file = if bytes.contains(&0) { OwnersFile::parse(text.as_bytes()).unwrap_or(file) } else { file };
    Ok((text, file))
}

fn ignored_line(IgnoredLine { line, reason }: IgnoredLine) -> IgnoredLineBody {
    IgnoredLineBody { line, reason: reason.to_string() }
}

fn no_file() -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "file is missing: send TESTOWNERS as the part \"file\" of a multipart form")
}
