//! JSON bodies of requests (`rest-api.md`, section 1.2).

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde_json::{Map, Value};

use crate::App;
use crate::api::error::ApiError;

/// The body of a request, which must be a JSON object, whatever its content type says: `curl -d` says form-urlencoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonObject(pub Map<String, Value>);

impl FromRequest<App> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let body = read_body(request, app.settings.http.json_bytes_max, app.settings.http.json_timeout).await?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) | Err(_) => Err(no_object()),
        }
    }
}

/// As [`JsonObject`], of a request that need not have a body: one that is empty, or white space, is an empty object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MaybeJsonObject(pub Map<String, Value>);

impl FromRequest<App> for MaybeJsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let body = read_body(request, app.settings.http.json_bytes_max, app.settings.http.json_timeout).await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) | Err(_) => Err(no_object()),
        }
    }
}

/// A whole body of at most `bytes_max` bytes that arrives within `timeout`.
///
/// # Errors
/// 400, 408, 413.
pub(crate) async fn read_body(request: Request, bytes_max: usize, timeout: Duration) -> Result<Bytes, ApiError> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large());
    }
    let arriving = Limited::new(request.into_body(), bytes_max).collect();
    match tokio::time::timeout(timeout, arriving).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::bad_request("Request body could not be read")),
        Err(_) => Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "Request body did not arrive in time")),
    }
}

/// 400: the body is no JSON, or none of an object.
#[must_use]
pub(crate) fn no_object() -> ApiError {
    ApiError::bad_request("Request body must be a JSON object")
}

/// 413.
#[must_use]
pub(crate) fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large")
}
