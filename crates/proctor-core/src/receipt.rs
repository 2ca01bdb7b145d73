//! What the receiver says about single records and about the upload as a whole (`uploads.md`, sections 6, 7 and 13).

use std::borrow::Cow;

/// Why a record was left out. Its code is stable and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// `name` is missing, null, blank, an array or an object.
    NameMissing,
    /// The record is not an object.
    NotAnObject,
    /// `scope` or `name` is longer than [`crate::limits::IDENTITY_BYTES_MAX`].
    IdentityTooLong,
    /// The record itself could not be read, although those around it could.
    Unreadable,
}

impl RejectReason {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameMissing => "name_missing",
            Self::NotAnObject => "not_an_object",
            Self::IdentityTooLong => "identity_too_long",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Position among all records of the upload, from 0.
    pub index: u64,
    /// Why.
    pub reason: RejectReason,
    /// One sentence without its index, lower case, no full stop: `name is missing`.
    pub message: String,
}

/// What was changed or dropped although its record was taken in. Its code is stable and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WarningKind {
    /// `result` was a word that nobody knows: stored as `unknown`.
    UnknownResult,
    /// A tag was dropped.
    TagDropped,
    /// `location` or `file_name` was dropped.
    PathDropped,
    /// Text or spans were cut.
    Truncated,
    /// `classname` was missing in a JUnit case.
    ScopeMissing,
    /// A value had a type that its field cannot have and was treated as not given.
    WrongType,
    /// A `duration` that is negative or not a number was treated as unknown.
    DurationUnreadable,
    /// The document was ill-formed and was read after repair.
    Repaired,
    /// Text around the report (a log line, a banner) was skipped.
    NoiseSkipped,
}

impl WarningKind {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownResult => "unknown_result",
            Self::TagDropped => "tag_dropped",
            Self::PathDropped => "path_dropped",
            Self::Truncated => "truncated",
            Self::ScopeMissing => "scope_missing",
            Self::WrongType => "wrong_type",
            Self::DurationUnreadable => "duration_unreadable",
            Self::Repaired => "repaired",
            Self::NoiseSkipped => "noise_skipped",
        }
    }
}

/// One remark about a record that was taken in, or about the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Position of the record; `None` when it is about the document.
    pub index: Option<u64>,
    /// What kind.
    pub kind: WarningKind,
    /// One sentence, lower case, no full stop.
    pub message: Cow<'static, str>,
}

/// Trouble outside of tests that the report tells of: a file that did not load, a package that did not build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line for a list.
    pub message: String,
    /// The tool's own text, at most [`crate::limits::FAILURE_REASON_BYTES_MAX`]; may be empty.
    pub detail: String,
}
