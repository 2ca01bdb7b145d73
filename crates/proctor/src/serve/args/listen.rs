//! Where the server listens and what it calls itself.

use clap::Args;
use proctor_server::settings::TrustForwarded;

use crate::http::base_url;

/// Where the server listens unless told otherwise: on this machine only.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8787";

/// Address and names.
#[derive(Debug, Args)]
#[command(next_help_heading = "Address")]
pub(crate) struct ListenArgs {
    /// Where to listen; port 0 takes a free one and prints it
    #[arg(long, value_name = "ADDR:PORT", env = "PROCTOR_LISTEN", default_value = DEFAULT_LISTEN, value_parser = parse_listen)]
    pub(crate) listen: String,
    /// How clients reach the server; may have a path [default: as each request says]
    #[arg(long, value_name = "URL", env = "PROCTOR_PUBLIC_URL", value_parser = parse_url)]
    public_url: Option<String>,
    /// The same for links to pages [default: the public URL]
    #[arg(long, value_name = "URL", env = "PROCTOR_WEB_URL", value_parser = parse_url)]
    web_url: Option<String>,
    /// Believe Forwarded and X-Forwarded-* headers: only behind a proxy that sets them
    #[arg(long, env = "PROCTOR_TRUST_FORWARDED")]
    trust_forwarded: bool,
}

impl ListenArgs {
    /// The base of API addresses.
    pub(crate) fn public_url(&self) -> Option<String> {
        self.public_url.clone().filter(|url| !url.is_empty())
    }

    /// The base of page addresses.
    pub(crate) fn web_url(&self) -> Option<String> {
        self.web_url.clone().filter(|url| !url.is_empty())
    }

    /// Whether proxies are believed.
    pub(crate) fn trust_forwarded(&self) -> TrustForwarded {
        if self.trust_forwarded { TrustForwarded::Yes } else { TrustForwarded::No }
    }
}

/// An address without slashes at its end; blank is "not given", as compose files write it.
fn parse_url(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let base = base_url(text).map_err(|_| "write it with its scheme, as in https://proctor.example".to_owned())?;
    // Paths are put behind it, and it stands in every answer.
    if base.contains(['?', '#', '@']) {
        return Err("write it without a query, a fragment and a user, as in https://proctor.example/ci".to_owned());
    }
    Ok(base)
}

/// Checks the form `ADDR:PORT`.
///
/// # Errors
/// A sentence that says how to write it.
pub(crate) fn parse_listen(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
    port.map(|_| text.to_owned()).ok_or_else(|| format!("write address and port, as in {DEFAULT_LISTEN} or 0.0.0.0:8787"))
}
