//! The keys of issuers, from files.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::Claims;
use crate::settings::OidcSettings;

/// Bytes of a key set.
const KEY_SET_BYTES_MAX: u64 = 1024 * 1024;
/// Keys that one token is tried with.
const KEYS_TRIED_MAX: usize = 32;
/// Signatures that are accepted: those with a public key. With the symmetric ones whoever can read the key set could sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct Keys(JwkSet);

/// The keys of an issuer, if the operator gave any.
pub(super) async fn of_issuer(settings: &OidcSettings, issuer: &str) -> Option<Keys> {
    let (_, path) = settings.key_files.iter().find(|(known, _)| known.trim_end_matches('/') == issuer.trim_end_matches('/'))?;
    match read(path).await {
        Ok(keys) => Some(Keys(keys)),
        Err(error) => {
            tracing::error!(issuer, path = %path.display(), %error, "failed to read a key set");
            None
        }
    }
}

async fn read(path: &std::path::Path) -> std::io::Result<JwkSet> {
    if tokio::fs::metadata(path).await?.len() > KEY_SET_BYTES_MAX {
        return Err(std::io::Error::other("the key set is too large"));
    }
    Ok(serde_json::from_slice(&tokio::fs::read(path).await?)?)
}

impl Keys {
    /// The claims, if one of the keys signed them.
    pub(super) fn verify(&self, token: &str) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if !ALGORITHMS.contains(&header.alg) {
            return None;
        }
        // Times are checked against the server's own clock, the audience has led here.
        let mut validation = Validation::new(header.alg);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let is_named = |key: &&Jwk| header.kid.is_none() || key.common.key_id.is_none() || key.common.key_id == header.kid;
        let keys = self.0.keys.iter().filter(is_named).take(KEYS_TRIED_MAX);
        let mut verified = keys.filter_map(|key| {
            let key = DecodingKey::from_jwk(key).ok().filter(|key| key.family() == header.alg.family())?;
            jsonwebtoken::decode(token, &key, &validation).ok()
        });
        verified.next().map(|token| Claims(token.claims))
    }
}
