//! `GET .../deliveries` and `GET .../deliveries/{delivery}`.

use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use proctor_core::id::{DeliveryId, LedgerId, WorkflowId};
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::outbox::{Message, MessageFilter, MessageStatus};

use super::DeliveryBody;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::proctor::ledger::ListPlace;
use crate::auth::{InSuite, ReadSuites, RequiredScope, path_uuid};
use crate::pagination::{PageParams, Paged};
use crate::query::QueryParams;

/// Messages of the suite, newest first; `?workflow=`, `?event=`, `?status=` narrow the list. They are listed for 30 days after their end.
///
/// # Errors
/// 400 for what is no UUID or no status; 401, 403, 404.
pub async fn list(State(app): State<App>, at: ListPlace) -> Result<Paged<DeliveryBody>, ApiError> {
    let filter = filter_of(&at.query)?;
    let params = PageParams::of(&at.query);
    let page = app.store.messages(at.place.suite.id, filter, params.request()).await?;
    let items = page.items.into_iter().map(DeliveryBody::from).collect();
    Ok(Paged::new(items, page.total, params, &at.target(None)))
}

/// A caller with the scope `S` at the delivery of the path.
#[derive(Debug)]
pub struct InDelivery<S> {
    pub(super) place: InSuite<S>,
    pub(super) message: Message,
}

impl<S: RequiredScope> FromRequestParts<App> for InDelivery<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No delivery found");
        let id = path_uuid(parts, "delivery").await.map(DeliveryId::new).ok_or_else(unknown)?;
        let message = app.store.message(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, message })
    }
}

/// One message.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(InDelivery { message, .. }: InDelivery<ReadSuites>) -> Json<DeliveryBody> {
    Json(message.into())
}

fn filter_of(query: &QueryParams) -> Result<MessageFilter, ApiError> {
    let id = |key: &str| match query.filled(key) {
        Some(text) => hyphenated_uuid(&text).map(Some).ok_or_else(|| ApiError::bad_request(format!("{key} must be a UUID"))),
        None => Ok(None),
    };
    let status = query.filled("status").map(|word| MessageStatus::from_word(&word).ok_or_else(unknown_status)).transpose()?;
    Ok(MessageFilter { workflow: id("workflow")?.map(WorkflowId::new), event: id("event")?.map(LedgerId::new), status })
}

fn unknown_status() -> ApiError {
    ApiError::bad_request(format!("status must be one of {}", MessageStatus::ALL.map(MessageStatus::as_str).join(", ")))
}
