//! Teams and who is in them.

use proctor_core::id::{OrganizationId, TeamId, UserId};
use proctor_core::organization::{MembersMay, Team, TeamPrivacy, TeamRole, TeamSettings, User};
use proctor_core::slug::slug_of;
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use super::users::user_of;
use crate::database::{Columns, Statement};
use crate::new_id::uuid_of;
use crate::{Page, PageRequest, Store, StoreError};

/// Which teams are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamFilter {
    /// Secret teams that this user is not in are left out; `None`: an administrator asks.
    pub visible_to: Option<UserId>,
    /// Only teams that this user is in.
    pub member: Option<UserId>,
}

const COLUMNS: &str = "id, organization_id, slug, name, description, is_secret, is_default, default_member_role, member_permissions, \
     created_at, created_by";

impl Store {
    /// Makes a team of which nothing but the name is said.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug that follows from the name is.
    pub async fn create_team(&self, organization: OrganizationId, name: &str, now: Timestamp) -> Result<Team, StoreError> {
        self.create_team_with(organization, TeamSettings::named(name), None, now).await
    }

    /// Makes a team; its slug follows from the name.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the slug is.
    pub async fn create_team_with(
        &self,
        organization: OrganizationId,
        settings: TeamSettings,
        created_by: Option<UserId>,
        now: Timestamp,
    ) -> Result<Team, StoreError> {
        let (id, slug) = (TeamId::new(uuid_of(now)), slug_of(&settings.name));
        let statement = Statement::fixed(
            "INSERT INTO teams (slug, name, description, is_secret, is_default, default_member_role, member_permissions, id, \
             organization_id, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        let statement = with_settings(statement.with(&slug), &settings).with(id.bytes()).with(organization.bytes()).with(now);
        let statement = statement.with(created_by.as_ref().map(|user| user.bytes().as_slice()));
        statement.execute(&mut *self.connections().writer().await?).await?;
        Ok(Team { id, organization_id: organization, slug, created_at: now, created_by, settings })
    }

    /// Replaces the settings of a team; its slug follows from the (new) name.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the new slug is; [`StoreError::Missing`] when the team is gone.
    pub async fn update_team(&self, organization: OrganizationId, team: TeamId, settings: TeamSettings) -> Result<Team, StoreError> {
        let slug = slug_of(&settings.name);
        let statement = Statement::fixed(
            "UPDATE teams SET slug = $1, name = $2, description = $3, is_secret = $4, is_default = $5, default_member_role = $6, \
             member_permissions = $7 WHERE organization_id = $8 AND id = $9",
        );
        let statement = with_settings(statement.with(&slug), &settings).with(organization.bytes()).with(team.bytes());
        statement.execute(&mut *self.connections().writer().await?).await?;
        self.team(organization, team).await?.ok_or(StoreError::Missing("team"))
    }

    /// Deletes a team with its memberships and its links to suites.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the team is gone already.
    pub async fn delete_team(&self, organization: OrganizationId, team: TeamId) -> Result<(), StoreError> {
        if self.team(organization, team).await?.is_none() {
            return Err(StoreError::Missing("team"));
        }
        let mut transaction = self.connections().write().await?;
        for delete in
            ["DELETE FROM team_members WHERE team_id = $1", "DELETE FROM team_suites WHERE team_id = $1", "DELETE FROM teams WHERE id = $1"]
        {
            Statement::fixed(delete).with(team.bytes()).execute(transaction.connection()).await?;
        }
        transaction.commit().await
    }

    /// The team with this id in the organization.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team(&self, organization: OrganizationId, team: TeamId) -> Result<Option<Team>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM teams WHERE organization_id = "));
        select.value(organization.bytes()).push(" AND id = ").value(team.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(team_of).transpose()
    }

    /// The team with this slug in the organization.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team_by_slug(&self, organization: OrganizationId, slug: &str) -> Result<Option<Team>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM teams WHERE organization_id = "));
        select.value(organization.bytes()).push(" AND slug = ").value(slug);
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(team_of).transpose()
    }

    /// The teams of the organization, oldest first. Without a page: all.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn teams(
        &self,
        organization: OrganizationId,
        filter: TeamFilter,
        page: Option<PageRequest>,
    ) -> Result<Page<Team>, StoreError> {
        let engine = self.connections().engine();
        let mut select = Statement::built(engine, format!("SELECT {COLUMNS} FROM teams"));
        push_filter(&mut select, organization, filter);
        select.push(" ORDER BY created_at, id");
        if let Some(page) = page {
            select.push(" LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        }
        let mut connection = self.connections().read().await?;
        let items: Vec<Team> = select.all(&mut connection).await?.iter().map(team_of).collect::<Result<_, _>>()?;
        let mut count = Statement::built(engine, "SELECT COUNT(*) AS total FROM teams");
        push_filter(&mut count, organization, filter);
        let total = count.one(&mut connection).await?.count("total")?;
        Ok(Page { items, total })
    }

    /// Whether the user is in the team.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn is_team_member(&self, team: TeamId, user: UserId) -> Result<bool, StoreError> {
        let select = Statement::fixed("SELECT team_id FROM team_members WHERE team_id = $1 AND user_id = $2");
        let row = select.with(team.bytes()).with(user.bytes()).optional(&mut *self.connections().read().await?).await?;
        Ok(row.is_some())
    }

    /// The members of a team, by name.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn team_members(&self, organization: OrganizationId, team: TeamId) -> Result<Vec<User>, StoreError> {
        let select = Statement::fixed(
            "SELECT users.id AS id, users.name AS name, users.email AS email, users.created_at AS created_at FROM team_members \
             JOIN users ON users.id = team_members.user_id JOIN teams ON teams.id = team_members.team_id \
             WHERE teams.organization_id = $1 AND teams.id = $2 ORDER BY users.name, users.id",
        );
        let rows = select.with(organization.bytes()).with(team.bytes()).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(user_of).collect()
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

    /// Ends a membership; one that does not exist changes nothing.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn remove_team_member(&self, organization: OrganizationId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        let delete =
            "DELETE FROM team_members WHERE user_id = $1 AND team_id IN (SELECT id FROM teams WHERE organization_id = $2 AND id = $3)";
        let delete = Statement::fixed(delete).with(user.bytes()).with(organization.bytes()).with(team.bytes());
        delete.execute(&mut *self.connections().writer().await?).await.map(drop)
    }
}

fn push_filter(statement: &mut Statement, organization: OrganizationId, filter: TeamFilter) {
    const IS_MEMBER: &str = "EXISTS (SELECT 1 FROM team_members WHERE team_members.team_id = teams.id AND team_members.user_id = ";
    let TeamFilter { visible_to, member } = filter;
    statement.push(" WHERE organization_id = ").value(organization.bytes());
    if let Some(user) = visible_to {
        statement.push(" AND (is_secret = 0 OR ").push(IS_MEMBER).value(user.bytes()).push("))");
    }
    if let Some(user) = member {
        statement.push(" AND ").push(IS_MEMBER).value(user.bytes()).push(")");
    }
}

/// The six arguments that both statements take in this order.
fn with_settings(statement: Statement, settings: &TeamSettings) -> Statement {
    let TeamSettings { name, description, privacy, is_default, default_member_role, members_may } = settings;
    let statement = statement.with(name).with(description).with(*privacy == TeamPrivacy::Secret).with(*is_default);
    statement.with(default_member_role.as_str()).with(u32::from(members_may.bits()))
}

fn team_of(row: &AnyRow) -> Result<Team, StoreError> {
    let permissions = u8::try_from(row.int("member_permissions")?).map_err(|_| StoreError::Corrupt("permissions of a team".to_owned()))?;
    Ok(Team {
        id: row.id("id", TeamId::from_bytes)?,
        organization_id: row.id("organization_id", OrganizationId::from_bytes)?,
        slug: row.text("slug")?,
        created_at: row.time("created_at")?,
        created_by: row.maybe_id("created_by", UserId::from_bytes)?,
        settings: TeamSettings {
            name: row.text("name")?,
            description: row.text("description")?,
            privacy: if row.flag("is_secret")? { TeamPrivacy::Secret } else { TeamPrivacy::Visible },
            is_default: row.flag("is_default")?,
            default_member_role: row.word("default_member_role", TeamRole::from_word)?,
            members_may: MembersMay::from_bits(permissions),
        },
    })
}
