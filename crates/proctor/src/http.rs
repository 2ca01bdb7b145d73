//! The HTTP client of the CLI.

use std::time::Duration;

use anyhow::Context;
use reqwest::Client;

use crate::exit::Failure;
use crate::version::version;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes TLS work: reqwest is built without a cryptography provider of its own.
pub(crate) fn install_tls() {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client whose requests end after `timeout`.
///
/// # Errors
/// When the TLS roots of the machine cannot be read.
pub(crate) fn client(timeout: Duration) -> anyhow::Result<Client> {
    Client::builder()
        .user_agent(format!("proctor/{}", version().split(' ').next().unwrap_or_default()))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        // The server never redirects, and a followed redirect would turn a POST into a GET.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("failed to set up the HTTP client")
}

/// Checks that `url` is an address of a server, and cuts slashes at its end.
///
/// # Errors
/// When it does not begin with `http://` or `https://`.
pub(crate) fn base_url(url: &str) -> Result<String, Failure> {
    let base = url.trim().trim_end_matches('/');
    let is_http = reqwest::Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_http {
        return Ok(base.to_owned());
    }
    Err(Failure::usage(format!("'{url}' is not the address of a server"), "write it with its scheme, as in http://127.0.0.1:8787"))
}

/// The innermost cause of a transport error: `connection refused` rather than four layers of wrapping.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // An input error does not name the error inside as its source.
    while let Some(inside) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        cause = inside;
    }
    match cause.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidMessage(_)) => "what answers there does not speak TLS: write http:// instead of https://".to_owned(),
        Some(_) | None => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_a_scheme_and_a_host() {
        assert_eq!(base_url("http://127.0.0.1:8787/").unwrap(), "http://127.0.0.1:8787");
        assert_eq!(base_url("https://ci.example/proctor").unwrap(), "https://ci.example/proctor");
        for url in ["", "127.0.0.1:8787", "localhost:8787", "ftp://x", "http://"] {
            assert!(base_url(url).is_err(), "{url}");
        }
    }
}
