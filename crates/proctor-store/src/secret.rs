//! Secrets at rest: API tokens as hashes, suite tokens as a hash and, so that `show_api_token` can show them, sealed text.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use proctor_core::id::SuiteId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::StoreError;

const NONCE_BYTES: usize = 12;
/// Keeps secrets of actions apart from upload tokens.
const ACTION: &[u8] = b"action ";

/// The key with which suite tokens are sealed (ChaCha20-Poly1305). All nodes of one catalog share it.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// From 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Seals the upload token of `suite`: a random nonce, then the ciphertext. It opens for this suite only.
    pub(crate) fn seal(&self, suite: SuiteId, token: &str) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: token.as_bytes(), aad: suite.bytes() };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Internal("the upload token cannot be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Seals what an action of `suite` must not show: the same text always comes out the same, so that a workflow that is written
    /// down again is seen to be the same. It opens for this suite and purpose only.
    pub(crate) fn seal_for_action(&self, suite: SuiteId, purpose: &str, text: &str) -> Result<Vec<u8>, StoreError> {
        let place = for_action(suite, purpose);
        // A nonce that follows from key, place and text repeats only with them. The length keeps place and text apart.
        let length = (place.len() as u64).to_be_bytes();
        let digest = Sha256::new().chain_update(self.0).chain_update(length).chain_update(&place).chain_update(text).finalize();
        let mut nonce = [0_u8; NONCE_BYTES];
        nonce.copy_from_slice(&digest[..NONCE_BYTES]);
        let payload = Payload { msg: text.as_bytes(), aad: &place };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Internal("the secret of an action cannot be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Self::seal_for_action`] made. None: it was made with another key, or for another suite or purpose.
    pub(crate) fn unseal_for_action(&self, suite: SuiteId, purpose: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: ciphertext, aad: &for_action(suite, purpose) };
        String::from_utf8(self.cipher().decrypt(&Nonce::from(*nonce), payload).ok()?).ok()
    }

    /// Opens what [`Self::seal`] made.
    pub(crate) fn unseal(&self, suite: SuiteId, sealed: &[u8]) -> Result<String, StoreError> {
        let unreadable = || StoreError::Corrupt("an upload token cannot be unsealed with this server's key".to_owned());
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(unreadable)?;
        let payload = Payload { msg: ciphertext, aad: suite.bytes() };
        let token = self.cipher().decrypt(&Nonce::from(*nonce), payload).map_err(|_| unreadable())?;
        String::from_utf8(token).map_err(|_| unreadable())
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&Key::from(self.0))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

fn for_action(suite: SuiteId, purpose: &str) -> Vec<u8> {
    [ACTION, suite.bytes(), purpose.as_bytes()].concat()
}

/// The form in which a secret is kept and looked up.
#[derive(Clone, Copy)]
pub(crate) struct SecretHash([u8; 32]);

impl SecretHash {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time: that an index found the row says nothing yet.
    pub(crate) fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proctor_core::id::Uuid;

    #[test]
    fn a_sealed_token_opens_for_its_suite_and_key_only() {
        let key = SealingKey::new([7; 32]);
        let (suite, other) = (SuiteId::new(Uuid::from_u128(1)), SuiteId::new(Uuid::from_u128(2)));
        let sealed = key.seal(suite, "token").unwrap();
        assert_eq!(key.unseal(suite, &sealed).unwrap(), "token");
        assert!(key.unseal(other, &sealed).is_err());
        assert!(SealingKey::new([8; 32]).unseal(suite, &sealed).is_err());
        assert!(key.unseal(suite, &sealed[..5]).is_err());
        assert_ne!(sealed, key.seal(suite, "token").unwrap(), "nonces are random");
    }

    #[test]
    fn secrets_of_actions_are_sealed_alike_and_open_for_actions_of_their_suite_only() {
        let key = SealingKey::new([7; 32]);
        let (suite, other) = (SuiteId::new(Uuid::from_u128(1)), SuiteId::new(Uuid::from_u128(2)));
        let sealed = key.seal_for_action(suite, "a", "secret").unwrap();
        assert_eq!(sealed, key.seal_for_action(suite, "a", "secret").unwrap());
        assert_ne!(sealed[..12], key.seal_for_action(suite, "a", "Secret").unwrap()[..12]);
        assert_ne!(sealed[..12], key.seal_for_action(suite, "as", "ecret").unwrap()[..12]);
        assert_eq!(key.unseal_for_action(suite, "a", &sealed).as_deref(), Some("secret"));
        assert_eq!((key.unseal_for_action(other, "a", &sealed), key.unseal_for_action(suite, "b", &sealed)), (None, None));
        assert_eq!(key.unseal_for_action(suite, "", &key.seal(suite, "token").unwrap()), None);
        assert!(key.unseal(suite, &sealed).is_err());
    }
}
