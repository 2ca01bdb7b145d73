//! Organizations, the people in them, and their teams.

use crate::id::{OrganizationId, TeamId, UserId};
use crate::time::Timestamp;

/// An organization: the boundary of tenancy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A person, or a machine account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The e-mail address, unique.
    pub email: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What a person is in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// May change everything.
    Administrator,
    /// May change the suites that teams allow.
    Member,
}

impl Role {
    /// The word used on disk and in the CLI.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Administrator, Self::Member].into_iter().find(|role| role.as_str() == word)
    }
}

/// What a team may do with a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SuiteAccess {
    /// Read only.
    ReadOnly,
    /// Read and change.
    ManageAndRead,
}

/// A team of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its name in files and addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}
