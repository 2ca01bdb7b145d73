//! `GET .../incidents`, and `GET`, `PUT` and `DELETE .../incident-guard`.

use axum::extract::State;
use http::StatusCode;
use proctor_store::StoreError;
use proctor_store::catalog::evaluations::Incident;
use proctor_store::documents::{read_guard, write_guard};
use serde::Serialize;
use serde_json::{Map, Value};

use super::list::ListPlace;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, InSuite, ReadSuites, WriteSuites};
use crate::pagination::{PageParams, Paged};

/// A run that was a mass failure.
#[derive(Debug, Serialize)]
pub struct IncidentBody {
    run_id: String,
    at: String,
    uploads: u64,
    #[serde(flatten)]
    detail: Map<String, Value>,
}

impl From<Incident> for IncidentBody {
    fn from(incident: Incident) -> Self {
        let Incident { run, at, uploads, detail } = incident;
        Self { run_id: run.to_string(), at: at.to_string(), uploads, detail }
    }
}

/// Newest first.
///
/// # Errors
/// 401, 403, 404.
pub async fn incidents(State(app): State<App>, at: ListPlace) -> Result<Paged<IncidentBody>, ApiError> {
    let params = PageParams::of(&at.query);
    let page = app.store.incidents(at.place.suite.id, params.request()).await?;
    let items = page.items.into_iter().map(IncidentBody::from).collect();
    Ok(Paged::new(items, page.total, params, &at.target(None)))
}

/// The guard, or null when mass failures are not looked for.
///
/// # Errors
/// 401, 403, 404.
pub async fn get_guard(State(app): State<App>, place: InSuite<ReadSuites>) -> Result<Json<Option<Value>>, ApiError> {
    Ok(Json(app.store.incident_guard(place.suite.id).await?.map(|guard| write_guard(&guard))))
}

/// Turns the guard on, or changes it.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn put_guard(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    JsonObject(body): JsonObject,
) -> Result<Json<Value>, ApiError> {
    let guard = read_guard(body).map_err(|reasons| ApiError::invalid(&reasons))?;
    app.store.set_incident_guard(place.suite.id, Some(guard)).await.map_err(gone)?;
    Ok(Json(write_guard(&guard)))
}

/// Turns the guard off.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete_guard(State(app): State<App>, EditableSuite(place): EditableSuite<WriteSuites>) -> Result<StatusCode, ApiError> {
    app.store.set_incident_guard(place.suite.id, None).await.map_err(gone)?;
    Ok(StatusCode::NO_CONTENT)
}

fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::Missing(_) => ApiError::not_found("No suite found"),
        error => error.into(),
    }
}
