//! What is asked for, made one spelling: `//v2/organizations/` is `/v2/organizations` (`rest-api.md`, section 1.2).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri};

use crate::api::error::ApiError;
use crate::settings::Settings;

/// Bytes of path and query. The `Link` header repeats them up to four times.
const TARGET_BYTES_MAX: usize = 16 * 1024;

/// How targets are read.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The path of the public URL, without a trailing slash; proxies may or may not take it away.
    prefix: Arc<str>,
}

impl Target {
    pub(super) fn of(settings: &Settings) -> Self {
        let public: Option<Uri> = settings.public_url.as_deref().and_then(|url| url.parse().ok());
        Self { prefix: public.map(|url| url.path().trim_end_matches('/').into()).unwrap_or_default() }
    }

    /// The path without doubled leading slashes, without the prefix and without one trailing slash.
    fn path<'p>(&self, path: &'p str) -> &'p str {
        let doubled = path.bytes().take_while(|byte| *byte == b'/').count().saturating_sub(1);
        let path = &path[doubled..];
        let path = path.strip_prefix(&*self.prefix).filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
        match path.strip_suffix('/').unwrap_or(path) {
            "" => "/",
            path => path,
        }
    }

    fn normalised(&self, target: &Uri) -> Option<Uri> {
        let path = self.path(target.path());
        if path == target.path() {
            return None;
        }
        let path_and_query = match target.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let mut parts = target.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
        Uri::from_parts(parts).ok()
    }
}

/// Changes the target before it is routed. A redirect would turn a POST into a GET.
pub(super) async fn normalise(State(target): State<Target>, mut request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX) {
        return ApiError::new(StatusCode::URI_TOO_LONG, "Request URI is too long").into_response();
    }
    if let Some(normalised) = target.normalised(request.uri()) {
        *request.uri_mut() = normalised;
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(public_url: Option<&str>, path: &str) -> String {
        let settings = Settings { public_url: public_url.map(str::to_owned), ..Settings::default() };
        let uri: Uri = path.parse().unwrap();
        Target::of(&settings).normalised(&uri).unwrap_or(uri).to_string()
    }

    #[test]
    fn one_spelling() {
        assert_eq!(path(None, "//v2/organizations/?page=1"), "/v2/organizations?page=1");
        assert_eq!(path(None, "///"), "/");
        assert_eq!(path(None, "/"), "/");
        assert_eq!(path(None, "/v2//x//"), "/v2//x/");
        assert_eq!(path(None, "/v2/x?y=/"), "/v2/x?y=/");
    }

    #[test]
    fn the_prefix_of_the_public_url_may_arrive() {
        let public = Some("https://example.test/proctor/");
        assert_eq!(path(public, "/proctor/v2/user"), "/v2/user");
        assert_eq!(path(public, "//proctor/"), "/");
        assert_eq!(path(public, "/v2/user"), "/v2/user");
        assert_eq!(path(public, "/proctors"), "/proctors");
    }
}
