//! All routes. Paths arrive here without doubled leading slashes and without a trailing slash, see [`crate::middleware`].

use axum::Router;
use axum::routing::{any, delete, get, post};

use crate::App;
use crate::api::error::ApiError;
use crate::api::proctor::{organizations as all_organizations, tokens, upload_token};
use crate::api::{access_token, discovery, health, organizations, post_uploads, runs, suites, uploads, user};

/// The router with all routes.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(public())
        .merge(collectors())
        .merge(account())
        .merge(analytics())
        .merge(proctor())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .with_state(app)
}

/// What needs no token.
fn public() -> Router<App> {
    Router::new()
        .route("/", get(discovery::root))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/v2/meta", get(discovery::meta))
        .route("/.well-known/api-catalog", get(discovery::api_catalog))
        .route(user::AVATAR_PATH, get(user::avatar))
}

/// Who the caller is and where.
fn account() -> Router<App> {
    Router::new()
        .route("/v2/access-token", get(access_token::get).delete(access_token::revoke))
        .route("/v2/organizations", get(organizations::list))
        .route("/v2/organizations/{org}", get(organizations::get))
        .route("/v2/user", get(user::get))
}

/// Test Engine.
fn analytics() -> Router<App> {
    let one_suite = get(suites::get::get).patch(suites::update::update).put(suites::update::update).delete(suites::delete::delete);
    Router::new()
        .route(&a("/suites"), get(suites::list::list).post(suites::create::create))
        // Reserved for OpenID Connect; until that is built the word is no suite's slug (`rest-api.md`, section 3.1).
        .route(&a("/suites/create_from_pipeline"), any(no_route))
        .route(&a("/suites/{suite}"), one_suite)
        .route(&a("/suites/{suite}/runs"), get(runs::list::list))
        .route(&a("/suites/{suite}/runs/{run}"), get(runs::get::get))
        .route(&a("/suites/{suite}/runs/{run}/failed_executions"), get(runs::failed_executions::list))
        .route(&a("/suites/{suite}/uploads/{upload}"), get(uploads::get))
}

/// Proctor's own.
fn proctor() -> Router<App> {
    Router::new()
        .route("/v2/proctor/organizations", get(all_organizations::list).post(all_organizations::create))
        .route("/v2/proctor/organizations/{org}/tokens", get(tokens::list).post(tokens::create))
        .route("/v2/proctor/organizations/{org}/tokens/{token}", delete(tokens::revoke))
        .route("/v2/proctor/organizations/{org}/suites/{suite}/upload-token/rotate", post(upload_token::rotate))
        .route("/v2/proctor/organizations/{org}/suites/{suite}/runs/{run}/executions", get(runs::executions::list))
}

/// What collectors call, with the token of a suite.
fn collectors() -> Router<App> {
    Router::new()
        .route("/v1/uploads", post(post_uploads::post_upload))
        // A job that runs the JavaScript and the Swift collector with one shared base URL asks for this (`uploads.md`, section 1).
        .route("/v1/uploads/uploads", post(post_uploads::post_upload))
        .route("/v1/upload", post(post_uploads::post_upload))
        .route("/v1/uploads/metadata", get(post_uploads::upload_metadata))
}

/// A path below an organization's Test Engine. Not nested: nesting would hide the beginning of the path from the `Link` header.
fn a(rest: &str) -> String {
    format!("/v2/analytics/organizations/{{org}}{rest}")
}

async fn no_route() -> ApiError {
    ApiError::not_found("Not Found")
}

async fn no_method() -> ApiError {
    ApiError::new(http::StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}
