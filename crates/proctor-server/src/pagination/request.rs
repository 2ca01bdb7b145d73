//! `page` and `per_page`.

use proctor_store::PageRequest;

use crate::query::QueryParams;

/// Elements of a page if the client does not say.
pub const PER_PAGE_DEFAULT: u32 = 30;
/// Elements of a page at the most.
pub const PER_PAGE_MAX: u32 = 100;

/// Which page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageParams {
    /// From 1.
    pub page: u64,
    /// From 1 to [`PER_PAGE_MAX`].
    pub per_page: u32,
}

impl PageParams {
    /// Reads both parameters; whatever they cannot be counts as absent. Numbers that do not fit count as very large.
    #[must_use]
    pub fn of(query: &QueryParams) -> Self {
        let page = query.get("page").and_then(|text| number(&text)).filter(|page| *page > 0).unwrap_or(1);
        let per_page = query.get("per_page").and_then(|text| number(&text)).filter(|per_page| *per_page > 0);
        let per_page = per_page.map_or(PER_PAGE_DEFAULT, |asked| u32::try_from(asked).unwrap_or(u32::MAX).min(PER_PAGE_MAX));
        Self { page, per_page }
    }

    /// As [`Self::of`] for the lists that are paged only when the client asks: `None` when it sent neither parameter.
    #[must_use]
    pub fn if_asked(query: &QueryParams) -> Option<Self> {
        let is_asked = query.get("page").is_some() || query.get("per_page").is_some();
        is_asked.then(|| Self::of(query))
    }

    /// What the store is asked for. The offset fits a signed 64-bit integer, the widest that both engines know.
    #[must_use]
    pub fn request(self) -> PageRequest {
        let offset = (self.page - 1).saturating_mul(u64::from(self.per_page)).min(i64::MAX.unsigned_abs());
        PageRequest { offset, limit: self.per_page }
    }
}

/// An unsigned number of any size. `None` for anything but digits.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> (u64, u32) {
        let params = PageParams::of(&QueryParams::parse(query));
        (params.page, params.per_page)
    }

    // contract: pagination 20, 21, 22
    #[test]
    fn nothing_is_an_error() {
        assert_eq!(params(""), (1, 30));
        for first in ["page=0", "page=-1", "page=", "page=abc", "page=1.5", "page=%201"] {
            assert_eq!(params(first), (1, 30), "{first}");
        }
        for (query, per_page) in [("500", 100), ("0", 30), ("-5", 30), ("", 30), ("x", 30), ("7", 7), ("99999999999999999999", 100)] {
            assert_eq!(params(&format!("per_page={query}")).1, per_page, "{query}");
        }
        assert_eq!(params("page=99999999999999999999999").0, u64::MAX);
    }

    #[test]
    fn offsets_do_not_overflow() {
        let params = PageParams { page: u64::MAX, per_page: 100 };
        assert_eq!(params.request().offset, i64::MAX.unsigned_abs());
        assert_eq!(PageParams { page: 3, per_page: 30 }.request(), PageRequest { offset: 60, limit: 30 });
    }
}
