//! A page as an answer.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Nothing from elsewhere, nothing inline: what a test result says can be shown and never run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);

/// A rendered template.
#[derive(Debug)]
pub struct Html<T>(pub T);

/// Marks an answer that is a page, so that the layer that makes errors JSON leaves it alone.
#[derive(Clone, Copy, Debug)]
pub struct IsPage;

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        answer(StatusCode::OK, &self.0)
    }
}

/// The page with a status of its own.
pub fn answer(status: StatusCode, template: &impl Template) -> Response {
    let (status, body) = match template.render() {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "<!doctype html><title>Error</title><p>This page could not be made.</p>".to_owned())
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (header::VARY, HeaderValue::from_static("Cookie")),
    ];
    let mut response = (status, headers, body).into_response();
    response.extensions_mut().insert(IsPage);
    response
}

/// The same question to the API, ready to paste.
#[must_use]
pub fn curl(url: &str) -> String {
    format!("curl -H \"Authorization: Bearer $TOKEN\" '{url}'")
}
