//! API tokens.

use proctor_core::id::{OrganizationId, TokenId, UserId};
use proctor_core::scope::Scope;
use proctor_core::time::Timestamp;
use proctor_core::token::ApiToken;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, Value};
use crate::new_id::uuid_of;
use crate::secret::SecretHash;
use crate::{Store, StoreError};

/// Tokens that a list gives at the most.
const TOKENS_LISTED_MAX: u32 = 10_000;

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
        let NewApiToken { user_id, description, scopes, organizations, expires_at } = token;
        let token = ApiToken { id: TokenId::new(uuid_of(now)), user_id, description, scopes, organizations, created_at: now, expires_at };
        let mut transaction = self.connections().write().await?;
        let insert = Statement::fixed(
            "INSERT INTO api_tokens (id, user_id, description, secret_hash, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert.with(token.id.bytes()).with(token.user_id.bytes()).with(&token.description);
        let insert = insert.with(SecretHash::of(secret).bytes()).with(&scopes_text(&token.scopes)?).with(now).with(token.expires_at);
        insert.execute(transaction.connection()).await?;
        if !token.organizations.is_empty() {
            let insert = "INSERT INTO api_token_organizations (organization_id, token_id, position) VALUES ";
            let mut insert = Statement::built(transaction.engine(), insert);
            for (position, organization) in (0_i64..).zip(&token.organizations) {
                insert.row(&[organization.bytes().into(), token.id.bytes().into(), position.into()]);
            }
            insert.push(" ON CONFLICT (organization_id, token_id) DO NOTHING");
            insert.execute(transaction.connection()).await?;
        }
        transaction.commit().await?;
        Ok(token)
    }

    /// The token with this secret, found by its hash and compared in constant time. An expired token is found too: ask [`ApiToken::is_live`].
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn api_token_by_secret(&self, secret: &str) -> Result<Option<ApiToken>, StoreError> {
        let hash = SecretHash::of(secret);
        let mut connection = self.connections().read().await?;
        let statement = Statement::fixed(
            "SELECT id, user_id, description, secret_hash, scopes, created_at, expires_at FROM api_tokens WHERE secret_hash = $1",
        );
        let Some(row) = statement.with(hash.bytes()).optional(&mut connection).await? else { return Ok(None) };
        if !hash.matches(row.bytes("secret_hash")?) {
            return Ok(None);
        }
        let mut tokens = vec![token_of(&row)?];
        self.fill_organizations(&mut connection, &mut tokens).await?;
        Ok(tokens.pop())
    }

    /// The tokens that may be used in the organization, oldest first, at most 10,000.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn api_tokens(&self, organization: OrganizationId) -> Result<Vec<ApiToken>, StoreError> {
        let mut connection = self.connections().read().await?;
        let statement = Statement::fixed(
            "SELECT api_tokens.id, user_id, description, scopes, created_at, expires_at FROM api_token_organizations \
             JOIN api_tokens ON api_tokens.id = api_token_organizations.token_id \
             WHERE organization_id = $1 ORDER BY created_at, api_tokens.id LIMIT $2",
        );
        let rows = statement.with(organization.bytes()).with(TOKENS_LISTED_MAX).all(&mut connection).await?;
        let mut tokens: Vec<ApiToken> = rows.iter().map(token_of).collect::<Result<_, _>>()?;
        self.fill_organizations(&mut connection, &mut tokens).await?;
        Ok(tokens)
    }

    /// Revokes a token: whether there was one. Its next use is as if it had never been.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn revoke_api_token(&self, token: TokenId) -> Result<Revoked, StoreError> {
        let mut transaction = self.connections().write().await?;
        let links = Statement::fixed("DELETE FROM api_token_organizations WHERE token_id = $1").with(token.bytes());
        links.execute(transaction.connection()).await?;
        let tokens = Statement::fixed("DELETE FROM api_tokens WHERE id = $1").with(token.bytes());
        let deleted = tokens.execute(transaction.connection()).await?;
        transaction.commit().await?;
        Ok(if deleted == 0 { Revoked::NoSuchToken } else { Revoked::Revoked })
    }

    pub(super) async fn fill_organizations(&self, connection: &mut AnyConnection, tokens: &mut [ApiToken]) -> Result<(), StoreError> {
        for some in tokens.chunks_mut(500) {
            let select = "SELECT token_id, organization_id FROM api_token_organizations WHERE token_id IN ";
            let mut statement = Statement::built(self.connections().engine(), select);
            statement.list(some.iter().map(|token| Value::from(token.id.bytes()))).push(" ORDER BY position");
            for row in statement.all(connection).await? {
                let id = row.id("token_id", TokenId::from_bytes)?;
                let organization = row.id("organization_id", OrganizationId::from_bytes)?;
                some.iter_mut().filter(|token| token.id == id).for_each(|token| token.organizations.push(organization));
            }
        }
        Ok(())
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

/// Without its organizations.
pub(super) fn token_of(row: &AnyRow) -> Result<ApiToken, StoreError> {
    let scopes: Vec<String> =
        serde_json::from_str(&row.text("scopes")?).map_err(|error| StoreError::Corrupt(format!("scopes of a token: {error}")))?;
    Ok(ApiToken {
        id: row.id("id", TokenId::from_bytes)?,
        user_id: row.id("user_id", UserId::from_bytes)?,
        description: row.text("description")?,
        scopes: scopes.iter().filter_map(|scope| Scope::parse(scope)).collect(),
        organizations: Vec::new(),
        created_at: row.time("created_at")?,
        expires_at: row.maybe_time("expires_at")?,
    })
}

fn scopes_text(scopes: &[Scope]) -> Result<String, StoreError> {
    let names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    serde_json::to_string(&names).map_err(|error| StoreError::Internal(error.to_string()))
}
