//! Who calls: the owner of a live API token.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use proctor_core::token::ApiToken;

use super::bearer::bearer;
use super::path::path_text;
use crate::App;
use crate::api::error::ApiError;
use crate::middleware::AnswerHeaders;
use crate::urls::Urls;

/// Who calls. Unknown, expired and revoked tokens, and requests without one, are 401 before anything else is looked at.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The token.
    pub token: ApiToken,
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Some(secret) = bearer(&parts.headers) else { return Err(refused(parts, app)) };
        let token = app.store.api_token_by_secret(secret).await?.filter(|token| token.is_live(app.clock.now()));
        let Some(token) = token else { return Err(refused(parts, app)) };
        let answer = parts.extensions.get::<AnswerHeaders>().cloned().unwrap_or_default();
        answer.add([(header::CACHE_CONTROL, HeaderValue::from_static("private"))]);
        let caller = Self { token };
        caller.count(parts, app, &answer).await?;
        Ok(caller)
    }
}

impl Caller {
    /// Checks a scope.
    ///
    /// # Errors
    /// 403 when the token lacks it.
    pub fn require(&self, scope: &str) -> Result<(), ApiError> {
        if self.token.has_scope(scope) {
            return Ok(());
        }
        Err(ApiError::forbidden(format!("Your access token doesn't have the {scope} scope")))
    }

    /// Counts the request for the user, and for the organization that it is about: the one in the path if it is the token's, else the
    /// token's first.
    async fn count(&self, parts: &mut Parts, app: &App, answer: &AnswerHeaders) -> Result<(), ApiError> {
        let Some(limit) = app.settings.rate_limit else { return Ok(()) };
        let named = match path_text(parts, "org").await {
            Some(slug) => app.store.organization_by_slug(&slug).await?.map(|organization| organization.id),
            None => None,
        };
        let organization = named.filter(|id| self.token.allows(*id)).or_else(|| self.token.organizations.first().copied());
        let allowance = app.rate_limiter.count(limit, organization, self.token.user_id, app.clock.now());
        answer.add(allowance.headers());
        allowance.check()
    }
}

/// The beginning of the message is fixed: clients look for it (`rest-api.md`, section 1.5).
fn refused(parts: &Parts, app: &App) -> ApiError {
    let docs = Urls::of(&app.settings, &parts.uri, &parts.headers).api_docs();
    ApiError::new(StatusCode::UNAUTHORIZED, format!("Authentication required. Please supply a valid API Access Token: {docs}"))
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
