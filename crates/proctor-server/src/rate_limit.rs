//! Requests per minute, per organization and per user (`rest-api.md`, section 1.8). Off unless set.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::{HeaderName, HeaderValue, StatusCode};
use proctor_core::id::{OrganizationId, UserId, Uuid};
use proctor_core::time::Timestamp;

use crate::api::error::ApiError;
use crate::settings::RateLimit;

const WINDOW_MS: i64 = 60_000;
const WARNING: &str = "You have exceeded your API rate limit.";

/// Counts requests in fixed windows of 60 seconds. It forgets everything when a window ends, and counts only for organizations and users
/// that exist, so its memory is bounded by their number.
#[derive(Debug, Default)]
pub struct RateLimiter {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    number: i64,
    requests: HashMap<Uuid, u64>,
}

impl RateLimiter {
    /// Counts one request, refused ones included.
    #[must_use]
    pub fn count(&self, limit: RateLimit, organization: Option<OrganizationId>, user: UserId, now: Timestamp) -> Allowance {
        let number = now.millis().div_euclid(WINDOW_MS);
        let reset_ms = WINDOW_MS - now.millis().rem_euclid(WINDOW_MS);
        let reset_seconds = u64::try_from(reset_ms).unwrap_or_default().div_ceil(1000);
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.number != number {
            *window = Window { number, requests: HashMap::new() };
        }
        let mut count = |id: Uuid, limit: u64| {
            let current = window.requests.entry(id).or_default();
            *current += 1;
            Counter { limit, current: *current }
        };
        Allowance {
            organization: organization.map(|organization| count(organization.uuid(), limit.organization_per_minute)),
            user: count(user.uuid(), limit.user_per_minute),
            reset_seconds,
        }
    }
}

/// What is left of this minute's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    organization: Option<Counter>,
    user: Counter,
    reset_seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counter {
    limit: u64,
    current: u64,
}

impl Counter {
    fn is_exceeded(self) -> bool {
        self.current > self.limit
    }
}

impl Allowance {
    /// Whether the request may go on.
    ///
    /// # Errors
    /// 429, when a limit is exceeded; the organization's comes first.
    pub fn check(&self) -> Result<(), ApiError> {
        let refused = |(scope, counter): &(Scope, Counter)| counter.is_exceeded().then(|| self.refusal(scope.word, *counter));
        self.counters().iter().find_map(refused).map_or(Ok(()), Err)
    }

    /// The headers that every answer carries while limits are on.
    #[must_use]
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = Vec::new();
        for (scope, counter) in self.counters() {
            let mut add = |name, value| headers.push((HeaderName::from_static(name), value));
            add(scope.header_scope, HeaderValue::from_static(scope.word));
            add(scope.header_limit, counter.limit.into());
            add(scope.header_remaining, counter.limit.saturating_sub(counter.current).into());
            add(scope.header_reset, self.reset_seconds.into());
            if counter.is_exceeded() {
                add(scope.header_warning, HeaderValue::from_static(WARNING));
            }
        }
        headers
    }

    fn counters(&self) -> Vec<(Scope, Counter)> {
        self.organization.map(|counter| (ORGANIZATION, counter)).into_iter().chain([(USER, self.user)]).collect()
    }

    fn refusal(&self, scope: &'static str, counter: Counter) -> ApiError {
        let wait = self.reset_seconds;
        let message = format!("{WARNING} Please wait {wait} seconds before making more requests.");
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, message)
            .with_detail("scope", scope)
            .with_detail("limit", counter.limit)
            .with_detail("current", counter.current)
            .with_detail("reset", wait)
            .with_reset(wait)
    }
}

/// How the two counters are called on the wire.
struct Scope {
    word: &'static str,
    header_scope: &'static str,
    header_limit: &'static str,
    header_remaining: &'static str,
    header_reset: &'static str,
    header_warning: &'static str,
}

const ORGANIZATION: Scope = Scope {
    word: "rest",
    header_scope: "ratelimit-scope",
    header_limit: "ratelimit-limit",
    header_remaining: "ratelimit-remaining",
    header_reset: "ratelimit-reset",
    header_warning: "ratelimit-warning",
};

const USER: Scope = Scope {
    word: "rest_user",
    header_scope: "ratelimit-user-scope",
    header_limit: "ratelimit-user-limit",
    header_remaining: "ratelimit-user-remaining",
    header_reset: "ratelimit-user-reset",
    header_warning: "ratelimit-user-warning",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_and_is_forgotten() {
        let limiter = RateLimiter::default();
        let limit = RateLimit { organization_per_minute: 100, user_per_minute: 1 };
        let user = UserId::new(Uuid::from_u128(1));
        let count = |millis| limiter.count(limit, None, user, Timestamp::from_millis(millis));
        assert!(count(60_000).check().is_ok());
        let refused = count(76_500).check().unwrap_err();
        assert_eq!(refused.message, "You have exceeded your API rate limit. Please wait 44 seconds before making more requests.");
        assert!(refused.details.contains(&("current", 2.into())));
        assert!(count(119_999).check().is_err());
        assert!(count(120_000).check().is_ok());
    }
}
