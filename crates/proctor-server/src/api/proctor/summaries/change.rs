//! `POST .../summaries`, `DELETE .../summaries/{summary}` and `POST .../summaries/{summary}/send`.

use axum::extract::State;
use http::StatusCode;
use proctor_core::id::Uuid;
use proctor_store::catalog::summaries::{SUMMARIES_PER_SUITE_MAX, SummaryMail};
use serde::Serialize;

use super::preview::made_now;
use super::{InSummary, SummaryBody, input};
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, WriteSuites};
use crate::usecases::summaries::Schedule;

const NOT_ALLOWED: &str = "You don't have permission to edit this suite";

/// Makes a subscription.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<SummaryBody>), ApiError> {
    let (settings, team) = input::read(&app, &place, &body).await?;
    let schedule = Schedule::of(&settings).map_err(|error| ApiError::invalid(&[error.to_string()]))?;
    let now = app.clock.now();
    let made = app.store.create_summary(place.suite.id, settings, schedule.next_after(now), now).await?;
    let made = made.ok_or_else(|| ApiError::invalid(&[format!("a suite has at most {SUMMARIES_PER_SUITE_MAX} summaries")]))?;
    Ok((StatusCode::CREATED, Json(SummaryBody::new(made, team.map(|team| team.slug), None))))
}

/// Ends a subscription.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete(State(app): State<App>, InSummary { place, summary }: InSummary<WriteSuites>) -> Result<StatusCode, ApiError> {
    place.require_edit(&app, NOT_ALLOWED).await?;
    app.store.delete_summary(place.suite.id, summary.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The mail that is on its way.
#[derive(Debug, Serialize)]
pub struct SentBody {
    id: String,
    subject: String,
}

/// Sends the summary of the seven full days before today at once, also when there is nothing to report. The turn of the subscription stays.
///
/// # Errors
/// 401, 403, 404; 422 without a mail server; 503 while other history is read.
pub async fn send(
    State(app): State<App>,
    InSummary { place, summary }: InSummary<WriteSuites>,
) -> Result<(StatusCode, Json<SentBody>), ApiError> {
    place.require_edit(&app, NOT_ALLOWED).await?;
    if app.settings.delivery.mail.is_none() {
        return Err(ApiError::invalid(&["this server has no mail server: see --smtp-url".to_owned()]));
    }
    let (_, text) = made_now(&app, &summary).await?;
    // Asked for twice, it is sent twice.
    let mail = SummaryMail { id: uuid::Builder::from_random_bytes(rand::random()).into_uuid(), text };
    let (id, subject): (Uuid, String) = (mail.id, mail.text.subject.clone());
    app.store.send_summary(&summary, mail, app.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(SentBody { id: id.to_string(), subject })))
}
