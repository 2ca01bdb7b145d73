//! Requests that leave, and where they may go.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use proctor_core::actions::address::is_public;
use proctor_store::catalog::outbox::Answer;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, Url};

use super::send::Reply;
use crate::settings::PrivateTargets;

/// How long an attempt may take, connecting included (`workflows.md`, 4.3).
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are kept.
const ANSWER_BYTES_MAX: usize = 1_024;

/// Who the target of a request was chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// Somebody who may edit a workflow.
    ByUser,
    /// Whoever runs this server.
    ByOperator,
}

/// The clients of deliveries. Redirects are not followed, and proxies not used: both would lead past the check of addresses.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    guarded: Client,
    trusted: Client,
    private: PrivateTargets,
}

/// A target is no address of the public internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public, and the server does not allow private ones")]
pub(super) struct NotPublic;

/// Resolves names to public addresses only; connections go to what it gives.
#[derive(Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One that is not public is enough: a name that means both is a trap, or a mistake.
            if !found.iter().all(|address| is_public(address.ip())) {
                return Err(Box::<dyn Error + Send + Sync>::from(NotPublic));
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl Clients {
    pub(super) fn new(private: PrivateTargets) -> Result<Self, reqwest::Error> {
        // An error means that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent("Proctor")
                .timeout(TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .retry(reqwest::retry::never())
        };
        let trusted = builder().build()?;
        let guarded = match private {
            PrivateTargets::Allowed => trusted.clone(),
            PrivateTargets::Refused => builder().dns_resolver(Arc::new(PublicOnly)).build()?,
        };
        Ok(Self { guarded, trusted, private })
    }

    /// A POST to a URL. Addresses that stand in it as numbers are looked at here, names when they are resolved.
    pub(super) fn post(&self, url: &str, chosen: Chosen) -> Result<RequestBuilder, Reply> {
        let url = Url::parse(url).map_err(|error| Reply::Impossible(format!("the URL cannot be read: {error}")))?;
        if chosen == Chosen::ByOperator {
            return Ok(self.trusted.post(url));
        }
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if self.private == PrivateTargets::Refused && literal.is_ok_and(|address| !is_public(address)) {
            return Err(Reply::Impossible(NotPublic.to_string()));
        }
        Ok(self.guarded.post(url))
    }
}

/// Sends a request and takes the beginning of the answer.
pub(super) async fn send(request: RequestBuilder) -> Reply {
    match ask(request, ANSWER_BYTES_MAX).await {
        Ok(Told { code, bytes }) => Reply::Answered(Answer { code, text: kept(&bytes) }),
        Err(reply) => reply,
    }
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) code: u16,
    /// The beginning of it.
    pub(super) bytes: Vec<u8>,
}

/// Sends a request and takes at most `bytes_max` bytes of the answer.
pub(super) async fn ask(request: RequestBuilder, bytes_max: usize) -> Result<Told, Reply> {
    let mut response = request.send().await.map_err(|error| failed(&error))?;
    let code = response.status().as_u16();
    let mut bytes = Vec::new();
    while bytes.len() < bytes_max {
        // What was said so far counts: the status is known.
        let Ok(Some(chunk)) = response.chunk().await else { break };
        bytes.extend_from_slice(&chunk[..chunk.len().min(bytes_max - bytes.len())]);
    }
    Ok(Told { code, bytes })
}

/// As much of an answer as is kept.
pub(super) fn kept(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(ANSWER_BYTES_MAX)]).into_owned()
}

fn failed(error: &reqwest::Error) -> Reply {
    let mut cause: &(dyn Error + 'static) = error;
    loop {
        if cause.is::<NotPublic>() {
            return Reply::Impossible(NotPublic.to_string());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    // The innermost cause; the URL, which may be a secret, stands only in the outermost.
    let what = if error.is_timeout() { "no answer within 10 s".to_owned() } else { cause.to_string() };
    Reply::NotReached(what)
}
