//! Pages, styles and scripts go over the wire with gzip to those who can read it.

use axum::body::Body;
use axum::response::Response;
use http::header;
use tower_http::compression::predicate::Predicate;
use tower_http::compression::{CompressionBody, CompressionLayer};

/// Text for browsers. The API's answers stay as they are: whole, with their length.
#[derive(Clone, Copy, Debug)]
pub(super) struct ForBrowsers;

const KINDS: [&[u8]; 4] = [b"text/html", b"text/css", b"text/javascript", b"image/svg+xml"];

impl Predicate for ForBrowsers {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &http::Response<B>) -> bool {
        let kind = response.headers().get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| KINDS.iter().any(|known| kind.as_bytes().starts_with(known)))
    }
}

pub(super) fn layer() -> CompressionLayer<ForBrowsers> {
    CompressionLayer::new().gzip(true).compress_when(ForBrowsers)
}

/// Back to the type that all other layers have.
pub(super) fn plain(response: http::Response<CompressionBody<Body>>) -> Response {
    response.map(Body::new)
}
