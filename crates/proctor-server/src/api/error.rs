//! Errors on the wire: always JSON with a string `message` (`rest-api.md`, section 1.5).

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use proctor_store::StoreError;
use serde_json::{Value, json};

/// An error as it goes to the client. Nothing of its cause does; that is logged where the error is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// 400 and above.
    pub status: StatusCode,
    /// The text of `message`.
    pub message: String,
    /// Headers beside the usual ones.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The text of `errors`; left out when empty.
    pub errors: Vec<String>,
    /// Keys of the body beside `message` and `errors`.
    pub details: Vec<(&'static str, Value)>,
}

impl ApiError {
    /// An error with a message of its own.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), headers: Vec::new(), errors: Vec::new(), details: Vec::new() }
    }

    /// 400.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404: `No suite found` and its like.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 403.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 422 with `Validation failed: ` in front of the reasons.
    #[must_use]
    pub fn invalid(reasons: &[String]) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Validation failed: {}", reasons.join(", ")))
    }

    /// 500, of which the client learns nothing. `cause` goes to the log.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// 503: the same request may work later.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).with_reset(1)
    }

    /// Adds `RateLimit-Reset` and `Retry-After`, in whole seconds.
    #[must_use]
    pub fn with_reset(mut self, seconds: u64) -> Self {
        let value = HeaderValue::from(seconds);
        self.headers.push((HeaderName::from_static("ratelimit-reset"), value.clone()));
        self.headers.push((header::RETRY_AFTER, value));
        self
    }

    /// Adds a key of the body.
    #[must_use]
    pub fn with_detail(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((key, value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Errors of the store that a route has no words of its own for.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => {
                tracing::error!("the storage is full");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server's storage is full, nothing was stored")
            }
            StoreError::Unavailable(cause) => {
                tracing::error!(cause, "storage unavailable");
                Self::unavailable("Service temporarily unavailable, please retry")
            }
            // Not 503: a client that asks the same again would only load the server more.
            StoreError::TooExpensive { what } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("The query takes more than the server's limit of {what}; a shorter time window or more filters may help"),
            ),
            StoreError::SealedElsewhere => Self::invalid(&[error.to_string()]),
            StoreError::Taken(_) | StoreError::Missing(_) | StoreError::Corrupt(_) | StoreError::Internal(_) => Self::internal(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({ "message": self.message });
        if !self.errors.is_empty() {
            body["errors"] = self.errors.into();
        }
        for (key, value) in self.details {
            body[key] = value;
        }
        let content_type = (header::CONTENT_TYPE, crate::api::json::CONTENT_TYPE);
        let mut response = (self.status, [content_type], body.to_string()).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
