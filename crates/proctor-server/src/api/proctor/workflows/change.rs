//! `POST .../workflows`, and `PATCH` and `DELETE .../workflows/{workflow}`.

use axum::extract::State;
use http::StatusCode;
use proctor_core::workflow::definition::WORKFLOWS_PER_SUITE_MAX;
use proctor_store::StoreError;
use proctor_store::catalog::workflows::{Author, Changed, Workflow};
use proctor_store::documents::write_workflow;
use proctor_store::error::Unique;
use serde_json::Value;

use super::input::WorkflowInput;
use super::{InWorkflow, WorkflowBody};
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, InSuite, WriteSuites};
use crate::query::QueryParams;

const NOT_ALLOWED: &str = "You don't have permission to edit this suite";

/// Makes a workflow. `?dry_run=true`: answers with the document that it would have, and makes nothing.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    query: QueryParams,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let is_trial = query.strict_flag("dry_run")?;
    let input = WorkflowInput::for_new(body, &place.suite.settings.default_branch)?;
    if is_trial {
        return Ok((StatusCode::OK, Json(Value::Object(write_workflow(&app.store.sealed(place.suite.id, input.definition)?)))));
    }
    let WorkflowInput { definition, application } = input;
    let author = Author::User(place.caller.token.user_id);
    let made = app.store.create_workflow(place.suite.id, definition, application, author, app.clock.now()).await;
    match made.map_err(|error| refused(error, "No suite found"))? {
        Changed::Yes(workflow) => {
            app.evaluator.wake();
            answer(StatusCode::CREATED, &workflow)
        }
        Changed::TooMany => Err(ApiError::invalid(&[format!("a suite has at most {WORKFLOWS_PER_SUITE_MAX} workflows")])),
    }
}

/// Changes a workflow: what is not named stays. `?dry_run=true` as above.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn update(
    State(app): State<App>,
    InWorkflow { place, workflow }: InWorkflow<WriteSuites>,
    query: QueryParams,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    place.require_edit(&app, NOT_ALLOWED).await?;
    let is_trial = query.strict_flag("dry_run")?;
    let input = WorkflowInput::for_change(body, &workflow.definition)?;
    if is_trial {
        return Ok((StatusCode::OK, Json(Value::Object(write_workflow(&app.store.sealed(place.suite.id, input.definition)?)))));
    }
    let WorkflowInput { definition, application } = input;
    let (author, now) = (Author::User(place.caller.token.user_id), app.clock.now());
    let updated = app.store.update_workflow(place.suite.id, workflow.id, definition, application, author, now).await;
    let updated = updated.map_err(|error| refused(error, "No workflow found"))?;
    app.evaluator.wake();
    answer(StatusCode::OK, &updated)
}

/// Deletes a workflow. Nothing is fired, and what it did to tests stays.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete(State(app): State<App>, InWorkflow { place, workflow }: InWorkflow<WriteSuites>) -> Result<StatusCode, ApiError> {
    place.require_edit(&app, NOT_ALLOWED).await?;
    let InSuite { suite, caller, .. } = place;
    let deleted = app.store.delete_workflow(suite.id, workflow.id, Author::User(caller.token.user_id), app.clock.now()).await;
    deleted.map_err(|error| refused(error, "No workflow found"))?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(status: StatusCode, workflow: &Workflow) -> Result<(StatusCode, Json<Value>), ApiError> {
    let body = serde_json::to_value(WorkflowBody::new(workflow)).map_err(|error| ApiError::internal(&error))?;
    Ok((status, Json(body)))
}

fn refused(error: StoreError, gone: &'static str) -> ApiError {
    match error {
        StoreError::Taken(Unique::WorkflowName) => ApiError::invalid(&["name has already been taken".to_owned()]),
        StoreError::Missing(_) => ApiError::not_found(gone),
        error => error.into(),
    }
}
