//! What people want of the state of a test, as a page or the API takes it down.

use proctor_core::day::DAY_MS;
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use proctor_core::workflow::action::{STATE_HOURS_MAX, STATE_REASON_BYTES_MAX};
use proctor_store::catalog::states::{NewState, StateAuthor};

/// The longest term.
pub const DAYS_MAX: i64 = STATE_HOURS_MAX as i64 / 24;

/// Until when, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// When the test is to be enabled again by itself, in RFC 3339.
    pub expires_at: Option<String>,
    /// The same in days from now; not together with `expires_at`.
    pub expires_in_days: Option<u64>,
    /// Why; blank counts as none.
    pub reason: Option<String>,
}

/// What cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WishFault {
    /// Two terms.
    #[error("expires_at and expires_in_days cannot be set together")]
    TwoTerms,
    /// No time, or one that has passed, or a far one.
    #[error("expires_at must be a time in RFC 3339 with its offset, in the future and at most {DAYS_MAX} days ahead")]
    Time,
    /// Too few days, or too many.
    #[error("expires_in_days must be from 1 to {DAYS_MAX}")]
    Days,
    /// A reason that is too long.
    #[error("reason is too long (maximum is {STATE_REASON_BYTES_MAX} bytes)")]
    Reason,
    /// A term for what needs none.
    #[error("a test that is enabled has no term")]
    Enabled,
}

impl Wish {
    /// The state that the store is to give the test.
    ///
    /// # Errors
    /// What cannot be, in words for a 422.
    pub fn new_state(self, state: TestState, by: StateAuthor, now: Timestamp) -> Result<NewState, WishFault> {
        let Self { expires_at, expires_in_days, reason } = self;
        let last = now.plus_millis(DAYS_MAX * DAY_MS);
        let expires_at = match (expires_at.filter(|text| !text.trim().is_empty()), expires_in_days) {
            (Some(_), Some(_)) => return Err(WishFault::TwoTerms),
            (Some(text), None) => {
                let at = Timestamp::parse_rfc3339(&text).filter(|at| *at > now && *at <= last);
                Some(at.ok_or(WishFault::Time)?)
            }
            (None, Some(days)) => {
                let days = i64::try_from(days).ok().filter(|days| (1..=DAYS_MAX).contains(days)).ok_or(WishFault::Days)?;
                Some(now.plus_millis(days * DAY_MS))
            }
            (None, None) => None,
        };
        if state == TestState::Enabled && expires_at.is_some() {
            return Err(WishFault::Enabled);
        }
        // PostgreSQL cannot keep U+0000.
        let reason = reason.map(|reason| reason.trim().replace('\0', "\u{fffd}")).filter(|reason| !reason.is_empty());
        if reason.as_ref().is_some_and(|reason| reason.len() > STATE_REASON_BYTES_MAX) {
            return Err(WishFault::Reason);
        }
        Ok(NewState { state, by, reason, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_state(expires_at: Option<&str>, expires_in_days: Option<u64>, reason: Option<&str>) -> Result<NewState, WishFault> {
        let wish = Wish { expires_at: expires_at.map(str::to_owned), expires_in_days, reason: reason.map(str::to_owned) };
        wish.new_state(TestState::Muted, StateAuthor::Expiry, Timestamp::from_millis(0))
    }

    #[test]
    fn terms_lie_ahead_and_not_too_far() {
        let term = |at, days| new_state(at, days, None).map(|new| new.expires_at.map(Timestamp::millis));
        assert_eq!(term(None, None), Ok(None));
        assert_eq!(term(None, Some(2)), Ok(Some(2 * DAY_MS)));
        assert_eq!(term(Some("1970-01-01T01:00:00+00:30"), None), Ok(Some(1_800_000)));
        for at in ["1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "1971-01-02T00:00:00Z", "tomorrow"] {
            assert_eq!(term(Some(at), None), Err(WishFault::Time), "{at}");
        }
        for days in [0, 366, u64::MAX] {
            assert_eq!(term(None, Some(days)), Err(WishFault::Days));
        }
        assert_eq!(term(Some("1970-01-02T00:00:00Z"), Some(1)), Err(WishFault::TwoTerms));
        let enabled = Wish { expires_in_days: Some(1), ..Wish::default() };
        assert_eq!(enabled.new_state(TestState::Enabled, StateAuthor::Expiry, Timestamp::from_millis(0)), Err(WishFault::Enabled));
    }

    #[test]
    fn reasons_are_trimmed_and_bounded() {
        assert_eq!(new_state(None, None, Some("  dns ")).unwrap().reason.as_deref(), Some("dns"));
        assert_eq!(new_state(None, None, Some(" ")).unwrap().reason, None);
        assert_eq!(new_state(None, None, Some(&"x".repeat(501))), Err(WishFault::Reason));
    }
}
