//! What `--version` says.

use std::sync::LazyLock;

/// The version, with the commit when whoever built the binary set `PROCTOR_COMMIT` (the Dockerfile does).
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| match option_env!("PROCTOR_COMMIT").filter(|commit| !commit.is_empty()) {
        Some(commit) => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
        None => env!("CARGO_PKG_VERSION").to_owned(),
    });
    &VERSION
}
