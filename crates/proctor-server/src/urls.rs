//! All absolute URLs that bodies and headers carry (`rest-api.md`, section 1.1).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri, header};
use proctor_core::id::{ExecutionId, RunId, TestId, UploadId, WorkflowId};

use crate::App;
use crate::settings::{Settings, TrustForwarded};

/// Builds absolute URLs: from the configured bases, else from scheme and host of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    api: String,
    web: String,
}

impl Urls {
    /// The URLs that the answer to a request with this target and these headers carries.
    #[must_use]
    pub fn of(settings: &Settings, target: &Uri, headers: &HeaderMap) -> Self {
        let configured = |base: &Option<String>| base.as_deref().map(|base| base.trim_end_matches('/').to_owned());
        let api = configured(&settings.public_url).unwrap_or_else(|| origin(settings.trust_forwarded, target, headers));
        let web = configured(&settings.web_url).unwrap_or_else(|| api.clone());
        Self { api, web }
    }

    /// The API address of a path.
    #[must_use]
    pub fn api(&self, path: &str) -> String {
        format!("{}{path}", self.api)
    }

    /// The web address of a path.
    #[must_use]
    pub fn web(&self, path: &str) -> String {
        format!("{}{path}", self.web)
    }

    /// An organization, API.
    #[must_use]
    pub fn organization(&self, organization: &str) -> String {
        self.api(&format!("/v2/organizations/{organization}"))
    }

    /// An organization, web.
    #[must_use]
    pub fn organization_web(&self, organization: &str) -> String {
        self.web(&format!("/{organization}"))
    }

    /// A build of a pipeline, API.
    #[must_use]
    pub fn pipeline_build(&self, organization: &str, pipeline: &str, number: u64) -> String {
        self.api(&format!("/v2/organizations/{organization}/pipelines/{pipeline}/builds/{number}"))
    }

    /// The addresses of a suite and of what is in it.
    #[must_use]
    pub fn suite(&self, organization: &str, suite: &str) -> SuiteUrls {
        SuiteUrls {
            api: self.api(&format!("/v2/analytics/organizations/{organization}/suites/{suite}")),
            web: self.web(&format!("/organizations/{organization}/analytics/suites/{suite}")),
        }
    }

    /// Where the API is explained.
    #[must_use]
    pub fn api_docs(&self) -> String {
        self.web("/docs/api")
    }
}

/// The addresses of a suite and of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteUrls {
    /// The suite itself, API.
    pub api: String,
    /// The suite itself, web.
    pub web: String,
}

impl SuiteUrls {
    /// A run, API.
    #[must_use]
    pub fn run(&self, run: RunId) -> String {
        format!("{}/runs/{run}", self.api)
    }

    /// A run, web.
    #[must_use]
    pub fn run_web(&self, run: RunId) -> String {
        format!("{}/runs/{run}", self.web)
    }

    /// A test, API.
    #[must_use]
    pub fn test(&self, test: TestId) -> String {
        format!("{}/tests/{test}", self.api)
    }

    /// A test, web.
    #[must_use]
    pub fn test_web(&self, test: TestId) -> String {
        format!("{}/tests/{test}", self.web)
    }

    /// A workflow, web.
    #[must_use]
    pub fn workflow_web(&self, workflow: WorkflowId) -> String {
        format!("{}/workflows/{workflow}", self.web)
    }

    /// An execution, web.
    #[must_use]
    pub fn execution_web(&self, test: TestId, execution: ExecutionId) -> String {
        format!("{}?execution_id={execution}", self.test_web(test))
    }

    /// An execution by itself, API.
    #[must_use]
    pub fn execution(&self, execution: ExecutionId) -> String {
        format!("{}/executions/{execution}", self.api)
    }

    /// An execution by itself, web.
    #[must_use]
    pub fn execution_page(&self, execution: ExecutionId) -> String {
        format!("{}/executions/{execution}", self.web)
    }

    /// An upload, web.
    #[must_use]
    pub fn upload_web(&self, upload: UploadId) -> String {
        format!("{}/uploads/{upload}", self.web)
    }
}

impl FromRequestParts<App> for Urls {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&app.settings, &parts.uri, &parts.headers))
    }
}

/// Scheme and host of a request. Proctor itself speaks plain HTTP; TLS ends at a proxy.
fn origin(trust: TrustForwarded, target: &Uri, headers: &HeaderMap) -> String {
    let forwarded = match trust {
        TrustForwarded::Yes => Forwarded::read(headers),
        TrustForwarded::No => Forwarded::default(),
    };
    let scheme = forwarded.scheme.unwrap_or("http");
    let asked = target.authority().map(|authority| authority.as_str()).or_else(|| text(headers, header::HOST.as_str()));
    let host = forwarded.host.or(asked.filter(|host| is_host(host))).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// What proxies say about the request that they received. Of several proxies the first one listed, which the client spoke to, counts.
#[derive(Default)]
struct Forwarded<'h> {
    scheme: Option<&'static str>,
    host: Option<&'h str>,
}

impl<'h> Forwarded<'h> {
    fn read(headers: &'h HeaderMap) -> Self {
        let mut forwarded = Self::default();
        let first = |name| text(headers, name).and_then(|list| list.split(',').next());
        for pair in first("forwarded").into_iter().flat_map(|element| element.split(';')) {
            let Some((key, value)) = pair.split_once('=') else { continue };
            forwarded.take(key.trim(), value.trim().trim_matches('"'));
        }
        for (key, name) in [("proto", "x-forwarded-proto"), ("host", "x-forwarded-host")] {
            if let Some(value) = first(name) {
                forwarded.take(key, value.trim());
            }
        }
        forwarded
    }

    /// Takes a value unless there is one already: `Forwarded` is the standard and stands above `X-Forwarded-*`.
    fn take(&mut self, key: &str, value: &'h str) {
        if key.eq_ignore_ascii_case("proto") && self.scheme.is_none() {
            self.scheme = ["http", "https"].into_iter().find(|scheme| value.eq_ignore_ascii_case(scheme));
        } else if key.eq_ignore_ascii_case("host") && self.host.is_none() && is_host(value) {
            self.host = Some(value);
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether this may stand in a URL as host and port. Anything else would let a sender write into our headers and bodies.
fn is_host(host: &str) -> bool {
    (1..=255).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(settings: &Settings, headers: &[(&'static str, &'static str)]) -> Urls {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Urls::of(settings, &Uri::from_static("/v2/organizations"), &headers)
    }

    #[test]
    fn the_request_says_where_it_went() {
        let urls = urls(&Settings::default(), &[("host", "ci.example.test:8080"), ("x-forwarded-host", "evil.test")]);
        assert_eq!(urls.organization("acme"), "http://ci.example.test:8080/v2/organizations/acme");
        assert_eq!(urls.organization_web("acme"), "http://ci.example.test:8080/acme");
    }

    #[test]
    fn a_configured_base_wins_and_keeps_its_path() {
        let settings = Settings { public_url: Some("https://example.test/proctor/".to_owned()), ..Settings::default() };
        let urls = urls(&settings, &[("host", "10.0.0.1")]);
        assert_eq!(urls.suite("acme", "web").api, "https://example.test/proctor/v2/analytics/organizations/acme/suites/web");
        assert_eq!(urls.suite("acme", "web").web, "https://example.test/proctor/organizations/acme/analytics/suites/web");
    }

    #[test]
    fn trusted_proxies_are_believed() {
        let settings = Settings { trust_forwarded: TrustForwarded::Yes, ..Settings::default() };
        let standard = urls(&settings, &[("host", "a"), ("forwarded", "for=1.2.3.4;Proto=https;host=\"p.test\", for=5.6.7.8;host=q.test")]);
        assert_eq!(standard.api("/"), "https://p.test/");
        let usual = urls(&settings, &[("host", "a"), ("x-forwarded-proto", "https, http"), ("x-forwarded-host", "p.test:444, q.test")]);
        assert_eq!(usual.api("/"), "https://p.test:444/");
    }

    #[test]
    fn an_impossible_host_does_not_get_into_answers() {
        assert_eq!(urls(&Settings::default(), &[("host", "a>; rel=\"x\"")]).api("/"), "http://localhost/");
        assert_eq!(urls(&Settings::default(), &[]).api("/"), "http://localhost/");
    }
}
