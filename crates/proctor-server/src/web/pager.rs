//! Pages of lists on pages: which one, and the addresses of its neighbours.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use proctor_store::PageRequest;

use crate::query::QueryParams;

/// Everything outside of `A-Z a-z 0-9 - . _ ~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The last page that can be asked for: nobody turns more leaves than that by hand.
const PAGE_MAX: u64 = 1_000_000;

/// Which page is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pager {
    /// From 1.
    pub page: u64,
    /// Rows on a page.
    pub per_page: u32,
    /// The address of the page before, relative to this one.
    pub previous: Option<String>,
    /// The address of the page after.
    pub next: Option<String>,
}

impl Pager {
    /// The page that the query asks for.
    #[must_use]
    pub fn of(query: &QueryParams, per_page: u32) -> Self {
        let page = query.get("page").and_then(|page| page.trim().parse::<u64>().ok()).unwrap_or(1).clamp(1, PAGE_MAX);
        let previous = (page > 1).then(|| with(query, "page", Some(&(page - 1).to_string())));
        Self { page, per_page, previous, next: None }
    }

    /// What to ask the store for.
    #[must_use]
    pub fn request(&self) -> PageRequest {
        PageRequest { offset: (self.page - 1) * u64::from(self.per_page), limit: self.per_page }
    }

    /// Takes note of whether there is another page.
    #[must_use]
    pub fn followed(mut self, query: &QueryParams, is_followed: bool) -> Self {
        self.next = is_followed.then(|| with(query, "page", Some(&(self.page + 1).to_string())));
        self
    }

    /// Cuts a list that holds one row more than the page when there is another page, and takes note of that.
    #[must_use]
    pub fn cut<T>(self, query: &QueryParams, rows: &mut Vec<T>) -> Self {
        let is_followed = rows.len() > self.per_page as usize;
        rows.truncate(self.per_page as usize);
        self.followed(query, is_followed)
    }
}

/// The query with one parameter set anew or taken out, as a relative address. Another filter begins at page 1.
#[must_use]
pub fn with(query: &QueryParams, key: &str, value: Option<&str>) -> String {
    let mut address = String::from("?");
    let kept = query.all().iter().filter(|(known, value)| known != key.as_bytes() && known != b"page" && !value.is_empty());
    let kept = kept.map(|(key, value)| (key.as_slice(), value.as_slice()));
    for (key, value) in kept.chain(value.map(|value| (key.as_bytes(), value.as_bytes()))) {
        if address.len() > 1 {
            address.push('&');
        }
        address.extend(percent_encode(key, ENCODED));
        address.push('=');
        address.extend(percent_encode(value, ENCODED));
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_keep_the_filters() {
        let query = QueryParams::parse("branch=a%2Cb&page=3&empty=");
        let pager = Pager::of(&query, 25).cut(&query, &mut vec![(); 26]);
        assert_eq!(pager.previous.as_deref(), Some("?branch=a%2Cb&page=2"));
        assert_eq!(pager.next.as_deref(), Some("?branch=a%2Cb&page=4"));
        assert_eq!(pager.request(), PageRequest { offset: 50, limit: 25 });
        let first = QueryParams::parse("page=-1");
        assert_eq!(Pager::of(&first, 25).cut(&first, &mut vec![(); 25]), Pager { page: 1, per_page: 25, previous: None, next: None });
    }

    #[test]
    fn a_filter_begins_at_the_first_page() {
        let query = QueryParams::parse("branch=x&page=3");
        assert_eq!(with(&query, "result", Some("failed")), "?branch=x&result=failed");
        assert_eq!(with(&query, "branch", None), "?");
    }
}
