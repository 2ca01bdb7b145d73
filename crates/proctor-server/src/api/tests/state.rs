//! `PUT A/suites/{suite}/tests/{test}/skip`, `/mute` and `/enable`. Proctor's own: `skip` and `mute` may say why and until when; without a body
//! they say nothing of it, as clients of the API that Proctor is compatible with do. `enable` does not read its body.

use axum::extract::State;
use proctor_core::state::{StateRefusal, TestState};
use proctor_store::StoreError;
use proctor_store::catalog::states::StateAuthor;
use serde_json::{Map, Value};

use super::body::TestBody;
use crate::App;
use crate::api::body::MaybeJsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableTest, InTest, WriteSuites};
use crate::urls::Urls;
use crate::usecases::test_state::Wish;

/// The test does not run any more.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn skip(
    State(app): State<App>,
    test: EditableTest<WriteSuites>,
    urls: Urls,
    MaybeJsonObject(body): MaybeJsonObject,
) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, (TestState::Skipped, wish(&body)?)).await
}

/// The failures of the test do not count any more.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn mute(
    State(app): State<App>,
    test: EditableTest<WriteSuites>,
    urls: Urls,
    MaybeJsonObject(body): MaybeJsonObject,
) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, (TestState::Muted, wish(&body)?)).await
}

/// The test runs, and its failures count.
///
/// # Errors
/// 401, 403, 404.
pub async fn enable(State(app): State<App>, test: EditableTest<WriteSuites>, urls: Urls) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, (TestState::Enabled, Wish::default())).await
}

/// What a body says. Keys that are not known are none of ours.
fn wish(body: &Map<String, Value>) -> Result<Wish, ApiError> {
    let text = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ApiError::invalid(&[format!("{key} must be a string")])),
    };
    let expires_in_days = match body.get("expires_in_days") {
        None | Some(Value::Null) => None,
        Some(days) => Some(days.as_u64().ok_or_else(|| ApiError::invalid(&["expires_in_days must be a whole number".to_owned()]))?),
    };
    Ok(Wish { expires_at: text("expires_at")?, expires_in_days, reason: text("reason")? })
}

async fn set(app: App, test: EditableTest<WriteSuites>, urls: Urls, (state, wish): (TestState, Wish)) -> Result<Json<TestBody>, ApiError> {
    let EditableTest(InTest { place, test }) = test;
    place.suite.settings.states.check(state)?;
    let by = StateAuthor::User(place.caller.token.user_id);
    let now = app.clock.now();
    let new = wish.new_state(state, by, now).map_err(|fault| ApiError::invalid(&[fault.to_string()]))?;
    app.store.set_test_state(place.suite.id, test.id, &new, now).await.map_err(|error| match error {
        StoreError::Missing(_) => ApiError::not_found("No test found"),
        error => error.into(),
    })?;
    Ok(Json(TestBody::new(test, &urls.suite(&place.organization.slug, &place.suite.slug))))
}

impl From<StateRefusal> for ApiError {
    fn from(refusal: StateRefusal) -> Self {
        match refusal {
            StateRefusal::NotManaged => Self::not_found(refusal.to_string()),
            StateRefusal::NoMuting | StateRefusal::NoSkipping => Self::bad_request(refusal.to_string()),
        }
    }
}
