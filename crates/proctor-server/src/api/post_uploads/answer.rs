//! The answer to an accepted upload (`uploads.md`, 13.1).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use serde::Serialize;

use crate::urls::SuiteUrls;
use crate::usecases::ingest::{Resend, Stored, Undelivered};

/// Says that an earlier upload with the same bytes answers.
const IDENTICAL_HEADER: HeaderName = HeaderName::from_static("proctor-identical-upload");

/// Exactly these keys in this order, on one line: the plugin finds `run_url` with a pattern when it has no jq.
#[derive(Serialize)]
struct Receipt<'a> {
    id: String,
    run_id: String,
    queued: u64,
    skipped: u64,
    errors: &'a [String],
    run_url: String,
    upload_id: String,
    upload_url: String,
}

/// 202: the swift collector accepts only 201 to 204, and the rust one insists on a body that it can decode.
pub(super) fn accepted(stored: &Stored, urls: &SuiteUrls, undelivered: Undelivered) -> Response {
    let Stored { upload_id, run_id, queued, skipped, errors, resend } = stored;
    let receipt = Receipt {
        id: upload_id.to_string(),
        run_id: run_id.to_string(),
        queued: *queued,
        skipped: *skipped,
        errors,
        run_url: urls.run_web(*run_id),
        upload_id: upload_id.to_string(),
        upload_url: urls.upload_web(*upload_id),
    };
    let text = match serde_json::to_vec(&receipt) {
        Ok(text) => text,
        Err(error) => return crate::api::error::ApiError::internal(&error).into_response(),
    };
    let body = Watched { body: Full::new(Bytes::from(text)), undelivered: Some(undelivered) };
    let mut response = (StatusCode::ACCEPTED, json(Body::new(body))).into_response();
    if *resend == Resend::OfEarlierUpload
        && let Ok(value) = HeaderValue::from_str(&upload_id.to_string())
    {
        response.headers_mut().insert(IDENTICAL_HEADER, value);
    }
    response
}

/// A JSON body with its content type.
pub(super) fn json(body: impl Into<Body>) -> ([(HeaderName, HeaderValue); 1], Body) {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))], body.into())
}

/// A body that knows whether the connection ever took it. When the sender has gone, hyper drops it unread.
struct Watched {
    body: Full<Bytes>,
    undelivered: Option<Undelivered>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(undelivered) = self.undelivered.take() {
            undelivered.delivered();
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
