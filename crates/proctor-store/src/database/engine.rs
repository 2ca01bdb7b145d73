//! The two engines, and the few words in which their SQL differs.

use std::fmt::Write;

/// What answers SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Opens a transaction that will write. SQLite takes its one write lock at once, so that nothing read in it can be stale.
    pub(crate) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Ends a `SELECT` that locks the rows it gives until the transaction ends. SQLite has locked everything already.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// The database's own clock, in milliseconds since the Unix epoch: leases of several nodes are compared by it alone.
    pub(crate) const fn now_ms(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// Appends the placeholder of the parameter at `position` (from 1).
    ///
    /// `$n` works on both, but SQLite looks each name up in a list, which costs the square of their number in long statements.
    pub(crate) fn placeholder(self, position: usize, text: &mut String) {
        match self {
            Self::Sqlite => text.push('?'),
            // Writing to a string cannot fail.
            Self::Postgres => _ = write!(text, "${position}"),
        }
    }
}
