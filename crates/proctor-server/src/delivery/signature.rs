//! How receivers know that a webhook is ours (`workflows.md`, 4.1).

use hmac::{Hmac, KeyInit, Mac};
use proctor_core::time::Timestamp;
use sha2::Sha256;

/// The value of `X-Proctor-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.
///
/// None cannot happen: HMAC takes keys of any length.
#[must_use]
pub fn signature(secret: &str, at: Timestamp, body: &[u8]) -> Option<String> {
    let seconds = at.millis().div_euclid(1_000);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("t={seconds},v1={hex}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_2104() {
        // As `printf '1700000000.{}' | openssl dgst -sha256 -hmac key` gives it.
        let signed = signature("key", Timestamp::from_millis(1_700_000_000_999), b"{}").unwrap();
        assert_eq!(signed, SIGNED);
        assert_ne!(signature("other", Timestamp::from_millis(1_700_000_000_999), b"{}").unwrap(), signed);
    }

    const SIGNED: &str = "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae";
}
