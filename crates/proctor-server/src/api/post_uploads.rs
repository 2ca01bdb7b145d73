//! `POST /v1/uploads` (`uploads.md`): receives test results.
//!
//! Whoever asks is known before the first byte of the body is read, so `Expect: 100-continue` is answered with `100` only when the
//! headers are acceptable. From then on the upload has a task of its own, which goes on when the sender hangs up.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, header};

use crate::App;
use crate::api::error::ApiError;
use crate::auth::upload_token;
use crate::urls::Urls;
use crate::usecases::ingest::{Admission, Coding, Refusal, Shape, Stored, Undelivered, UploadHead, Uploader};

mod answer;
mod drain;
mod refused;

/// Receives test results (`uploads.md`).
///
/// # Errors
/// As section 13.2 of that contract says.
pub async fn post_upload(State(app): State<App>, urls: Urls, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let accepted = match accept(&app, &urls, &parts).await {
        Ok(accepted) => accepted,
        Err(error) => {
            // A sender that waits for `100 Continue` has sent nothing, and must not be told to begin.
            if !parts.headers.contains_key(header::EXPECT) {
                drain::in_background(body.into_data_stream());
            }
            return Err(error);
        }
    };
    let suite_urls = urls.suite(&accepted.uploader.organization.slug, &accepted.uploader.suite.slug);
    // Its own task: the connection that this future belongs to may go at any time.
    let (stored, undelivered) = tokio::spawn(receive(app, accepted, body)).await.map_err(|error| ApiError::internal(&error))??;
    Ok(answer::accepted(&stored, &suite_urls, undelivered))
}

/// The address of the suite, for old ruby collectors (`uploads.md`, section 1).
///
/// # Errors
/// 401 without an upload token.
pub async fn upload_metadata(State(app): State<App>, urls: Urls, headers: HeaderMap) -> Result<Response, ApiError> {
    let token = upload_token::token_in(&headers).ok_or_else(upload_token::unknown_token)?;
    let found = upload_token::with_upload_token(&app, &urls, &token).await?;
    let (organization, suite) = found.ok_or_else(upload_token::unknown_token)?;
    let suite_url = urls.suite(&organization.slug, &suite.slug).web;
    Ok(answer::json(serde_json::json!({ "suite_url": suite_url }).to_string()).into_response())
}

/// What is known once the headers have been found acceptable.
struct Accepted {
    uploader: Uploader,
    head: UploadHead,
    admission: Admission,
}

async fn accept(app: &App, urls: &Urls, parts: &Parts) -> Result<Accepted, ApiError> {
    let uploader = upload_token::uploader(app, urls, &parts.headers).await?;
    let head = head(&parts.headers).and_then(|head| {
        app.ingest.check_declared(head.declared_bytes)?;
        let admission = app.ingest.admit()?;
        Ok((head, admission))
    });
    match head {
        Ok((head, admission)) => Ok(Accepted { uploader, head, admission }),
        Err(refusal) => {
            app.ingest.refuse_head(uploader, &refusal).await;
            Err(refusal.into())
        }
    }
}

fn head(headers: &HeaderMap) -> Result<UploadHead, Refusal> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let codings: Vec<&str> = headers.get_all(header::CONTENT_ENCODING).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let coding = Coding::from_header(&codings.join(","))
        .ok_or_else(|| Refusal::UnsupportedMediaType("Content-Encoding is not supported: send gzip, deflate or none".to_owned()))?;
    let shape = Shape::from_header(text(header::CONTENT_TYPE))?;
    let declared_bytes = text(header::CONTENT_LENGTH).and_then(|length| length.trim().parse().ok());
    Ok(UploadHead { shape, coding, declared_bytes })
}

async fn receive(app: App, accepted: Accepted, body: Body) -> Result<(Stored, Undelivered), ApiError> {
    let Accepted { uploader, head, admission } = accepted;
    let mut stream = body.into_data_stream();
    let received = app.ingest.receive(uploader, &head, &mut stream, admission).await;
    if received.is_err() {
        drain::in_background(stream);
    }
    Ok(received?)
}
