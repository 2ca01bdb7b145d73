//! `/v2/user`: whom the token speaks for.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use proctor_core::organization::User;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::ids::graphql_id;
use crate::api::json::Json;
use crate::auth::{ReadUser, Scoped};
use crate::urls::Urls;

/// Where everybody's picture is.
pub const AVATAR_PATH: &str = "/assets/avatar.svg";

/// A user on the wire.
#[derive(Debug, Serialize)]
pub struct UserBody {
    id: String,
    graphql_id: String,
    name: String,
    email: String,
    avatar_url: String,
    created_at: String,
}

impl UserBody {
    /// The user with its addresses.
    #[must_use]
    pub fn new(user: User, urls: &Urls) -> Self {
        let User { id, name, email, created_at } = user;
        Self {
            id: id.to_string(),
            graphql_id: graphql_id("User", id.uuid()),
            name,
            email,
            avatar_url: urls.web(AVATAR_PATH),
            created_at: created_at.to_string(),
        }
    }
}

/// `GET /v2/user`.
///
/// # Errors
/// 401, 403.
pub async fn get(State(app): State<App>, Scoped { caller, .. }: Scoped<ReadUser>, urls: Urls) -> Result<Json<UserBody>, ApiError> {
    let user = app.store.user(caller.token.user_id).await?.ok_or_else(|| ApiError::not_found("No user found"))?;
    Ok(Json(UserBody::new(user, &urls)))
}

/// The picture: the field wants an address, and asking a third party for pictures would tell it who our users are.
pub async fn avatar() -> Response {
    const PICTURE: &str = concat!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#CBD5E1"/>"##,
        r##"<circle cx="4" cy="3" r="1.5" fill="#475569"/><path d="M1 8a3 3 0 0 1 6 0z" fill="#475569"/></svg>"##
    );
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], PICTURE).into_response()
}
