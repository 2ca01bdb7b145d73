//! A link that signs the operator in, so that a new server can be looked at without a token at hand.

use proctor_core::time::Timestamp;
use proctor_store::{Store, StoreError};

use super::bootstrap::ADMINISTRATOR_EMAIL;
use super::secrets::{NoRandomness, new_session_secret};

/// How long a link is good, in minutes.
pub const LINK_MINUTES: i64 = 15;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum SignInLinkError {
    /// No secret could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// What the store says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The path of a link that signs in, once, the administrator that the first start has made; `None` when that one is gone.
///
/// # Errors
/// See [`SignInLinkError`].
pub async fn sign_in_link(store: &Store, now: Timestamp) -> Result<Option<String>, SignInLinkError> {
    let Some(administrator) = store.user_by_email(ADMINISTRATOR_EMAIL).await? else { return Ok(None) };
    let secret = new_session_secret()?;
    store.create_sign_in_link(administrator.id, &secret, now.plus_millis(LINK_MINUTES * 60_000)).await?;
    Ok(Some(format!("/sign-in/{secret}")))
}
