//! The path of the public URL in front of every address that a page names, where a proxy serves Proctor below a path.
//!
//! Templates write addresses from the root. Text of users cannot look like one: its quotes are escaped.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, Uri, header};

use crate::settings::Settings;
use crate::web::html::IsPage;

/// What stands before an address in a page.
const ATTRIBUTES: [&str; 4] = ["href=\"/", "src=\"/", "action=\"/", "hx-get=\"/"];
/// Bytes of a page; a longer one cannot be made.
const PAGE_BYTES_MAX: usize = 64 << 20;

/// The path, without a trailing slash; empty where there is none.
#[derive(Clone, Debug)]
pub(super) struct Prefix(Arc<str>);

impl Prefix {
    pub(super) fn of(settings: &Settings) -> Self {
        let base: Option<Uri> = settings.web_url.as_deref().or(settings.public_url.as_deref()).and_then(|url| url.parse().ok());
        Self(base.map(|url| url.path().trim_end_matches('/').into()).unwrap_or_default())
    }

    fn put_before(&self, page: &str) -> String {
        ATTRIBUTES.iter().fold(page.to_owned(), |page, attribute| {
            let prefixed = format!("{}{}/", &attribute[..attribute.len() - 1], self.0);
            page.replace(attribute, &prefixed)
        })
    }
}

/// Changes pages and the targets of redirects.
pub(super) async fn put_before_addresses(State(prefix): State<Prefix>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if prefix.0.is_empty() {
        return response;
    }
    let target = response.headers().get(header::LOCATION).and_then(|target| target.to_str().ok()).filter(|target| target.starts_with('/'));
    if let Some(target) = target.and_then(|target| HeaderValue::from_str(&format!("{}{target}", prefix.0)).ok()) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    if response.extensions().get::<IsPage>().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = to_bytes(body, PAGE_BYTES_MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(prefix.put_before(&String::from_utf8_lossy(&page))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_from_the_root_get_the_prefix() {
        let settings = Settings { public_url: Some("https://example.test/proctor/".to_owned()), ..Settings::default() };
        let prefix = Prefix::of(&settings);
        let page = "<a href=\"/docs\"><img src=\"/a\"><form action=\"/b\"><a href=\"?page=2\"><a href=\"https://x/\">&quot;href=&#34;/";
        let expected = "<a href=\"/proctor/docs\"><img src=\"/proctor/a\"><form action=\"/proctor/b\"><a href=\"?page=2\"><a href=\"https://x/\">&quot;href=&#34;/";
        assert_eq!(prefix.put_before(page), expected);
        assert!(Prefix::of(&Settings::default()).0.is_empty());
    }
}
