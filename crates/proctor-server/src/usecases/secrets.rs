//! New secrets, from the random numbers of the operating system.

use rand::TryRng;
use rand::rngs::SysRng;

/// Before the random part of an API token, so that a scanner for leaked secrets can tell it.
pub const API_TOKEN_PREFIX: &str = "prct_";
/// Random characters of an API token: 238 bits.
const API_TOKEN_CHARACTERS: usize = 40;
/// Characters of a suite's upload token: 190 bits.
const UPLOAD_TOKEN_CHARACTERS: usize = 32;

/// Random characters of a session or of a link that signs in: 238 bits.
const SESSION_CHARACTERS: usize = 40;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The operating system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("failed to get random numbers from the operating system: {0}")]
pub struct NoRandomness(String);

/// A secret for a new API token.
///
/// # Errors
/// When the operating system has no random numbers.
pub fn new_api_token() -> Result<String, NoRandomness> {
    random_text(API_TOKEN_CHARACTERS).map(|random| format!("{API_TOKEN_PREFIX}{random}"))
}

/// A new upload token.
///
/// # Errors
/// When the operating system has no random numbers.
pub fn new_upload_token() -> Result<String, NoRandomness> {
    random_text(UPLOAD_TOKEN_CHARACTERS)
}

/// The secret of a new session, or of a link that signs in.
///
/// # Errors
/// When the operating system has no random numbers.
pub fn new_session_secret() -> Result<String, NoRandomness> {
    random_text(SESSION_CHARACTERS)
}

/// Each character equally probable: bytes from 248 on, which would favour the first letters, are thrown away.
fn random_text(characters: usize) -> Result<String, NoRandomness> {
    let mut text = String::with_capacity(characters);
    let mut bytes = [0_u8; 64];
    while text.len() < characters {
        SysRng.try_fill_bytes(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
        let fair = bytes.iter().filter(|byte| usize::from(**byte) < ALPHABET.len() * 4);
        text.extend(fair.map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).take(characters - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_their_form_and_differ() {
        let token = new_api_token().unwrap();
        assert_eq!(token.len(), 45);
        assert!(token.strip_prefix("prct_").unwrap().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(new_upload_token().unwrap().len(), 32);
        assert_ne!(new_upload_token().unwrap(), new_upload_token().unwrap());
    }
}
