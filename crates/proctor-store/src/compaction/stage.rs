//! Where a compaction can be broken off, to try what is found afterwards.

/// A point in the life of a new day file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is written, under a name that nobody looks for.
    Written,
    /// It has its name; the catalog does not know it.
    Published,
    /// The catalog names it; what it replaces is still on disk.
    Swapped,
    /// All is done.
    Done,
}
