//! What a person sees when there is no page.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proctor_store::StoreError;

use super::assets::{AssetUrls, urls};
use super::html::answer;
use crate::api::error::ApiError;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebError {
    /// Nobody is signed in; afterwards the viewer is to come back to this path.
    SignIn(String),
    /// With a status and a sentence.
    Shown(StatusCode, String),
}

impl WebError {
    /// 404.
    #[must_use]
    pub fn no_page() -> Self {
        Self::Shown(StatusCode::NOT_FOUND, "There is no page at this address.".to_owned())
    }

    /// 404, of something in particular.
    #[must_use]
    pub fn unknown(what: &str) -> Self {
        Self::Shown(StatusCode::NOT_FOUND, format!("There is no such {what}, or you may not see it."))
    }

    /// 403.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::Shown(StatusCode::FORBIDDEN, message.into())
    }

    /// 422: what was asked for cannot be.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Shown(StatusCode::UNPROCESSABLE_ENTITY, message.into())
    }
}

impl From<ApiError> for WebError {
    fn from(error: ApiError) -> Self {
        Self::Shown(error.status, error.message)
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    assets: &'static AssetUrls,
    status: u16,
    reason: &'static str,
    message: &'a str,
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => {
                let next = utf8_percent_encode(&next, NON_ALPHANUMERIC);
                Redirect::to(&format!("/sign-in?next={next}")).into_response()
            }
            Self::Shown(status, message) => {
                let reason = status.canonical_reason().unwrap_or("Error");
                answer(status, &ErrorPage { assets: urls(), status: status.as_u16(), reason, message: &message })
            }
        }
    }
}
