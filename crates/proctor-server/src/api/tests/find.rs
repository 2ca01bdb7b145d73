//! `POST A/suites/{suite}/tests/find`.

use axum::extract::State;
use proctor_core::identity::test_id;
use serde_json::Value;

use super::body::TestBody;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};
use crate::urls::Urls;

/// The test with exactly this scope and name: its id follows from them.
///
/// # Errors
/// 400, 401, 403, 404, 413.
pub async fn find(State(app): State<App>, place: InSuite<ReadSuites>, urls: Urls, body: JsonObject) -> Result<Json<TestBody>, ApiError> {
    let text = |key: &str| body.0.get(key).and_then(Value::as_str);
    let (Some(scope), Some(name)) = (text("scope"), text("name").filter(|name| !name.is_empty())) else {
        return Err(ApiError::bad_request("name and scope are required"));
    };
    let test = app.store.test_by_id(place.suite.id, test_id(place.suite.id, scope, name)).await?;
    let test = test.ok_or_else(|| ApiError::not_found("No test found"))?;
    Ok(Json(TestBody::new(test, &urls.suite(&place.organization.slug, &place.suite.slug))))
}
