//! The header `Buildkite-Version` (`rest-api.md`, 1.8).

use axum::extract::FromRequestParts;
use http::request::Parts;
use jiff::civil::Date;

use crate::App;
use crate::api::error::ApiError;

/// From this day on bodies have metrics.
const METRICS_SINCE: Date = jiff::civil::date(2026, 8, 1);

/// Which body of a test is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestsVersion {
    /// The body without metrics.
    Legacy,
    /// The body with metrics.
    Metrics,
}

impl TestsVersion {
    /// By the header's value. `None` when it is neither blank nor a calendar date `YYYY-MM-DD`.
    fn of(value: Option<&[u8]>) -> Option<Self> {
        let text = std::str::from_utf8(value.unwrap_or_default()).ok()?.trim();
        if text.is_empty() {
            return Some(Self::Legacy);
        }
        let has_form = text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| matches!(at, 4 | 7) == (byte == b'-'));
        let date: Date = text.parse().ok().filter(|_| has_form)?;
        Some(if date < METRICS_SINCE { Self::Legacy } else { Self::Metrics })
    }
}

/// Stands behind the extractor of the place in a handler's signature: what does not exist is 404 before a bad header is 400.
impl FromRequestParts<App> for TestsVersion {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, ApiError> {
        let value = parts.headers.get_all("buildkite-version").iter().next_back().map(|value| value.as_bytes());
        Self::of(value).ok_or_else(|| ApiError::bad_request("Buildkite-Version must be in format YYYY-MM-DD"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 60, 61
    #[test]
    fn a_day_decides() {
        let of = |text: &str| TestsVersion::of(Some(text.as_bytes()));
        assert_eq!(TestsVersion::of(None), Some(TestsVersion::Legacy));
        for legacy in ["", "  ", "2026-07-31", "0001-01-01", "2025-12-31"] {
            assert_eq!(of(legacy), Some(TestsVersion::Legacy), "{legacy}");
        }
        for metrics in ["2026-08-01", " 2026-08-02 ", "2027-01-01", "9999-12-31"] {
            assert_eq!(of(metrics), Some(TestsVersion::Metrics), "{metrics}");
        }
        for wrong in ["tomorrow", "2026-8-1", "2026-02-30", "2026-13-01", "20260801", "2026-08-01T00:00:00Z", "2026/08/01", "-026-08-01"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(TestsVersion::of(Some(b"\xff")), None);
    }
}
