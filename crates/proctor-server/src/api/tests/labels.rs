//! `PATCH A/suites/{suite}/tests/{test}/labels`.

use axum::extract::State;
use proctor_core::label::Label;
use proctor_store::StoreError;
use proctor_store::catalog::labels::{Added, LABELS_PER_TEST_MAX, LabelAuthor, LabelSource, Removal};
use serde_json::{Map, Value};

use super::body::TestBody;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableTest, InTest, WriteSuites};
use crate::urls::Urls;

/// Adds labels to a test, or takes them away whoever gave them. What is so already stays so.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn change(
    State(app): State<App>,
    EditableTest(InTest { place, test }): EditableTest<WriteSuites>,
    urls: Urls,
    JsonObject(body): JsonObject,
) -> Result<Json<TestBody>, ApiError> {
    let operator = Operator::read(&body)?;
    let labels = read_labels(&body)?;
    let (suite, now) = (place.suite.id, app.clock.now());
    let by = LabelAuthor { user: place.caller.token.user_id, token: Some(place.caller.token.id) };
    match operator {
        Operator::Add => match app.store.add_labels_by(suite, test.id, (&labels, &LabelSource::Person), Some(by), now).await {
            Ok(Added::Yes) => {}
            Ok(Added::TooMany) => return Err(ApiError::invalid(&[format!("Labels are too many (maximum is {LABELS_PER_TEST_MAX})")])),
            Err(StoreError::Missing(_)) => return Err(ApiError::not_found("No test found")),
            Err(error) => return Err(error.into()),
        },
        Operator::Remove => app.store.remove_labels_by(suite, test.id, (&labels, &Removal::Everyone), by, now).await?,
    }
    let test = app.store.test_by_id(suite, test.id).await?.ok_or_else(|| ApiError::not_found("No test found"))?;
    Ok(Json(TestBody::new(test, &urls.suite(&place.organization.slug, &place.suite.slug))))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Remove,
}

impl Operator {
    fn read(body: &Map<String, Value>) -> Result<Self, ApiError> {
        match body.get("operator").and_then(Value::as_str) {
            Some("add") => Ok(Self::Add),
            Some("remove") => Ok(Self::Remove),
            _ => Err(ApiError::bad_request("operator must be \"add\" or \"remove\"")),
        }
    }
}

/// The labels, each once. More than a test can have are not even looked at.
fn read_labels(body: &Map<String, Value>) -> Result<Vec<Label>, ApiError> {
    let refused = || ApiError::bad_request("labels must be a non-empty array of strings");
    let named = body.get("labels").and_then(Value::as_array).filter(|labels| !labels.is_empty()).ok_or_else(refused)?;
    let mut labels: Vec<Label> = Vec::new();
    for label in named {
        // PostgreSQL cannot keep U+0000.
        let text = label.as_str().ok_or_else(refused)?.replace('\0', "\u{fffd}");
        let label = Label::new(text).map_err(|error| {
            let status = http::StatusCode::from_u16(error.fault().status()).unwrap_or(http::StatusCode::BAD_REQUEST);
            ApiError::new(status, error.to_string())
        })?;
        if labels.len() == LABELS_PER_TEST_MAX {
            return Err(ApiError::invalid(&[format!("Labels are too many (maximum is {LABELS_PER_TEST_MAX})")]));
        }
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    Ok(labels)
}
