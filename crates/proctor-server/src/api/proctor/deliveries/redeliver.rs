//! `POST .../deliveries/{delivery}/redeliver`.

use axum::extract::State;
use http::StatusCode;
use proctor_store::StoreError;

use super::DeliveryBody;
use super::list::InDelivery;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::WriteSuites;

/// Has a message sent again, under the same id, and its action no longer paused. One that waits leaves at once, too.
///
/// # Errors
/// 401, 403, 404.
pub async fn redeliver(
    State(app): State<App>,
    InDelivery { place, message }: InDelivery<WriteSuites>,
) -> Result<(StatusCode, Json<DeliveryBody>), ApiError> {
    place.require_edit(&app, "You are not allowed to send deliveries of this suite again").await?;
    let message = app.store.redeliver(place.suite.id, message.id, app.clock.now()).await.map_err(|error| match error {
        StoreError::Missing(_) => ApiError::not_found("No delivery found"),
        error => error.into(),
    })?;
    Ok((StatusCode::ACCEPTED, Json(message.into())))
}
