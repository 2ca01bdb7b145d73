//! Refusals on the wire (`uploads.md`, 13.2).

use http::StatusCode;

use crate::api::error::ApiError;
use crate::auth::upload_token::unknown_token;
use crate::usecases::ingest::Refusal;

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::Malformed(_) | Refusal::HungUp { .. } => StatusCode::BAD_REQUEST,
            Refusal::Silent { .. } => StatusCode::REQUEST_TIMEOUT,
            Refusal::BodyTooLarge { .. } | Refusal::DecodedBodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::MissingRunKey
            | Refusal::RunKeyTooLong { .. }
            | Refusal::TooManyFields
            | Refusal::FieldTooLong { .. }
            | Refusal::MissingData
            | Refusal::UnsupportedFormat(_)
            | Refusal::TooManyResults { .. }
            | Refusal::Unparsable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Busy => return Self::unavailable(refusal.to_string()),
            // The suite was deleted while its upload was on the way, and its token with it.
            Refusal::Storage(proctor_store::StoreError::Missing("suite")) => return unknown_token(),
            Refusal::Storage(error) => return error.into(),
            Refusal::Internal => return Self::internal(&refusal),
        };
        Self::new(status, refusal.to_string())
    }
}
