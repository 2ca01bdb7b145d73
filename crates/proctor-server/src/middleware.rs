//! All layers around the routes, outermost first in [`layered`].

mod answer_headers;
mod compress;
mod cors;
mod json_errors;
mod linger;
mod panics;
mod prefix;
mod request_id;
mod target;

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;

pub use answer_headers::AnswerHeaders;

use crate::App;

/// The routes with everything around them. It is no [`Router`], whose layers would come too late to change what is routed.
#[must_use]
pub fn layered(routes: Router, app: &App) -> BoxCloneSyncService<Request, Response, Infallible> {
    let target = target::Target::of(&app.settings);
    let service = ServiceBuilder::new()
        .layer(from_fn(request_id::trace))
        .layer(from_fn(cors::allow_everyone))
        .layer(from_fn(linger::read_to_the_end))
        .layer(from_fn(answer_headers::collect))
        .map_response(compress::plain)
        .layer(compress::layer())
        .layer(from_fn_with_state(prefix::Prefix::of(&app.settings), prefix::put_before_addresses))
        .layer(from_fn(json_errors::as_json))
        .layer(CatchPanicLayer::custom(panics::answer))
        .layer(from_fn_with_state(target, target::normalise))
        .service(routes);
    BoxCloneSyncService::new(service)
}
