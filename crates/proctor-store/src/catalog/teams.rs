//! Teams, as far as permissions on suites need them.

use std::collections::HashSet;

use proctor_core::id::{OrganizationId, SuiteId, TeamId, UserId};
use proctor_core::organization::{Role, SuiteAccess, Team};
use proctor_core::slug::slug_of;
use proctor_core::time::Timestamp;

use crate::database::{Columns, Statement, Value};
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

impl Store {
    /// Makes a team.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug that follows from the name is.
    pub async fn create_team(&self, organization: OrganizationId, name: &str, now: Timestamp) -> Result<Team, StoreError> {
        let team = Team {
            id: TeamId::new(uuid_of(now)),
            organization_id: organization,
            slug: slug_of(name),
            name: name.to_owned(),
            created_at: now,
        };
        let statement = Statement::fixed("INSERT INTO teams (id, organization_id, slug, name, created_at) VALUES ($1, $2, $3, $4, $5)");
        let statement = statement.with(team.id.bytes()).with(organization.bytes()).with(&team.slug).with(name).with(now);
        statement.execute(&mut *self.connections().writer().await?).await?;
        Ok(team)
    }

    /// The team with this id in the organization.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team(&self, organization: OrganizationId, team: TeamId) -> Result<Option<Team>, StoreError> {
        let statement = Statement::fixed("SELECT slug, name, created_at FROM teams WHERE organization_id = $1 AND id = $2");
        let row = statement.with(organization.bytes()).with(team.bytes()).optional(&mut *self.connections().read().await?).await?;
        let Some(row) = row else { return Ok(None) };
        let (slug, name, created_at) = (row.text("slug")?, row.text("name")?, row.time("created_at")?);
        Ok(Some(Team { id: team, organization_id: organization, slug, name, created_at }))
    }

    /// Makes the user a member of the team.
    ///
    /// # Errors
    /// When the catalog cannot be written; [`StoreError::Missing`] when the organization has no such team.
    pub async fn add_team_member(&self, organization: OrganizationId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        // Inserts nothing unless the team is the organization's; a membership that exists is written again, so that it counts.
        let statement = Statement::fixed(
            "INSERT INTO team_members (team_id, user_id) \
             SELECT id, $1 FROM teams WHERE organization_id = $2 AND id = $3 \
             ON CONFLICT (team_id, user_id) DO UPDATE SET user_id = excluded.user_id",
        );
        let statement = statement.with(user.bytes()).with(organization.bytes()).with(team.bytes());
        let changed = statement.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("team")) } else { Ok(()) }
    }

    /// Links a team to a suite, or changes what the link allows.
    ///
    /// # Errors
    /// When the catalog cannot be written; [`StoreError::Missing`] when team and suite are not both the organization's.
    pub async fn link_team(
        &self,
        organization: OrganizationId,
        team: TeamId,
        suite: SuiteId,
        access: SuiteAccess,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = Statement::fixed(
            "INSERT INTO team_suites (suite_id, team_id, access, created_at) \
             SELECT suites.id, teams.id, $1, $2 FROM teams \
             JOIN suites ON suites.organization_id = teams.organization_id \
             WHERE teams.organization_id = $3 AND teams.id = $4 AND suites.id = $5 \
             ON CONFLICT (suite_id, team_id) DO UPDATE SET access = excluded.access",
        );
        let statement = statement.with(access_word(access)).with(now).with(organization.bytes()).with(team.bytes()).with(suite.bytes());
        let changed = statement.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("team or suite")) } else { Ok(()) }
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
        let Some(role) = self.role(organization, user).await? else { return Ok(Vec::new()) };
        if suites.is_empty() {
            return Ok(Vec::new());
        }
        let select = "SELECT suites.id AS id FROM suites WHERE suites.organization_id = ";
        let mut statement = Statement::built(self.connections().engine(), select);
        statement.value(organization.bytes());
        if role != Role::Administrator {
            statement.push(
                " AND (NOT EXISTS (SELECT 1 FROM team_suites WHERE team_suites.suite_id = suites.id) \
                 OR EXISTS (SELECT 1 FROM team_suites JOIN team_members ON team_members.team_id = team_suites.team_id \
                 WHERE team_suites.suite_id = suites.id AND team_suites.access = ",
            );
            statement.value(access_word(SuiteAccess::ManageAndRead)).push(" AND team_members.user_id = ").value(user.bytes()).push("))");
        }
        statement.push(" AND suites.id IN ").list(suites.iter().map(|suite| Value::from(suite.bytes())));
        let rows = statement.all(&mut *self.connections().read().await?).await?;
        let editable: HashSet<SuiteId> = rows.iter().map(|row| row.id("id", SuiteId::from_bytes)).collect::<Result<_, _>>()?;
        Ok(suites.iter().copied().filter(|suite| editable.contains(suite)).collect())
    }
}

const fn access_word(access: SuiteAccess) -> &'static str {
    match access {
        SuiteAccess::ReadOnly => "read_only",
        SuiteAccess::ManageAndRead => "manage_and_read",
    }
}
