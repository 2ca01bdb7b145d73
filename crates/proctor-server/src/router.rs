//! All routes.

use axum::Router;
use axum::routing::post;

use crate::App;
use crate::api::post_uploads;

/// The router with all routes.
pub fn router(app: App) -> Router {
    Router::new().route("/v1/uploads", post(post_uploads::post_upload)).with_state(app)
}
