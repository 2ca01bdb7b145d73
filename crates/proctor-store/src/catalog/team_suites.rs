//! Which teams have access to which suites, and so who may change what.

use std::collections::HashSet;

use proctor_core::id::{OrganizationId, SuiteId, TeamId, UserId};
use proctor_core::organization::{Role, SuiteAccess};
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, Value};
use crate::{Page, PageRequest, Store, StoreError};

/// A link between a team and a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSuite {
    /// The suite.
    pub suite_id: SuiteId,
    /// Its name in addresses.
    pub suite_slug: String,
    /// What the team may do with it.
    pub access: SuiteAccess,
    /// When the link was made.
    pub created_at: Timestamp,
}

/// Links a team and a suite of one organization.
macro_rules! link {
    () => {
        "INSERT INTO team_suites (suite_id, team_id, access, created_at) \
         SELECT suites.id, teams.id, $1, $2 FROM teams \
         JOIN suites ON suites.organization_id = teams.organization_id \
         WHERE teams.organization_id = $3 AND teams.id = $4 AND suites.id = $5"
    };
}

impl Store {
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
        self.insert_link(
            concat!(link!(), " ON CONFLICT (suite_id, team_id) DO UPDATE SET access = excluded.access"),
            (organization, team, suite),
            access,
            now,
        )
        .await
    }

    /// Links a team to a suite that it is not linked to yet.
    ///
    /// # Errors
    /// [`StoreError::Taken`] with `TeamSuite`; [`StoreError::Missing`] when team and suite are not both the organization's.
    pub async fn add_team_suite(
        &self,
        organization: OrganizationId,
        team: TeamId,
        suite: SuiteId,
        access: SuiteAccess,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert_link(link!(), (organization, team, suite), access, now).await
    }

    async fn insert_link(
        &self,
        insert: &'static str,
        (organization, team, suite): (OrganizationId, TeamId, SuiteId),
        access: SuiteAccess,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = Statement::fixed(insert).with(access_word(access)).with(now);
        let statement = statement.with(organization.bytes()).with(team.bytes()).with(suite.bytes());
        let changed = statement.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("team or suite")) } else { Ok(()) }
    }

    /// Ends a link.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none.
    pub async fn remove_team_suite(&self, organization: OrganizationId, team: TeamId, suite: SuiteId) -> Result<(), StoreError> {
        let delete =
            "DELETE FROM team_suites WHERE suite_id = $1 AND team_id IN (SELECT id FROM teams WHERE organization_id = $2 AND id = $3)";
        let delete = Statement::fixed(delete).with(suite.bytes()).with(organization.bytes()).with(team.bytes());
        let changed = delete.execute(&mut *self.connections().writer().await?).await?;
        if changed == 0 { Err(StoreError::Missing("link of team and suite")) } else { Ok(()) }
    }

    /// The suites that a team is linked to, in the order of the links. Without a page: all.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team_suites(
        &self,
        organization: OrganizationId,
        team: TeamId,
        page: Option<PageRequest>,
    ) -> Result<Page<TeamSuite>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), TEAM_SUITES);
        select.value(organization.bytes()).push(" AND team_suites.team_id = ").value(team.bytes());
        select.push(" ORDER BY team_suites.created_at, team_suites.suite_id");
        if let Some(page) = page {
            select.push(" LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        }
        let mut connection = self.connections().read().await?;
        let items: Vec<TeamSuite> = select.all(&mut connection).await?.iter().map(team_suite_of).collect::<Result<_, _>>()?;
        let total = match page {
            None => items.len() as u64,
            Some(_) => {
                let count = Statement::fixed("SELECT COUNT(*) AS total FROM team_suites WHERE team_id = $1").with(team.bytes());
                count.one(&mut connection).await?.count("total")?
            }
        };
        Ok(Page { items, total })
    }

    /// The link between a team and a suite, if there is one.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team_suite(&self, organization: OrganizationId, team: TeamId, suite: SuiteId) -> Result<Option<TeamSuite>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), TEAM_SUITES);
        select.value(organization.bytes()).push(" AND team_suites.team_id = ").value(team.bytes());
        select.push(" AND team_suites.suite_id = ").value(suite.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(team_suite_of).transpose()
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

const TEAM_SUITES: &str = "SELECT suites.id AS id, suites.slug AS slug, team_suites.access AS access, team_suites.created_at AS created_at \
     FROM team_suites JOIN suites ON suites.id = team_suites.suite_id WHERE suites.organization_id = ";

fn team_suite_of(row: &AnyRow) -> Result<TeamSuite, StoreError> {
    Ok(TeamSuite {
        suite_id: row.id("id", SuiteId::from_bytes)?,
        suite_slug: row.text("slug")?,
        access: row.word("access", access_of)?,
        created_at: row.time("created_at")?,
    })
}

fn access_of(word: &str) -> Option<SuiteAccess> {
    [SuiteAccess::ReadOnly, SuiteAccess::ManageAndRead].into_iter().find(|access| access_word(*access) == word)
}

const fn access_word(access: SuiteAccess) -> &'static str {
    match access {
        SuiteAccess::ReadOnly => "read_only",
        SuiteAccess::ManageAndRead => "manage_and_read",
    }
}
