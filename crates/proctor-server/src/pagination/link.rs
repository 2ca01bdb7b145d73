//! The `Link` header.

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::{HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use proctor_store::PageRequest;
use serde::Serialize;

use super::PageParams;
use crate::api::json::Json;
use crate::query::QueryParams;
use crate::urls::Urls;

/// Everything but `A-Z a-z 0-9 - . _ ~`. A raw comma in a URL would end the pagination of the Go client.
const OUTSIDE_UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for a path, whose slashes and escapes stay.
const OUTSIDE_PATH: AsciiSet = OUTSIDE_UNRESERVED.remove(b'/').remove(b'%');

/// A page of a list as an answer: the elements and the header that leads on.
#[derive(Debug)]
pub struct Paged<T> {
    items: Vec<T>,
    link: Option<String>,
}

impl<T> Paged<T> {
    /// One page of a list that has `total` elements in all.
    #[must_use]
    pub fn new(items: Vec<T>, total: u64, params: PageParams, target: &ListTarget<'_>) -> Self {
        Self { items, link: link_line(total, params, target) }
    }

    /// One page out of a whole list.
    #[must_use]
    pub fn out_of(whole: Vec<T>, params: PageParams, target: &ListTarget<'_>) -> Self {
        let total = whole.len() as u64;
        let PageRequest { offset, limit } = params.request();
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        Self::new(whole.into_iter().skip(skip).take(limit as usize).collect(), total, params, target)
    }

    /// The page as a part of a larger body, with the same header.
    #[must_use]
    pub fn within<B: Serialize>(self, body: impl FnOnce(Vec<T>) -> B) -> Response {
        (LinkHeader(self.link), Json(body(self.items))).into_response()
    }

    /// A whole list, without the header.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, link: None }
    }
}

/// What the URLs of a list's pages begin with and carry.
#[derive(Debug)]
pub struct ListTarget<'r> {
    /// The bases of URLs.
    pub urls: &'r Urls,
    /// The path of the request, without a trailing slash.
    pub path: &'r str,
    /// The parameters of the request.
    pub query: &'r QueryParams,
    /// See the module: what pins the list.
    pub through: Option<String>,
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        (LinkHeader(self.link), Json(self.items)).into_response()
    }
}

struct LinkHeader(Option<String>);

impl IntoResponseParts for LinkHeader {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        // The line is ASCII by construction; a host that were not would cost the header, not the answer.
        if let Some(line) = self.0.and_then(|line| HeaderValue::try_from(line).ok()) {
            parts.headers_mut().insert(header::LINK, line);
        }
        Ok(parts)
    }
}

/// The one header line. `None` when there is but one page.
fn link_line(total: u64, params: PageParams, target: &ListTarget<'_>) -> Option<String> {
    let last = total.div_ceil(u64::from(params.per_page)).max(1);
    if total == 0 || (last == 1 && params.page == 1) {
        return None;
    }
    let page = params.page;
    let mut links = Vec::new();
    if page > 1 {
        links.push(("first", 1));
        // Beyond the end, `prev` leads back to the real last page.
        links.push(("prev", (page - 1).min(last)));
    }
    if page < last {
        links.push(("next", page + 1));
        links.push(("last", last));
    }
    let links: Vec<String> =
        links.into_iter().map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", url(page, params.per_page, target))).collect();
    Some(links.join(", "))
}

/// The parameters sorted by key, as Buildkite does, with `per_page` right behind `page`: the Python client cannot read a `page` that is the
/// last parameter.
fn url(page: u64, per_page: u32, target: &ListTarget<'_>) -> String {
    let replaced = |key: &[u8]| matches!(key, b"page" | b"per_page") || (key == b"through" && target.through.is_some());
    let mut params: Vec<(&[u8], &[u8])> =
        target.query.all().iter().filter(|(key, _)| !replaced(key)).map(|(key, value)| (&key[..], &value[..])).collect();
    if let Some(through) = &target.through {
        params.push((b"through", through.as_bytes()));
    }
    let paging = format!("page={page}&per_page={per_page}");
    params.sort_by_key(|(key, _)| *key);
    let behind = params.partition_point(|(key, _)| *key < &b"page"[..]);
    let encode = |bytes| percent_encode(bytes, &OUTSIDE_UNRESERVED);
    let mut pairs: Vec<String> = params.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    pairs.insert(behind, paging);
    let path = utf8_percent_encode(target.path, &OUTSIDE_PATH);
    format!("{}?{}", target.urls.api(&path.to_string()), pairs.join("&"))
}

#[cfg(test)]
mod tests;
