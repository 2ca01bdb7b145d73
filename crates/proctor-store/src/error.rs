//! Why the store could not do what was asked.

/// An error of the store. What callers can act on has a variant of its own.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A name is taken: the constraint says which.
    #[error("{0} has already been taken")]
    Taken(Unique),
    /// The thing to change does not exist (any more).
    #[error("no such {0}")]
    Missing(&'static str),
    /// The disk, or the database's own bound, is full. Nothing of the transaction was stored.
    #[error("failed to write: the storage is full")]
    Full,
    /// The storage is away, locked for too long, or out of connections; the same call may work later.
    #[error("failed to reach the storage: {0}")]
    Unavailable(String),
    /// What was read is not what was written.
    #[error("failed to read stored data: {0}")]
    Corrupt(String),
    /// Anything else.
    #[error("failed to use the storage: {0}")]
    Internal(String),
}

/// The unique names of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// The slug of an organization.
    OrganizationSlug,
    /// The slug of a suite in its organization.
    SuiteSlug,
    /// The upload token of a suite.
    SuiteToken,
    /// The secret of an API token.
    ApiToken,
    /// The e-mail address of a user.
    UserEmail,
    /// The slug of a team in its organization.
    TeamSlug,
}

impl std::fmt::Display for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OrganizationSlug => "organization slug",
            Self::SuiteSlug => "suite name",
            Self::SuiteToken => "suite token",
            Self::ApiToken => "API token",
            Self::UserEmail => "e-mail address",
            Self::TeamSlug => "team name",
        })
    }
}
