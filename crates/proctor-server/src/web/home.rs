//! The beginning: `/`, and the short address of an organization.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, Method, header};

use super::error::WebError;
use super::viewer::SignedIn;
use crate::App;
use crate::api::discovery;
use crate::api::error::ApiError;
use crate::auth::path_text;

/// Whether a person asks: browsers name HTML, programs do not.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"))
}

/// `GET /`: the first organization of who is signed in; to programs what the API says (`rest-api.md`, section 1.9).
///
/// # Errors
/// What the store says.
pub async fn root(State(app): State<App>, headers: HeaderMap, viewer: Result<SignedIn, WebError>) -> Result<Response, WebError> {
    if !wants_html(&headers) {
        return Ok(discovery::root(State(app)).await.into_response());
    }
    let SignedIn(viewer) = viewer?;
    for organization in app.store.all_organizations().await? {
        if viewer.allows(organization.id) && app.store.role(organization.id, viewer.user.id).await?.is_some() {
            return Ok(Redirect::to(&format!("/organizations/{}/analytics/suites", organization.slug)).into_response());
        }
    }
    Err(WebError::forbidden("You are signed in, but a member of no organization here."))
}

/// `GET /{org}`: the web address of an organization in the API's answers. To programs there is nothing here, by any method.
pub async fn organization(method: Method, headers: HeaderMap, mut parts: Parts) -> Response {
    // What is no text names nothing.
    let slug = path_text(&mut parts, "org").await.unwrap_or_default();
    if wants_html(&headers) && method.is_safe() && proctor_core::slug::is_slug(&slug) {
        return Redirect::to(&format!("/organizations/{slug}/analytics/suites")).into_response();
    }
    if wants_html(&headers) { WebError::no_page().into_response() } else { ApiError::not_found("Not Found").into_response() }
}
