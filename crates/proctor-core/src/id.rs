//! Newtypes for the UUIDs that name things, so that one cannot be passed where another is meant.

use std::fmt;
use std::str::FromStr;

pub use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name this kind of thing.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The sixteen bytes of the UUID, in network order: the form in which the catalog stores it.
            #[must_use]
            pub const fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads the form written by [`Self::bytes`]. `None` when it is not sixteen bytes long.
            #[must_use]
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Accepts a UUID in any letter case, with or without hyphens.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// Names an organization.
    OrganizationId;
    /// Names a person.
    UserId;
    /// Names a team of an organization.
    TeamId;
    /// Names an API token (never its secret).
    TokenId;
    /// Names a suite.
    SuiteId;
    /// Names a run of a suite.
    RunId;
    /// Names an upload.
    UploadId;
    /// Names a test: derived from suite, scope and name, see [`crate::identity`].
    TestId;
    /// Names a workflow of a suite.
    WorkflowId;
    /// Names an entry of a suite's ledger; alarms and recoveries are entries.
    LedgerId;
    /// Names a message of a workflow to somebody outside, the same in every attempt.
    DeliveryId;
    /// Names a subscription to the weekly summary of flaky tests.
    SummaryId;
    /// Names an execution: derived from its upload and its index there, see [`crate::identity`].
    ExecutionId;
}
