//! The settings of a suite.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::owners::OwnersFile;
use proctor_core::retention::Keep;
use proctor_core::suite::{SuiteSettings, Visibility};
use proctor_store::StoreError;
use serde_json::{Map, Value};

use super::chrome::{Chrome, Tab};
use super::error::WebError;
use super::form::SentForm;
use super::html::Html;
use super::place::AtSuite;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::suites::input::SuiteInput;
use crate::query::QueryParams;
use crate::usecases::secrets::new_upload_token;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    chrome: Chrome,
    settings: SuiteSettings,
    is_public: bool,
    retention_days: String,
    aggregates_days: String,
    label_tag_keys: String,
    owners: String,
    upload_token: String,
    upload_url: String,
    csrf: String,
    path: String,
}

/// `GET …/suites/{suite}/settings`.
///
/// # Errors
/// 403 for those who may not change the suite; what the store says.
pub async fn show(State(app): State<App>, at: AtSuite, urls: crate::urls::Urls) -> Result<Html<impl Template>, WebError> {
    at.require_edit()?;
    let upload_token = app.store.upload_tokens(at.organization.id, &[at.suite.id]).await?.pop().unwrap_or_default();
    Ok(Html(SettingsPage {
        chrome: Chrome::of_suite("Settings", &at, Tab::Settings),
        settings: at.suite.settings.clone(),
        retention_days: days_text(at.suite.settings.retention.executions),
        aggregates_days: days_text(at.suite.settings.retention.aggregates),
        label_tag_keys: at.suite.settings.label_tag_keys.join(", "),
        owners: app.store.owners_file(at.suite.id).await?.map(|file| file.text).unwrap_or_default(),
        is_public: at.visibility == Visibility::Public,
        upload_token,
        upload_url: urls.api("/v1/uploads"),
        csrf: at.viewer.as_ref().map(|viewer| viewer.csrf.clone()).unwrap_or_default(),
        path: at.path(),
    }))
}

/// `POST …/suites/{suite}/settings`: what the API's change of a suite takes, by the same rules, and who may read the pages.
///
/// # Errors
/// 403, 422; what the store says.
pub async fn change(State(app): State<App>, at: AtSuite, SentForm(form): SentForm) -> Result<Response, WebError> {
    at.require_edit()?;
    let input = SuiteInput::for_change(&JsonObject(fields_of(&form)), at.suite.settings.clone())?;
    let suite = app.store.update_suite(at.organization.id, at.suite.id, input.settings).await.map_err(|error| match error {
        StoreError::Taken(_) => WebError::invalid("Another suite has this name."),
        other => other.into(),
    })?;
    let visibility = if form.flag("public") { Visibility::Public } else { Visibility::Private };
    app.store.set_visibility(at.organization.id, at.suite.id, visibility).await?;
    Ok(Redirect::to(&format!("/organizations/{}/analytics/suites/{}/settings", at.organization.slug, suite.slug)).into_response())
}

/// The form in the words of the API. What cannot be a number is passed on as text, so that the API's rule says what is wrong.
fn fields_of(form: &QueryParams) -> Map<String, Value> {
    let text = |key: &str| form.get(key).map(|value| value.trim().to_owned()).unwrap_or_default();
    let days = |key: &str| match text(key) {
        days if days.is_empty() => Value::Null,
        days => days.parse::<u64>().map_or_else(|_| Value::from(days), Value::from),
    };
    let keys = text("label_tag_keys");
    let keys: Vec<&str> = keys.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
    let mut fields = Map::new();
    for key in ["name", "default_branch"] {
        fields.insert(key.to_owned(), text(key).into());
    }
    for key in ["retention_days", "aggregates_days"] {
        fields.insert(key.to_owned(), days(key));
    }
    for key in ["test_state_management", "mute_allowed", "skip_allowed"] {
        fields.insert(key.to_owned(), form.flag(key).into());
    }
    fields.insert("label_tag_keys".to_owned(), keys.into());
    fields
}

/// `POST …/suites/{suite}/settings/owners`: another TESTOWNERS file.
///
/// # Errors
/// 403; 422 for a file without a rule, and the file before stays; what the store says.
pub async fn replace_owners(State(app): State<App>, at: AtSuite, SentForm(form): SentForm) -> Result<Response, WebError> {
    at.require_edit()?;
    let text = form.get("owners").unwrap_or_default().replace("\r\n", "\n");
    let file = OwnersFile::parse(text.as_bytes()).map_err(|error| WebError::invalid(error.to_string()))?;
    app.store.replace_owners_file(at.suite.id, &text, file, app.clock.now()).await?;
    Ok(Redirect::to(&format!("{}/settings", at.path())).into_response())
}

/// Empty is for ever.
fn days_text(keep: Keep) -> String {
    keep.as_days().map(|days| days.to_string()).unwrap_or_default()
}

/// `POST …/suites/{suite}/settings/token`: a new upload token; the old one stops at once.
///
/// # Errors
/// 403; what the store says.
pub async fn rotate(State(app): State<App>, at: AtSuite, _form: SentForm) -> Result<Response, WebError> {
    at.require_edit()?;
    let token = new_upload_token().map_err(|error| crate::api::error::ApiError::internal(&error))?;
    app.store.rotate_upload_token(at.organization.id, at.suite.id, &token).await?;
    Ok(Redirect::to(&format!("{}/settings", at.path())).into_response())
}
