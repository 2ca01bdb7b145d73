//! API tokens: who they speak for and what they may do. Secrets are not part of them.

use crate::id::{OrganizationId, TokenId, UserId};
use crate::scope::Scope;
use crate::time::Timestamp;

/// An API token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// Whom it speaks for.
    pub user_id: UserId,
    /// What it is for, in the words of whoever made it.
    pub description: String,
    /// What it may do, in the order given.
    pub scopes: Vec<Scope>,
    /// Where it may do it.
    pub organizations: Vec<OrganizationId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None`: never.
    pub expires_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it carries the scope named `scope`.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known.as_str() == scope)
    }

    /// Whether it works at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }

    /// Whether it may be used in `organization`.
    #[must_use]
    pub fn allows(&self, organization: OrganizationId) -> bool {
        self.organizations.contains(&organization)
    }
}
