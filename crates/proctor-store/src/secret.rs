//! Secrets at rest: API tokens as hashes, suite tokens as a hash and, so that `show_api_token` can show them, sealed text.

/// The key with which suite tokens are sealed (ChaCha20-Poly1305). All nodes of one catalog share it.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// From 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}
