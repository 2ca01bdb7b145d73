//! Teams, as far as permissions on suites need them.

use proctor_core::id::{OrganizationId, SuiteId, TeamId, UserId};
use proctor_core::organization::{SuiteAccess, Team};
use proctor_core::time::Timestamp;

use crate::{Store, StoreError};

impl Store {
    /// Makes a team.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug that follows from the name is.
    pub async fn create_team(&self, organization: OrganizationId, name: &str, now: Timestamp) -> Result<Team, StoreError> {
        let _ = (organization, name, now);
        Err(StoreError::Internal("skeleton".to_owned()))
    }

    /// The team with this id in the organization.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team(&self, organization: OrganizationId, team: TeamId) -> Result<Option<Team>, StoreError> {
        let _ = (organization, team);
        Ok(None)
    }

    /// Makes the user a member of the team.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn add_team_member(&self, organization: OrganizationId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        let _ = (organization, team, user);
        Ok(())
    }

    /// Links a team to a suite, or changes what the link allows.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn link_team(
        &self,
        organization: OrganizationId,
        team: TeamId,
        suite: SuiteId,
        access: SuiteAccess,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _ = (organization, team, suite, access, now);
        Ok(())
    }

    /// Those of `suites` that the user may change: all for an administrator; else those without any team link, and those linked with
    /// `ManageAndRead` to a team of the user's (`rest-api.md`, 3.1). Of somebody who is no member: none.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn editable_suites(
        &self,
        organization: OrganizationId,
        user: UserId,
        suites: &[SuiteId],
    ) -> Result<Vec<SuiteId>, StoreError> {
        let _ = (organization, user, suites);
        Ok(Vec::new())
    }
}
