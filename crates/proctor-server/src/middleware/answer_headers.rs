//! Headers that extractors put on the answer, whatever the handler makes of the request.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

/// The headers to be put on the answer: an extension of every request.
#[derive(Clone, Debug, Default)]
pub struct AnswerHeaders(Arc<Mutex<Vec<(HeaderName, HeaderValue)>>>);

impl AnswerHeaders {
    /// Adds headers; one that the handler sets itself wins.
    pub fn add(&self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(headers);
    }

    fn take(&self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) async fn collect(mut request: Request, next: Next) -> Response {
    let wanted = AnswerHeaders::default();
    request.extensions_mut().insert(wanted.clone());
    let mut response = next.run(request).await;
    for (name, value) in wanted.take() {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
