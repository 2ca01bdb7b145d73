//! Who is signed in to the pages: sessions, and links that sign in once.

use proctor_core::id::{TokenId, UserId};
use proctor_core::time::Timestamp;
use proctor_core::token::ApiToken;

use super::tokens::token_of;
use crate::database::{Columns, Statement};
use crate::secret::SecretHash;
use crate::{Store, StoreError};

/// A session that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Whose it is.
    pub user: UserId,
    /// The API token that signed in: the session may do what it may, and ends when it does.
    pub token: Option<TokenId>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is.
    pub user: UserId,
    /// The API token that signed in, live at the time asked for.
    pub token: Option<ApiToken>,
}

impl Store {
    /// Makes a session with this secret, of which only the hash is kept; sessions and links that have ended go.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn create_session(&self, session: NewSession, secret: &str, now: Timestamp) -> Result<(), StoreError> {
        let NewSession { user, token, expires_at } = session;
        let mut transaction = self.connections().write().await?;
        for ended in ["DELETE FROM sessions WHERE expires_at <= $1", "DELETE FROM sign_in_links WHERE expires_at <= $1"] {
            Statement::fixed(ended).with(now).execute(transaction.connection()).await?;
        }
        let insert =
            Statement::fixed("INSERT INTO sessions (secret_hash, user_id, token_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)");
        let insert = insert.with(SecretHash::of(secret).bytes()).with(user.bytes());
        let insert = insert.with(token.as_ref().map(|token| token.bytes().as_slice())).with(now).with(expires_at);
        insert.execute(transaction.connection()).await?;
        transaction.commit().await
    }

    /// The session with this secret, unless it, or the token that made it, has ended.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let mut connection = self.connections().read().await?;
        let select = Statement::fixed("SELECT user_id, token_id FROM sessions WHERE secret_hash = $1 AND expires_at > $2");
        let row = select.with(SecretHash::of(secret).bytes()).with(now).optional(&mut connection).await?;
        let Some(row) = row else { return Ok(None) };
        let user = row.id("user_id", UserId::from_bytes)?;
        let Some(id) = row.maybe_id("token_id", TokenId::from_bytes)? else { return Ok(Some(Session { user, token: None })) };
        let select = Statement::fixed("SELECT id, user_id, description, scopes, created_at, expires_at FROM api_tokens WHERE id = $1");
        let Some(row) = select.with(id.bytes()).optional(&mut connection).await? else { return Ok(None) };
        let mut tokens = vec![token_of(&row)?];
        self.fill_organizations(&mut connection, &mut tokens).await?;
        let token = tokens.pop().filter(|token| token.is_live(now));
        Ok(token.map(|token| Session { user, token: Some(token) }))
    }

    /// Ends the session with this secret, if there is one.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn end_session(&self, secret: &str) -> Result<(), StoreError> {
        let delete = Statement::fixed("DELETE FROM sessions WHERE secret_hash = $1").with(SecretHash::of(secret).bytes());
        delete.execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// Makes a link that signs `user` in, once, before `expires_at`.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn create_sign_in_link(&self, user: UserId, secret: &str, expires_at: Timestamp) -> Result<(), StoreError> {
        let insert = Statement::fixed("INSERT INTO sign_in_links (secret_hash, user_id, expires_at) VALUES ($1, $2, $3)");
        let insert = insert.with(SecretHash::of(secret).bytes()).with(user.bytes()).with(expires_at);
        insert.execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// Whether a link with this secret would sign in now.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn has_sign_in_link(&self, secret: &str, now: Timestamp) -> Result<bool, StoreError> {
        let select = Statement::fixed("SELECT user_id FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2");
        let select = select.with(SecretHash::of(secret).bytes()).with(now);
        Ok(select.optional(&mut *self.connections().read().await?).await?.is_some())
    }

    /// Uses a link up: whom it signs in, if it was still good.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn use_sign_in_link(&self, secret: &str, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        let delete = Statement::fixed("DELETE FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2 RETURNING user_id");
        let row = delete.with(SecretHash::of(secret).bytes()).with(now).optional(&mut *self.connections().writer().await?).await?;
        row.map(|row| row.id("user_id", UserId::from_bytes)).transpose()
    }
}
