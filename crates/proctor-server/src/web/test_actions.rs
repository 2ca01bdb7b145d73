//! What can be done to a test on its page: a state, a label.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::id::TestId;
use proctor_core::label::Label;
use proctor_core::state::TestState;
use proctor_store::StoreError;
use proctor_store::catalog::labels::{Added, LabelAuthor, LabelSource, Removal};
use proctor_store::catalog::states::StateAuthor;

pub(super) use proctor_core::workflow::action::STATE_REASON_BYTES_MAX as REASON_BYTES_MAX;

use super::error::WebError;
use super::form::SentForm;
use super::place::AtSuite;
use super::test::ACTIONS;
use crate::App;
use crate::query::QueryParams;
pub(super) use crate::usecases::test_state::DAYS_MAX;
use crate::usecases::test_state::Wish;

/// `POST …/tests/{test}/state`.
///
/// # Errors
/// 403, 404, 422; what the store says.
pub async fn set_state(
    State(app): State<App>,
    at: AtSuite,
    Path((_, _, id)): Path<(String, String, String)>,
    SentForm(form): SentForm,
) -> Result<Response, WebError> {
    let viewer = at.editor()?;
    let id: TestId = id.parse().map_err(|_| WebError::unknown("test"))?;
    let state = wanted_state(&at, &form)?;
    let now = app.clock.now();
    // What is no number is too few days.
    let days = form.filled("expires_in_days").map(|days| days.trim().parse().unwrap_or_default());
    let reason = form.filled("reason").map(std::borrow::Cow::into_owned);
    let wish = Wish { expires_in_days: days, reason, ..Wish::default() };
    let new = wish.new_state(state, StateAuthor::User(viewer.user.id), now).map_err(|fault| WebError::invalid(fault.to_string()))?;
    app.store.set_test_state(at.suite.id, id, &new, now).await.map_err(known_test)?;
    Ok(Redirect::to(&format!("{}/tests/{id}", at.path())).into_response())
}

/// `POST …/tests/{test}/labels`.
///
/// # Errors
/// 403, 404, 422; what the store says.
pub async fn change_label(
    State(app): State<App>,
    at: AtSuite,
    Path((_, _, id)): Path<(String, String, String)>,
    SentForm(form): SentForm,
) -> Result<Response, WebError> {
    let viewer = at.editor()?;
    let id: TestId = id.parse().map_err(|_| WebError::unknown("test"))?;
    let label =
        Label::new(form.get("label").unwrap_or_default().trim().to_owned()).map_err(|error| WebError::invalid(error.to_string()))?;
    let (by, now) = (LabelAuthor { user: viewer.user.id, token: None }, app.clock.now());
    match form.get("operator").as_deref() {
        Some("add") => {
            let added = app.store.add_labels_by(at.suite.id, id, (&[label], &LabelSource::Person), Some(by), now).await;
            let added = added.map_err(known_test)?;
            if added == Added::TooMany {
                return Err(WebError::invalid("This test has as many labels as a test may have."));
            }
        }
        Some("remove") => app.store.remove_labels_by(at.suite.id, id, (&[label], &Removal::Everyone), by, now).await?,
        _ => return Err(WebError::invalid("operator must be add or remove")),
    }
    Ok(Redirect::to(&format!("{}/tests/{id}", at.path())).into_response())
}

/// The state that a form asks for, if the suite's settings allow it (`rest-api.md`, section 3.5).
///
/// # Errors
/// 422.
pub(super) fn wanted_state(at: &AtSuite, form: &QueryParams) -> Result<TestState, WebError> {
    let wanted = form.get("state").unwrap_or_default();
    let known = ACTIONS.iter().find(|(_, action, _)| *action == wanted);
    let (state, _, _) = known.ok_or_else(|| WebError::invalid("state must be one of enable, mute, skip"))?;
    if is_allowed(at, *state) { Ok(*state) } else { Err(WebError::invalid("The settings of this suite do not allow that.")) }
}

/// Whether the suite's settings allow the state.
pub(super) fn is_allowed(at: &AtSuite, state: TestState) -> bool {
    let rules = &at.suite.settings.states;
    rules.is_managed
        && match state {
            TestState::Enabled => true,
            TestState::Muted => rules.may_mute,
            TestState::Skipped => rules.may_skip,
        }
}

fn known_test(error: StoreError) -> WebError {
    match error {
        StoreError::Missing("test") => WebError::unknown("test"),
        other => other.into(),
    }
}
