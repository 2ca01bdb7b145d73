//! When to try again, and after how long.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// The wait before the second try, before jitter; it doubles from then on.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// How often to try again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// Tries after the first.
    pub(crate) retries_max: u32,
}

impl RetryPolicy {
    /// How long to wait before try `retry` (the first retry is 1); `None`: give up.
    ///
    /// `asked`: what the server asked for. `jitter`: from 0 to 1, so that jobs that failed together do not return together.
    pub(crate) fn wait(self, retry: u32, asked: Option<Duration>, jitter: f64) -> Option<Duration> {
        if retry > self.retries_max {
            return None;
        }
        let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1)));
        let own = doubled.min(WAIT_MAX).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        // Coming back a little late is fine, coming back early is not.
        Some(asked.map_or(own, |asked| (asked + own.min(Duration::from_secs(1))).min(WAIT_MAX)))
    }
}

/// Whether the same request may succeed later.
pub(crate) fn may_pass(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 409 | 429) || status.is_server_error()
}

/// How long the server asks to wait: `RateLimit-Reset`, or `Retry-After` in seconds.
pub(crate) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = ["ratelimit-reset", "retry-after"].iter().find_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse::<u64>().ok());
    seconds.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { retries_max: 10 };

    #[test]
    fn waits_double_up_to_a_bound_and_end() {
        let waits: Vec<u128> = (1..=10).map(|retry| POLICY.wait(retry, None, 1.0).unwrap().as_millis()).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(POLICY.wait(11, None, 1.0), None);
        assert_eq!(POLICY.wait(1, None, 0.0), Some(Duration::from_millis(250)));
        assert_eq!(RetryPolicy { retries_max: 0 }.wait(1, None, 0.5), None);
    }

    #[test]
    fn the_server_is_obeyed_within_reason() {
        let wait = POLICY.wait(1, Some(Duration::from_secs(7)), 0.3).unwrap();
        assert!(wait >= Duration::from_secs(7) && wait <= Duration::from_secs(8));
        assert_eq!(POLICY.wait(1, Some(Duration::from_secs(86_400)), 0.3), Some(WAIT_MAX));
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let passing = [408, 409, 429, 500, 502, 503, 504, 507];
        let lasting = [202, 400, 401, 403, 404, 405, 413, 415, 422];
        assert!(passing.iter().all(|code| may_pass(StatusCode::from_u16(*code).unwrap())));
        assert!(!lasting.iter().any(|code| may_pass(StatusCode::from_u16(*code).unwrap())));
    }

    #[test]
    fn the_asked_wait_is_in_whole_seconds() {
        let mut headers = HeaderMap::new();
        assert_eq!(asked_wait(&headers), None);
        headers.insert("retry-after", HeaderValue::from_static("9"));
        assert_eq!(asked_wait(&headers), Some(Duration::from_secs(9)));
        headers.insert("ratelimit-reset", HeaderValue::from_static("3"));
        assert_eq!(asked_wait(&headers), Some(Duration::from_secs(3)));
        headers.insert("ratelimit-reset", HeaderValue::from_static("soon"));
        assert_eq!(asked_wait(&headers), Some(Duration::from_secs(9)));
    }
}
