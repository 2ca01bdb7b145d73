//! Key sets of OIDC issuers.

use std::path::PathBuf;

use clap::Args;
use proctor_server::settings::OidcSettings;

/// OIDC.
#[derive(Debug, Args)]
#[command(next_help_heading = "OIDC")]
pub(crate) struct OidcArgs {
    /// Take the keys of an issuer from a JSON Web Key Set file instead of the network;
    /// may be repeated
    #[arg(long, value_name = "ISSUER=FILE", env = "PROCTOR_OIDC_KEYS", value_delimiter = ',', value_parser = parse_key_file)]
    oidc_keys: Vec<(String, PathBuf)>,
}

impl OidcArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> OidcSettings {
        OidcSettings { key_files: self.oidc_keys.clone() }
    }
}

fn parse_key_file(text: &str) -> Result<(String, PathBuf), String> {
    let parts = text.split_once('=').filter(|(issuer, file)| !issuer.trim().is_empty() && !file.trim().is_empty());
    let (issuer, file) = parts.ok_or("write ISSUER=FILE, as in https://agent.example=keys.json")?;
    Ok((issuer.trim().to_owned(), PathBuf::from(file.trim())))
}
