//! Forms: URL-encoded, and only with the token of the session that they were made for.

use axum::RequestPartsExt;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;

use super::error::WebError;
use super::viewer::MaybeViewer;
use crate::App;
use crate::query::QueryParams;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 256 * 1024;
/// The field with the session's token.
pub const CSRF_FIELD: &str = "_csrf";

/// The fields of a form that somebody who is signed in has sent.
#[derive(Clone, Debug)]
pub struct SentForm(pub QueryParams);

impl FromRequest<App> for SentForm {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self, WebError> {
        let (mut parts, body) = request.into_parts();
        let MaybeViewer(viewer) = parts.extract_with_state::<MaybeViewer, App>(app).await?;
        let fields = read(body).await?;
        let viewer = viewer.ok_or_else(|| WebError::SignIn("/".to_owned()))?;
        if !viewer.has_sent(&fields.get(CSRF_FIELD).unwrap_or_default()) {
            return Err(WebError::forbidden("This form is out of date. Go back, load the page anew and send it again."));
        }
        Ok(Self(fields))
    }
}

/// The fields of any form.
pub(super) async fn read(body: axum::body::Body) -> Result<QueryParams, WebError> {
    let too_large = |_| WebError::Shown(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large.".to_owned());
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(too_large)?;
    Ok(QueryParams::parse(&String::from_utf8_lossy(&bytes)))
}
