//! `/v2/proctor/organizations/{org}/tokens`: API tokens of the organization. Administrators see all of them, members their own.

mod input;

use axum::extract::State;
use http::request::Parts;
use http::{StatusCode, Uri};
use proctor_core::id::TokenId;
use proctor_core::organization::Role;
use proctor_core::scope::Scope;
use proctor_core::token::ApiToken;
use proctor_store::catalog::tokens::NewApiToken;
use serde::Serialize;

use self::input::TokenInput;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{Caller, InOrganization, WriteTokens, path_uuid};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::secrets::new_api_token;

/// An API token on the wire. Not `Debug`: it may hold a secret.
#[derive(Serialize)]
pub struct TokenBody {
    id: String,
    user_id: String,
    description: String,
    scopes: Vec<String>,
    created_at: String,
    expires_at: Option<String>,
    /// The secret: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl TokenBody {
    /// The token, with its secret if it has just been made.
    #[must_use]
    pub fn new(token: ApiToken, secret: Option<String>) -> Self {
        let ApiToken { id, user_id, description, scopes, organizations: _, created_at, expires_at } = token;
        Self {
            id: id.to_string(),
            user_id: user_id.to_string(),
            description,
            scopes: scopes.iter().map(Scope::to_string).collect(),
            created_at: created_at.to_string(),
            expires_at: expires_at.map(|at| at.to_string()),
            token: secret,
        }
    }
}

/// `GET`: oldest first.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    place: InOrganization<WriteTokens>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TokenBody>, ApiError> {
    let tokens = visible_tokens(&app, &place).await?;
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    let params = PageParams::of(&query);
    let (total, request) = (tokens.len() as u64, params.request());
    let before = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let page = tokens.into_iter().skip(before).take(request.limit as usize).map(|token| TokenBody::new(token, None)).collect();
    Ok(Paged::new(page, total, params, &target))
}

/// `POST`: a token for the caller's own user, with no more than the caller's scopes.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    InOrganization { caller, organization, .. }: InOrganization<WriteTokens>,
    body: JsonObject,
) -> Result<(StatusCode, Json<TokenBody>), ApiError> {
    let now = app.clock.now();
    let TokenInput { description, scopes, expires_at } = TokenInput::read(&body, now)?;
    require_own_scopes(&caller, &scopes)?;
    let new_token = NewApiToken { user_id: caller.token.user_id, description, scopes, organizations: vec![organization.id], expires_at };
    let secret = new_api_token().map_err(|error| ApiError::internal(&error))?;
    let token = app.store.create_api_token(new_token, &secret, now).await?;
    Ok((StatusCode::CREATED, Json(TokenBody::new(token, Some(secret)))))
}

/// `DELETE`: the token's next use is 401.
///
/// # Errors
/// 401, 403, 404.
pub async fn revoke(State(app): State<App>, place: InOrganization<WriteTokens>, mut parts: Parts) -> Result<StatusCode, ApiError> {
    let unknown = || ApiError::not_found("No token found");
    let id = path_uuid(&mut parts, "token").await.map(TokenId::new).ok_or_else(unknown)?;
    if !visible_tokens(&app, &place).await?.iter().any(|token| token.id == id) {
        return Err(unknown());
    }
    app.store.revoke_api_token(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn visible_tokens(app: &App, place: &InOrganization<WriteTokens>) -> Result<Vec<ApiToken>, ApiError> {
    let mut tokens = app.store.api_tokens(place.organization.id).await?;
    match place.role {
        Role::Administrator => {}
        Role::Member => tokens.retain(|token| token.user_id == place.caller.token.user_id),
    }
    Ok(tokens)
}

/// Whoever could grant more than they have would have everything. Names that nobody knows grant nothing and are free.
fn require_own_scopes(caller: &Caller, scopes: &[Scope]) -> Result<(), ApiError> {
    let known = Scope::all_known();
    let lacking = scopes.iter().find(|scope| known.contains(scope) && !caller.token.has_scope(scope.as_str()));
    lacking.map_or(Ok(()), |scope| caller.require(scope.as_str()))
}
