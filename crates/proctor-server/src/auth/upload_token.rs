//! Who uploads, and to which suite (`uploads.md`, section 2).
//!
//! A suite's upload token, or a JSON Web Token that the suite's OIDC policy trusts ([`super::oidc`]), uploads to that suite.
//!
//! History is imported with an API token that has the scope `import_history`, and two headers that are Proctor's own:
//! `Proctor-Suite: {organization}/{suite}` says where to, `Proctor-Received-At: <RFC 3339>` (optional, in the past) becomes the
//! receive time of the upload. An upload token cannot do that: with it `Proctor-Received-At` is 403.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use proctor_core::organization::Organization;
use proctor_core::scope::IMPORT_HISTORY;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;

use super::oidc::{Verdict, WRITE_UPLOADS, looks_like_jwt, verdict};
use crate::App;
use crate::api::error::ApiError;
use crate::urls::Urls;
use crate::usecases::ingest::Uploader;

mod header_value;

pub use header_value::token_in;

const SUITE_HEADER: &str = "proctor-suite";
const RECEIVED_AT_HEADER: &str = "proctor-received-at";
/// A suite's upload token has at most this many bytes.
const UPLOAD_TOKEN_BYTES_MAX: usize = 128;

/// Says who uploads, from the headers alone.
///
/// # Errors
/// 401 and 403 as the table of section 2 says; 422 for a receive time that is none.
pub async fn uploader(app: &App, urls: &Urls, headers: &HeaderMap) -> Result<Uploader, ApiError> {
    let token = token_in(headers).ok_or_else(unknown_token)?;
    let (organization, suite) = match with_upload_token(app, urls, &token).await? {
        Some(found) => {
            if headers.contains_key(RECEIVED_AT_HEADER) {
                return Err(scope_missing(IMPORT_HISTORY));
            }
            if names_another_suite(headers, &found) {
                return Err(ApiError::forbidden("The supplied token belongs to another suite than Proctor-Suite names"));
            }
            return enabled(Uploader { organization: found.0, suite: found.1, imported_at: None });
        }
        None => with_api_token(app, headers, &token).await?,
    };
    let imported_at = received_at(app, headers)?;
    enabled(Uploader { organization, suite, imported_at })
}

/// The suite that an upload token or a JSON Web Token is for.
///
/// # Errors
/// 403 when the token is known but may not upload; anything that the store says.
pub async fn with_upload_token(app: &App, urls: &Urls, token: &str) -> Result<Option<(Organization, Suite)>, ApiError> {
    if token.len() <= UPLOAD_TOKEN_BYTES_MAX
        && let Some(found) = app.store.suite_by_upload_token(token).await?
    {
        return Ok(Some(found));
    }
    if !looks_like_jwt(token) {
        return Ok(None);
    }
    match verdict(app, urls, token, WRITE_UPLOADS).await? {
        Verdict::Granted(found) => Ok(Some(*found)),
        Verdict::ScopeMissing => Err(scope_missing(WRITE_UPLOADS)),
        Verdict::Unknown => Ok(None),
    }
}

/// 401, as every sender without a valid token gets it.
#[must_use]
pub fn unknown_token() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "No test suite matches the supplied API token")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"))
}

async fn with_api_token(app: &App, headers: &HeaderMap, secret: &str) -> Result<(Organization, Suite), ApiError> {
    let Some(named) = text(headers, SUITE_HEADER) else { return Err(unknown_token()) };
    let token = app.store.api_token_by_secret(secret).await?.filter(|token| token.is_live(app.clock.now()));
    let token = token.ok_or_else(unknown_token)?;
    if !token.has_scope(IMPORT_HISTORY) {
        return Err(scope_missing(IMPORT_HISTORY));
    }
    let (organization, suite) = named.trim().split_once('/').ok_or_else(|| ApiError::not_found("No suite found"))?;
    let organization = app.store.organization_by_slug(organization).await?.filter(|organization| token.allows(organization.id));
    let organization = organization.ok_or_else(|| ApiError::not_found("No organization found"))?;
    let suite = app.store.suite_by_slug(organization.id, suite).await?;
    Ok((organization, suite.ok_or_else(|| ApiError::not_found("No suite found"))?))
}

fn received_at(app: &App, headers: &HeaderMap) -> Result<Option<Timestamp>, ApiError> {
    let Some(value) = headers.get(RECEIVED_AT_HEADER) else { return Ok(None) };
    let at = value.to_str().ok().and_then(Timestamp::parse_rfc3339);
    match at {
        Some(at) if (0..=app.clock.now().millis()).contains(&at.millis()) => Ok(Some(at)),
        Some(_) => Err(unprocessable("Proctor-Received-At must be in the past")),
        None => Err(unprocessable("Proctor-Received-At must be an RFC 3339 timestamp")),
    }
}

fn enabled(uploader: Uploader) -> Result<Uploader, ApiError> {
    if uploader.suite.uploads_disabled { Err(ApiError::forbidden("Uploads are disabled for this suite")) } else { Ok(uploader) }
}

fn names_another_suite(headers: &HeaderMap, (organization, suite): &(Organization, Suite)) -> bool {
    let own = format!("{}/{}", organization.slug, suite.slug);
    headers.get(SUITE_HEADER).is_some_and(|named| named.as_bytes().trim_ascii() != own.as_bytes())
}

fn scope_missing(scope: &str) -> ApiError {
    ApiError::forbidden(format!("The supplied token may not upload results (missing scope: {scope})"))
}

fn unprocessable(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, message)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
