//! The key that seals suite tokens: from the environment, or from a file made at the first start.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use proctor_store::secret::SealingKey;

use crate::exit::Failure;

const KEY_FILE: &str = "secret.key";
const KEY_BYTES: usize = 32;

/// The key given, else that of the data directory, which is made when there is none.
///
/// # Errors
/// When the key is not 64 hex digits, or its file cannot be read or made.
pub(crate) fn load(given: Option<&str>, data_dir: &Path) -> anyhow::Result<SealingKey> {
    if let Some(hex) = given.map(str::trim).filter(|hex| !hex.is_empty()) {
        return Ok(SealingKey::new(
            parse(hex).ok_or_else(|| Failure::usage("PROCTOR_SECRET_KEY is not 64 hex digits", "make one with: openssl rand -hex 32"))?,
        ));
    }
    let path = data_dir.join(KEY_FILE);
    let hex = match std::fs::read_to_string(&path) {
        Ok(hex) => hex,
        Err(error) if error.kind() == ErrorKind::NotFound => make(data_dir, &path)?,
        Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
    };
    let bytes = parse(hex.trim()).ok_or_else(|| {
        Failure::usage(
            format!("{} does not hold 64 hex digits", path.display()),
            "restore it from a backup; without it the upload tokens of suites cannot be shown, only rotated",
        )
    })?;
    Ok(SealingKey::new(bytes))
}

/// Makes the key file and returns what it holds. Of two processes that do so at once, both get the key of the first.
fn make(data_dir: &Path, path: &Path) -> anyhow::Result<String> {
    let bytes: [u8; KEY_BYTES] = rand::random();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let failed = || format!("failed to make {}", path.display());
    // Temporary files are made for their owner alone (0600), and linking does not replace what is there.
    let mut file = tempfile::Builder::new().prefix(".secret").tempfile_in(data_dir).with_context(failed)?;
    writeln!(file, "{hex}").and_then(|()| file.as_file().sync_all()).with_context(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(hex),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => std::fs::read_to_string(path).with_context(failed),
        Err(error) => Err(error.error).with_context(failed),
    }
}

fn parse(hex: &str) -> Option<[u8; KEY_BYTES]> {
    let digits: Vec<u8> = hex.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut bytes = [0; KEY_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        load(None, directory.path()).unwrap();
        let path = directory.path().join(KEY_FILE);
        let first = std::fs::read_to_string(&path).unwrap();
        load(None, directory.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        assert_eq!(first.trim().len(), 64);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_given_key_leaves_no_file_behind() {
        let directory = tempfile::tempdir().unwrap();
        load(Some(&"0f".repeat(32)), directory.path()).unwrap();
        assert!(!directory.path().join(KEY_FILE).exists());
        assert!(load(Some("0f"), directory.path()).is_err());
        assert!(load(Some(&"zz".repeat(32)), directory.path()).is_err());
    }

    #[test]
    fn hex_digits_are_read_in_order() {
        let key = parse(&format!("01{}fE", "00".repeat(30))).unwrap();
        assert_eq!((key[0], key[31]), (0x01, 0xfe));
    }
}
