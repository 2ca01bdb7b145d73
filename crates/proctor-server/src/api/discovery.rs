//! What a client asks before it has a token (`rest-api.md`, section 1.9).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde_json::{Value, json};

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::openapi;
use crate::urls::Urls;

/// `GET /`: whether this is such a server.
pub async fn root(State(app): State<App>) -> Json<Value> {
    Json(json!({ "message": "Proctor", "timestamp": app.clock.now().seconds() }))
}

/// `GET /v2/meta`.
pub async fn meta() -> Json<Value> {
    Json(json!({ "webhook_ips": [] }))
}

/// `GET /.well-known/api-catalog` (RFC 9727).
pub async fn api_catalog(urls: Urls) -> Response {
    let catalog = json!({ "linkset": [ {
        "anchor": urls.api("/v2/analytics"),
        "service-desc": [ { "href": urls.api("/v2/analytics/openapi.yaml"), "type": "application/openapi+yaml" } ],
        "service-doc": [ { "href": urls.web("/docs"), "type": "text/html" } ],
    } ] });
    let content_type = HeaderValue::from_static("application/linkset+json");
    ([(header::CONTENT_TYPE, content_type)], catalog.to_string()).into_response()
}

/// `GET /v2/analytics/openapi.yaml`: our own document.
///
/// # Errors
/// None that a test lets pass: only when the document cannot be written.
pub async fn openapi(urls: Urls) -> Result<Response, ApiError> {
    let document = openapi::yaml(&urls.api("")).ok_or_else(|| ApiError::internal(&"the OpenAPI document cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/openapi+yaml"))], document).into_response())
}
