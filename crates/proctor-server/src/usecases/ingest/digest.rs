//! What makes two uploads the same (`uploads.md`, 13.3).

use proctor_core::format::ReportFormat;
use proctor_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::contents::Contents;

/// SHA-256 over the format, the sorted `run_env`, the sorted tags and the bytes of `data` after decoding, so that compression,
/// boundaries and the order of fields do not matter.
///
/// History may be imported twice with equal bytes and different receive times: there the time counts too.
pub(super) fn digest_of(format: ReportFormat, contents: &Contents<'_>, imported_at: Option<Timestamp>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut text = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    };
    text(format.as_str());
    let mut run_env: Vec<_> = contents.run_env.entries().iter().map(|entry| (entry.key.as_str(), entry.text.as_str())).collect();
    let mut tags: Vec<_> = contents.tags.iter().map(|(key, value)| (key.as_ref(), value.as_ref())).collect();
    for pairs in [&mut run_env, &mut tags] {
        pairs.sort_unstable();
        text(&pairs.len().to_string());
        for (key, value) in pairs {
            text(key);
            text(value);
        }
    }
    text(&imported_at.map(|at| at.millis().to_string()).unwrap_or_default());
    for document in &contents.documents {
        digest.update((document.bytes.len() as u64).to_be_bytes());
        digest.update(&document.bytes);
    }
    digest.finalize().into()
}
