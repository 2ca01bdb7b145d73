//! Reading on after an early answer.
//!
//! A handler that answers 401 or 413 leaves the rest of the body unread. If the connection were closed then, the kernel would reset it and
//! many clients would report a broken pipe instead of our answer. So the rest is read and dropped for a while, beside the answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::oneshot;

/// For how long an unwanted body is read.
const LINGER: Duration = Duration::from_secs(10);
/// How many bytes of it are read; behind them the connection is closed.
const LINGER_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(super) async fn read_to_the_end(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits_for_continue = request.headers().contains_key(header::EXPECT);
    let (back, returned) = oneshot::channel();
    let request = request.map(|body| Body::new(Lent { body, was_polled: false, back: Some(back) }));
    let response = next.run(request).await;
    tokio::spawn(async move {
        let Ok((rest, was_polled)) = returned.await else { return };
        // Who waits for `100 Continue` has sent nothing yet and will not, unless the body was asked for.
        if was_polled || !waits_for_continue {
            // What is left after that time goes with the connection.
            let _ = tokio::time::timeout(LINGER, discard(rest)).await;
        }
    });
    response
}

async fn discard(mut rest: Body) {
    let mut left = LINGER_BYTES_MAX;
    while let Some(Ok(frame)) = rest.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len() as u64));
        if left == 0 {
            return;
        }
    }
}

/// A body that comes back when its reader drops it unfinished.
struct Lent {
    body: Body,
    was_polled: bool,
    back: Option<oneshot::Sender<(Body, bool)>>,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.was_polled = true;
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take().filter(|_| !self.body.is_end_stream()) {
            // Nobody waits when the connection is gone.
            let _ = back.send((std::mem::take(&mut self.body), self.was_polled));
        }
    }
}
