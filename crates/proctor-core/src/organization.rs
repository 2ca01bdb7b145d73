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
    /// Its name in files and addresses; follows from the name.
    pub slug: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, if a person did.
    pub created_by: Option<UserId>,
    /// What may be set.
    pub settings: TeamSettings,
}

/// What may be set on a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSettings {
    /// Its name for people, never blank.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Who sees it.
    pub privacy: TeamPrivacy,
    /// Whether it is meant for everybody who joins the organization.
    pub is_default: bool,
    /// What new members are in it.
    pub default_member_role: TeamRole,
    /// What its members may do beside.
    pub members_may: MembersMay,
}

impl TeamSettings {
    /// The settings of a new team: visible, not the default one, nothing more allowed.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            privacy: TeamPrivacy::Visible,
            is_default: false,
            default_member_role: TeamRole::Member,
            members_may: MembersMay::default(),
        }
    }
}

/// Who sees a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TeamPrivacy {
    /// Everybody in the organization.
    Visible,
    /// Its members and the administrators.
    Secret,
}

impl TeamPrivacy {
    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Secret => "secret",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Visible, Self::Secret].into_iter().find(|privacy| privacy.as_str() == word)
    }
}

/// What a member is in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TeamRole {
    /// A member.
    Member,
    /// Looks after the team.
    Maintainer,
}

impl TeamRole {
    /// The word used on the wire and on disk.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Maintainer => "maintainer",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Member, Self::Maintainer].into_iter().find(|role| role.as_str() == word)
    }
}

/// Permissions that a team carries for other products of the API it is compatible with: kept and shown, they grant nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MembersMay {
    /// Create pipelines.
    pub create_pipelines: bool,
    /// Create suites.
    pub create_suites: bool,
    /// Create registries.
    pub create_registries: bool,
    /// Destroy registries.
    pub destroy_registries: bool,
    /// Destroy packages.
    pub destroy_packages: bool,
}

impl MembersMay {
    /// The bits used on disk: 1, 2, 4, 8, 16 in the order of the fields.
    #[must_use]
    pub fn bits(self) -> u8 {
        let Self { create_pipelines, create_suites, create_registries, destroy_registries, destroy_packages } = self;
        let flags = [create_pipelines, create_suites, create_registries, destroy_registries, destroy_packages];
        flags.into_iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(flag))
    }

    /// Reads [`Self::bits`].
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self {
            create_pipelines: bits & 1 != 0,
            create_suites: bits & 2 != 0,
            create_registries: bits & 4 != 0,
            destroy_registries: bits & 8 != 0,
            destroy_packages: bits & 16 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_lead_back() {
        assert!((0..32).all(|bits| MembersMay::from_bits(bits).bits() == bits));
        assert_eq!(MembersMay { create_suites: true, ..MembersMay::default() }.bits(), 2);
    }
}
