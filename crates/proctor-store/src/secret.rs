//! Secrets at rest: API tokens as hashes, suite tokens as a hash and, so that `show_api_token` can show them, sealed text.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use proctor_core::id::SuiteId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::StoreError;

const NONCE_BYTES: usize = 12;

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
}
