//! What an operator may set. Each value has a default that suits one machine.

use std::path::PathBuf;
use std::time::Duration;

use proctor_core::retention::Retention;
use proctor_core::suite::IdenticalUploads;
use proctor_core::window::WindowLimits;

use crate::delivery::MailSettings;

/// GitHub's REST API.
pub const GITHUB_URL: &str = "https://api.github.com";

/// Linear's API.
pub const LINEAR_URL: &str = "https://api.linear.app";

/// The settings of a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that absolute URLs of the API begin with, without a trailing slash; may carry a path. `None`: scheme and host of the request.
    pub public_url: Option<String>,
    /// The same for URLs of the web UI. `None`: as `public_url`.
    pub web_url: Option<String>,
    /// Whether `Forwarded` and `X-Forwarded-*` are believed: only behind a proxy that sets them.
    pub trust_forwarded: TrustForwarded,
    /// A finished run without results is `stale` after this silence.
    pub stale_after: Duration,
    /// How long things are kept.
    pub retention: RetentionSettings,
    /// Bounds on connections and requests.
    pub http: HttpSettings,
    /// Bounds on uploads.
    pub uploads: UploadSettings,
    /// The window of questions about tests: what it is by default, and how long it may be.
    pub windows: WindowLimits,
    /// Requests per minute and organization, and per minute and user. `None`: not limited.
    pub rate_limit: Option<RateLimit>,
    /// Bounds on changes of execution tags.
    pub execution_tags: ExecutionTagSettings,
    /// Key sets of OIDC issuers.
    pub oidc: OidcSettings,
    /// Messages of workflows to the outside.
    pub delivery: DeliverySettings,
}

/// Messages of workflows to the outside.
#[derive(Clone, Debug)]
pub struct DeliverySettings {
    /// Whether webhooks and Slack messages may go to addresses that are not public.
    pub private_targets: PrivateTargets,
    /// Where GitHub's REST API is, without a trailing slash.
    pub github_url: String,
    /// Where Linear's API is, without a trailing slash.
    pub linear_url: String,
    /// The mail server. `None`: no mail is sent.
    pub mail: Option<MailSettings>,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self { private_targets: PrivateTargets::Refused, github_url: GITHUB_URL.to_owned(), linear_url: LINEAR_URL.to_owned(), mail: None }
    }
}

/// Whether messages may go to addresses that are not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateTargets {
    /// They may: everybody who may edit a workflow can then reach what this machine can reach.
    Allowed,
    /// They may not.
    Refused,
}

/// Bounds on changes of execution tags (`rest-api.md`, 3.6).
#[derive(Clone, Debug)]
pub struct ExecutionTagSettings {
    /// How long an organization waits from one accepted request to the next. Zero: not at all.
    pub interval: Duration,
    /// Executions in one request.
    pub executions_max: usize,
    /// Mutable tags of one execution.
    pub tags_max: usize,
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// How long a body may take to arrive before its sender gets 408.
    pub body_timeout: Duration,
    /// Requests that may be read at once; one more is answered with 503.
    pub concurrent_max: usize,
}

impl Default for ExecutionTagSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_mins(1),
            executions_max: 100_000,
            tags_max: 10,
            body_bytes_max: 64 * 1024 * 1024,
            body_timeout: Duration::from_mins(5),
            concurrent_max: 2,
        }
    }
}

/// Whether headers that a proxy sets are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustForwarded {
    /// They are.
    Yes,
    /// They are not.
    No,
}

/// How long things are kept.
#[derive(Clone, Debug)]
pub struct RetentionSettings {
    /// What new suites begin with.
    pub new_suites: Retention,
    /// How often the server looks for what is due.
    pub every: Duration,
}

/// Bounds on connections and requests.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Connections that may be open at once; further ones wait in the listener's queue.
    pub connections_max: usize,
    /// How long a connection may take to send the head of a request, idle time before it included.
    pub head_timeout: Duration,
    /// Bytes of the head of a request.
    pub head_bytes_max: usize,
    /// Bytes of an ordinary JSON body.
    pub json_bytes_max: usize,
    /// How long such a body may take to arrive before its sender gets 408.
    pub json_timeout: Duration,
    /// How long requests that are under way may take to end once the server is told to stop.
    pub shutdown_grace: Duration,
}

/// Bounds on uploads, and what repeated ones mean.
#[derive(Clone, Debug)]
pub struct UploadSettings {
    /// Bytes of a body on the wire.
    pub body_bytes_max: u64,
    /// Bytes of a body after decoding.
    pub decoded_bytes_max: u64,
    /// Records in one upload.
    pub records_max: u64,
    /// Bytes of all decoded bodies that may be held at once; an upload that does not fit is answered with 503.
    pub in_flight_bytes_max: u64,
    /// Uploads that may be received at once; one more is answered with 503.
    pub concurrent_max: usize,
    /// How long the sender may be silent in the middle of a body before it gets 408.
    pub silence: Duration,
    /// What new suites do with identical uploads.
    pub identical: IdenticalUploads,
    /// How long an upload is remembered for that.
    pub identical_window: Duration,
}

/// Fixed windows of 60 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests of one organization in a window.
    pub organization_per_minute: u64,
    /// Requests of one user in a window.
    pub user_per_minute: u64,
}

/// Where the keys of OIDC issuers come from.
#[derive(Clone, Debug, Default)]
pub struct OidcSettings {
    /// Issuer (`iss`) and the file of its JSON Web Key Set: for closed networks.
    pub key_files: Vec<(String, PathBuf)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            web_url: None,
            trust_forwarded: TrustForwarded::No,
            stale_after: Duration::from_hours(24),
            retention: RetentionSettings::default(),
            http: HttpSettings::default(),
            uploads: UploadSettings::default(),
            windows: WindowLimits::default(),
            rate_limit: None,
            execution_tags: ExecutionTagSettings::default(),
            oidc: OidcSettings::default(),
            delivery: DeliverySettings::default(),
        }
    }
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { new_suites: Retention::default(), every: Duration::from_hours(1) }
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            head_timeout: Duration::from_secs(75),
            head_bytes_max: 64 * 1024,
            json_bytes_max: 1024 * 1024,
            json_timeout: Duration::from_mins(1),
            shutdown_grace: Duration::from_secs(30),
        }
    }
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 * 1024 * 1024,
            decoded_bytes_max: 256 * 1024 * 1024,
            records_max: 250_000,
            in_flight_bytes_max: 256 * 1024 * 1024,
            concurrent_max: 256,
            silence: Duration::from_secs(60),
            identical: IdenticalUploads::Always,
            identical_window: Duration::from_mins(10),
        }
    }
}
