//! API tokens.

use proctor_core::id::{OrganizationId, TokenId, UserId};
use proctor_core::scope::Scope;
use proctor_core::time::Timestamp;
use proctor_core::token::ApiToken;

use crate::{Store, StoreError};

/// An API token to be made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// Whom it speaks for.
    pub user_id: UserId,
    /// What it is for.
    pub description: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Where it may do it.
    pub organizations: Vec<OrganizationId>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// Makes an API token with this secret, of which only the hash is kept.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the secret is that of another token.
    pub async fn create_api_token(&self, token: NewApiToken, secret: &str, now: Timestamp) -> Result<ApiToken, StoreError> {
        let _ = (token, secret, now);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// The token with this secret, found by its hash and compared in constant time. An expired token is found too: ask [`ApiToken::is_live`].
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn api_token_by_secret(&self, secret: &str) -> Result<Option<ApiToken>, StoreError> {
        let _ = secret;
        Ok(None)
    }

    /// The tokens that may be used in the organization, oldest first, at most 10,000.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn api_tokens(&self, organization: OrganizationId) -> Result<Vec<ApiToken>, StoreError> {
        let _ = organization;
        Ok(Vec::new())
    }

    /// Revokes a token: whether there was one. Its next use is as if it had never been.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn revoke_api_token(&self, token: TokenId) -> Result<Revoked, StoreError> {
        let _ = token;
        Ok(Revoked::NoSuchToken)
    }
}

/// What revoking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The token is gone.
    Revoked,
    /// There was none.
    NoSuchToken,
}
