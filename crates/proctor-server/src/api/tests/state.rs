//! `PUT A/suites/{suite}/tests/{test}/skip`, `/mute` and `/enable`. They take no body; one that is sent is not read.

use axum::extract::State;
use proctor_core::state::{StateRefusal, TestState};
use proctor_store::StoreError;
use proctor_store::catalog::states::{NewState, StateAuthor};

use super::body::TestBody;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableTest, InTest, WriteSuites};
use crate::urls::Urls;

/// The test does not run any more.
///
/// # Errors
/// 400, 401, 403, 404.
pub async fn skip(State(app): State<App>, test: EditableTest<WriteSuites>, urls: Urls) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, TestState::Skipped).await
}

/// The failures of the test do not count any more.
///
/// # Errors
/// 400, 401, 403, 404.
pub async fn mute(State(app): State<App>, test: EditableTest<WriteSuites>, urls: Urls) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, TestState::Muted).await
}

/// The test runs, and its failures count.
///
/// # Errors
/// 401, 403, 404.
pub async fn enable(State(app): State<App>, test: EditableTest<WriteSuites>, urls: Urls) -> Result<Json<TestBody>, ApiError> {
    set(app, test, urls, TestState::Enabled).await
}

async fn set(app: App, test: EditableTest<WriteSuites>, urls: Urls, state: TestState) -> Result<Json<TestBody>, ApiError> {
    let EditableTest(InTest { place, test }) = test;
    place.suite.settings.states.check(state)?;
    let by = StateAuthor::User(place.caller.token.user_id);
    let new = NewState { state, by, reason: None, expires_at: None };
    app.store.set_test_state(place.suite.id, test.id, &new, app.clock.now()).await.map_err(|error| match error {
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
