//! Workflows of suites, in all their versions.

mod activity;
mod change;
mod read;
mod secrets;
mod seed;

use proctor_core::id::{SuiteId, UserId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::Definition;

pub use activity::{EVENTS_COUNTED_MAX, EventCount};
pub use change::Changed;
pub use read::WorkflowVersion;

pub(crate) use read::{events_per_minute, workflows_of};
pub(crate) use secrets::is_sealed;
pub(crate) use seed::{seed_suite, seed_suites};

/// A workflow in its present version.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its id.
    pub id: WorkflowId,
    /// Its suite.
    pub suite_id: SuiteId,
    /// Raised by every change, from 1.
    pub version: u32,
    /// Whether its states are those of this version.
    pub history: AppliedHistory,
    /// What its owners wrote down.
    pub definition: Definition,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whether the stored history has been taken in by the present version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliedHistory {
    /// It has.
    Done,
    /// It is still to be, in this way.
    Waiting(Application),
}

/// What becomes of the differences that stored history makes (`workflows.md`, 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Application {
    /// States are set, nothing is reported.
    #[default]
    Quiet,
    /// Each test whose state turns out otherwise is reported once.
    Fire,
}

impl Application {
    /// The word used on disk and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Fire => "fire",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Quiet, Self::Fire].into_iter().find(|application| application.as_str() == word)
    }
}

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// A person, through the API.
    User(UserId),
    /// Proctor itself, or whoever administers it.
    System,
}

impl std::fmt::Display for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}
