//! Administration of a store: API tokens, and the user that they speak for.

use proctor_core::id::{OrganizationId, TokenId};
use proctor_core::organization::{Role, User};
use proctor_core::time::Timestamp;
use proctor_server::usecases::bootstrap::{ADMINISTRATOR_EMAIL, ADMINISTRATOR_NAME};
use proctor_server::usecases::secrets::new_api_token;
use proctor_store::catalog::tokens::{NewApiToken, Revoked};

use crate::admin::args::NewTokenArgs;
use crate::admin::local::Local;
use crate::admin::views::TokenView;
use crate::exit::Failure;

impl Local {
    /// Makes an API token for the administrator; the view has its secret.
    ///
    /// # Errors
    /// When there is no such organization.
    pub(crate) async fn create_token(&self, args: &NewTokenArgs, expires_at: Option<Timestamp>) -> anyhow::Result<TokenView> {
        let organization = self.organization(&args.org).await?;
        let user = self.administrator_of(organization.id).await?;
        let secret = new_api_token()?;
        let token = NewApiToken {
            user_id: user.id,
            description: args.description.trim().to_owned(),
            scopes: args.scopes(),
            organizations: vec![organization.id],
            expires_at,
        };
        let token = self.store.create_api_token(token, &secret, self.now).await?;
        Ok(TokenView { token: Some(secret), ..token.into() })
    }

    /// The tokens of an organization, oldest first.
    ///
    /// # Errors
    /// When there is no such organization.
    pub(crate) async fn tokens(&self, organization: &str) -> anyhow::Result<Vec<TokenView>> {
        let organization = self.organization(organization).await?;
        Ok(self.store.api_tokens(organization.id).await?.into_iter().map(TokenView::from).collect())
    }

    /// Revokes a token of an organization.
    ///
    /// # Errors
    /// When the organization has no such token.
    pub(crate) async fn revoke_token(&self, organization: &str, id: TokenId) -> anyhow::Result<()> {
        let organization = self.organization(organization).await?;
        let is_known = self.store.api_tokens(organization.id).await?.iter().any(|token| token.id == id);
        if is_known && self.store.revoke_api_token(id).await? == Revoked::Revoked {
            return Ok(());
        }
        let next_step = format!("'proctor token list --org {}' shows those there are", organization.slug);
        Err(Failure::refused(format!("there is no token {id} in {}", organization.slug), next_step).into())
    }

    /// The administrator, a member of the organization from now on at the latest.
    pub(super) async fn administrator_of(&self, organization: OrganizationId) -> anyhow::Result<User> {
        let user = match self.store.user_by_email(ADMINISTRATOR_EMAIL).await? {
            Some(user) => user,
            None => self.store.create_user(ADMINISTRATOR_NAME, ADMINISTRATOR_EMAIL, self.now).await?,
        };
        self.store.set_role(organization, user.id, Role::Administrator).await?;
        Ok(user)
    }
}
