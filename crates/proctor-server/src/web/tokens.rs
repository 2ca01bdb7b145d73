//! API tokens of an organization. A new one is shown once, in the answer that made it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::day::DAY_MS;
use proctor_core::id::TokenId;
use proctor_core::organization::Role;
use proctor_core::scope::{KNOWN_SCOPES, Scope, WRITE_TOKENS};
use proctor_core::token::ApiToken;
use proctor_store::catalog::tokens::NewApiToken;

use super::chrome::Chrome;
use super::error::WebError;
use super::form::SentForm;
use super::html::Html;
use super::place::AtOrganization;
use super::when::When;
use crate::App;
use crate::api::error::ApiError;
use crate::usecases::secrets::new_api_token;

/// Bytes of a description.
const DESCRIPTION_BYTES_MAX: usize = 1024;
/// The terms that can be chosen, in days.
const TERMS: [i64; 4] = [7, 30, 90, 365];

struct TokenRow {
    id: String,
    description: String,
    scopes: Vec<String>,
    created: When,
    expires: Option<When>,
    has_ended: bool,
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    chrome: Chrome,
    rows: Vec<TokenRow>,
    scopes: Vec<(&'static str, bool)>,
    terms: [i64; 4],
    made: Option<String>,
    csrf: String,
    path: String,
}

/// `GET /organizations/{org}/tokens`.
///
/// # Errors
/// 403 without the scope; what the store says.
pub async fn list(State(app): State<App>, at: AtOrganization) -> Result<Html<impl Template>, WebError> {
    page_of(&app, &at, None).await
}

/// `POST /organizations/{org}/tokens`: a token for the viewer's own user, with no more than the session's scopes.
///
/// # Errors
/// 403, 422; what the store says.
pub async fn create(State(app): State<App>, at: AtOrganization, SentForm(form): SentForm) -> Result<Response, WebError> {
    require(&at)?;
    let description = form.get("description").map(|text| text.trim().to_owned()).unwrap_or_default();
    if description.is_empty() || description.len() > DESCRIPTION_BYTES_MAX {
        return Err(WebError::invalid("A token needs a description, so that somebody knows later what it is for."));
    }
    let asked = form.all().iter().filter(|(key, _)| key == b"scope").map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let scopes: Vec<Scope> = asked.filter_map(|name| Scope::parse(&name)).filter(|scope| KNOWN_SCOPES.contains(&scope.as_str())).collect();
    if let Some(scope) = scopes.iter().find(|scope| !at.viewer.may(scope.as_str())) {
        return Err(WebError::forbidden(format!("You cannot grant {}: this session does not have it.", scope.as_str())));
    }
    let now = app.clock.now();
    let days = form.filled("days").and_then(|days| days.parse::<i64>().ok()).filter(|days| TERMS.contains(days));
    let expires_at = days.map(|days| now.plus_millis(days * DAY_MS));
    let secret = new_api_token().map_err(|error| ApiError::internal(&error))?;
    let token = NewApiToken { user_id: at.viewer.user.id, description, scopes, organizations: vec![at.organization.id], expires_at };
    app.store.create_api_token(token, &secret, now).await?;
    Ok(page_of(&app, &at, Some(secret)).await?.into_response())
}

/// `POST /organizations/{org}/tokens/{token}/revoke`.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn revoke(
    State(app): State<App>,
    at: AtOrganization,
    Path((_, id)): Path<(String, String)>,
    _form: SentForm,
) -> Result<Response, WebError> {
    require(&at)?;
    let id: TokenId = id.parse().map_err(|_| WebError::unknown("token"))?;
    if !visible(&app, &at).await?.iter().any(|token| token.id == id) {
        return Err(WebError::unknown("token"));
    }
    app.store.revoke_api_token(id).await?;
    Ok(Redirect::to(&format!("/organizations/{}/tokens", at.organization.slug)).into_response())
}

async fn page_of(app: &App, at: &AtOrganization, made: Option<String>) -> Result<Html<TokensPage>, WebError> {
    require(at)?;
    let now = app.clock.now();
    let row = |token: ApiToken| TokenRow {
        id: token.id.to_string(),
        scopes: token.scopes.iter().map(Scope::to_string).collect(),
        created: When::new(token.created_at, now),
        expires: token.expires_at.map(|at| When::new(at, now)),
        has_ended: !token.is_live(now),
        description: token.description,
    };
    Ok(Html(TokensPage {
        chrome: Chrome::of_organization("API tokens", at),
        rows: visible(app, at).await?.into_iter().map(row).collect(),
        scopes: KNOWN_SCOPES
            .iter()
            .map(|scope| (*scope, *scope == proctor_core::scope::READ_SUITES))
            .filter(|(scope, _)| at.viewer.may(scope))
            .collect(),
        terms: TERMS,
        made,
        csrf: at.viewer.csrf.clone(),
        path: format!("/organizations/{}/tokens", at.organization.slug),
    }))
}

/// Administrators see all tokens, members their own.
async fn visible(app: &App, at: &AtOrganization) -> Result<Vec<ApiToken>, WebError> {
    let mut tokens = app.store.api_tokens(at.organization.id).await?;
    if at.role == Role::Member {
        tokens.retain(|token| token.user_id == at.viewer.user.id);
    }
    Ok(tokens)
}

fn require(at: &AtOrganization) -> Result<(), WebError> {
    if at.viewer.may(WRITE_TOKENS) {
        Ok(())
    } else {
        Err(WebError::forbidden("This session may not see or make API tokens: it lacks the scope write_tokens."))
    }
}
