//! `/v2/access-token`: a token about itself.

use axum::extract::State;
use http::StatusCode;
use proctor_core::id::TokenId;
use proctor_core::organization::User;
use proctor_core::token::ApiToken;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::Caller;

/// A token as `/v2/access-token` shows it. Its times are not RFC 3339, as at Buildkite.
#[derive(Debug, Serialize)]
pub struct AccessToken {
    uuid: String,
    scopes: Vec<String>,
    description: String,
    created_at: String,
    expires_at: Option<String>,
    user: TokenUser,
}

#[derive(Debug, Serialize)]
struct TokenUser {
    name: String,
    email: String,
}

impl AccessToken {
    fn new(token: ApiToken, user: User) -> Self {
        let ApiToken { id, user_id: _, description, scopes, organizations: _, created_at, expires_at } = token;
        let User { id: _, name, email, created_at: _ } = user;
        Self {
            uuid: id.to_string(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            description,
            created_at: created_at.to_utc_words(),
            expires_at: expires_at.map(proctor_core::time::Timestamp::to_utc_words),
            user: TokenUser { name, email },
        }
    }
}

/// `GET`: needs no scope.
///
/// # Errors
/// 401.
pub async fn get(State(app): State<App>, Caller { token }: Caller) -> Result<Json<AccessToken>, ApiError> {
    let user = app.store.user(token.user_id).await?.ok_or_else(|| ApiError::not_found("No user found"))?;
    Ok(Json(AccessToken::new(token, user)))
}

/// `DELETE`: the token's next use is 401.
///
/// # Errors
/// 401.
pub async fn revoke(State(app): State<App>, Caller { token }: Caller) -> Result<StatusCode, ApiError> {
    let id: TokenId = token.id;
    app.store.revoke_api_token(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
