//! The clock that is handed in at the composition root.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};

use proctor_core::time::Timestamp;

/// Tells the time. Within one process it never runs backwards.
pub trait Clock: Debug + Send + Sync {
    /// Now, by the server's clock.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine, held back from running backwards.
#[derive(Debug, Default)]
pub struct SystemClock {
    last_millis: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where the wall clock is read")]
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let millis = since_epoch.ok().and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok()).unwrap_or(0);
        let last = self.last_millis.fetch_max(millis, Ordering::Relaxed);
        Timestamp::from_millis(last.max(millis))
    }
}

/// A clock that stands still until it is told otherwise: for tests.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self { millis: AtomicI64::new(at.millis()) }
    }

    /// Lets `millis` milliseconds pass.
    pub fn advance_ms(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::Relaxed))
    }
}
