//! The life cycle of a run: one pure function over what happens to its uploads (`rest-api.md`, section 2.2).

use crate::result::{ResultCounts, TestResult};
use crate::time::Timestamp;

/// Whether processing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// At least one upload is being received or processed.
    Running,
    /// Every upload accepted so far has been processed.
    Finished,
}

impl RunState {
    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
        }
    }
}

/// What is known of a run so far. `Failed` is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RunResult {
    /// No result has been processed.
    Pending = 0,
    /// Results have been processed, and none of them failed.
    Passed = 1,
    /// A failed result has been processed.
    Failed = 2,
    /// Nothing came within the stale period.
    Stale = 3,
}

impl RunResult {
    const ALL: [Self; 4] = [Self::Pending, Self::Passed, Self::Failed, Self::Stale];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Stale => "stale",
        }
    }

    /// The code used on disk.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Reads the code used on disk.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        usize::try_from(code).ok().and_then(|code| Self::ALL.get(code).copied())
    }
}

/// The life cycle of one run at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunStatus {
    /// Uploads that are being received or processed.
    pub uploads_in_flight: u32,
    /// What is known so far; `Stale` only once an event after the stale period has made it so, see [`RunStatus::observed`].
    pub result: RunResult,
    /// When the newest upload was accepted, or finished processing.
    pub last_activity_at: Timestamp,
}

/// What can happen to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// An upload of the run has been accepted and its processing begins.
    UploadAccepted,
    /// An upload of the run has been processed; these are its executions by result. All zero for empty `data`.
    UploadProcessed(ResultCounts),
    /// An upload of the run was rejected, or its processing broke, or its process died.
    UploadFailed,
}

impl RunStatus {
    /// The status of a run at the moment of its creation, before its first upload is accepted.
    #[must_use]
    pub const fn created(at: Timestamp) -> Self {
        Self { uploads_in_flight: 0, result: RunResult::Pending, last_activity_at: at }
    }

    /// The status after `event`, which happens at `at`. `stale_after_ms`: the stale period, in milliseconds.
    #[must_use]
    pub fn after(self, event: RunEvent, at: Timestamp, stale_after_ms: i64) -> Self {
        let result = self.observed(at, stale_after_ms).1;
        let last_activity_at = self.last_activity_at.max(at);
        match event {
            RunEvent::UploadAccepted => Self { uploads_in_flight: self.uploads_in_flight.saturating_add(1), result, last_activity_at },
            RunEvent::UploadProcessed(counts) => {
                Self { uploads_in_flight: self.uploads_in_flight.saturating_sub(1), result: result_after(result, counts), last_activity_at }
            }
            RunEvent::UploadFailed => Self { uploads_in_flight: self.uploads_in_flight.saturating_sub(1), result, last_activity_at },
        }
    }

    /// What a reader sees at `now`: a finished run without results turns `stale` by the mere passing of time.
    #[must_use]
    pub fn observed(self, now: Timestamp, stale_after_ms: i64) -> (RunState, RunResult) {
        if self.uploads_in_flight > 0 {
            return (RunState::Running, self.result);
        }
        let silent_ms = now.millis().saturating_sub(self.last_activity_at.millis());
        let result = match self.result {
            RunResult::Pending if silent_ms >= stale_after_ms => RunResult::Stale,
            result => result,
        };
        (RunState::Finished, result)
    }
}

fn result_after(result: RunResult, counts: ResultCounts) -> RunResult {
    match result {
        RunResult::Failed => RunResult::Failed,
        _ if counts.of(TestResult::Failed) > 0 => RunResult::Failed,
        _ if counts.total() > 0 => RunResult::Passed,
        unchanged => unchanged,
    }
}

#[cfg(test)]
mod tests;
