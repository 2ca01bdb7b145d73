//! Administration of a store: teams.

use proctor_core::organization::{Organization, SuiteAccess, Team, TeamSettings};
use proctor_core::slug::{is_slug, slug_of};
use proctor_store::StoreError;
use proctor_store::catalog::teams::TeamFilter;

use crate::admin::args::{AccessArg, SuitePath, TeamPath};
use crate::admin::local::Local;
use crate::admin::views::TeamView;
use crate::exit::Failure;

impl Local {
    /// Makes a team.
    ///
    /// # Errors
    /// When its name makes no slug, or one that is taken.
    pub(crate) async fn create_team(&self, organization: &str, name: &str, description: &str) -> anyhow::Result<TeamView> {
        let organization = self.organization(organization).await?;
        if !is_slug(&slug_of(name)) {
            return Err(Failure::usage(format!("'{name}' makes no name for addresses"), "use letters or digits, at most 100").into());
        }
        let settings = TeamSettings { description: description.to_owned(), ..TeamSettings::named(name.trim()) };
        match self.store.create_team_with(organization.id, settings, None, self.now).await {
            Ok(team) => Ok(team.into()),
            Err(StoreError::Taken(_)) => {
                Err(Failure::refused(format!("there is a team {} already", slug_of(name)), "choose another name").into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The teams of an organization, oldest first.
    ///
    /// # Errors
    /// When there is no such organization.
    pub(crate) async fn teams(&self, organization: &str) -> anyhow::Result<Vec<TeamView>> {
        let organization = self.organization(organization).await?;
        let teams = self.store.teams(organization.id, TeamFilter { visible_to: None, member: None }, None).await?;
        Ok(teams.items.into_iter().map(TeamView::from).collect())
    }

    /// Deletes a team.
    ///
    /// # Errors
    /// When there is no such team.
    pub(crate) async fn delete_team(&self, path: &TeamPath) -> anyhow::Result<()> {
        let (organization, team) = self.find_team(path).await?;
        Ok(self.store.delete_team(organization.id, team.id).await?)
    }

    /// Makes a user a member.
    ///
    /// # Errors
    /// When there is no such team, or the organization has no such user.
    pub(crate) async fn add_team_member(&self, path: &TeamPath, email: &str) -> anyhow::Result<()> {
        let (organization, team) = self.find_team(path).await?;
        let unknown = || Failure::refused(format!("{} has no user {email}", organization.slug), "check the address");
        let user = self.store.user_by_email(email).await?.ok_or_else(unknown)?;
        self.store.role(organization.id, user.id).await?.ok_or_else(unknown)?;
        Ok(self.store.add_team_member(organization.id, team.id, user.id).await?)
    }

    /// Gives a team access to a suite.
    ///
    /// # Errors
    /// When there is no such team or suite.
    pub(crate) async fn link_team(&self, path: &TeamPath, suite: &str, access: AccessArg) -> anyhow::Result<()> {
        let (organization, team) = self.find_team(path).await?;
        let suite = SuitePath { organization: path.organization.clone(), suite: suite.to_owned() };
        let (_, suite) = self.find_suite(&suite).await?;
        let access = match access {
            AccessArg::Read => SuiteAccess::ReadOnly,
            AccessArg::Edit => SuiteAccess::ManageAndRead,
        };
        Ok(self.store.link_team(organization.id, team.id, suite.id, access, self.now).await?)
    }

    async fn find_team(&self, path: &TeamPath) -> anyhow::Result<(Organization, Team)> {
        let TeamPath { organization, team } = path;
        let organization = self.organization(organization).await?;
        let found = self.store.team_by_slug(organization.id, team).await?;
        let found = found.ok_or_else(|| {
            let next_step = format!("'proctor team list --org {}' shows those there are", organization.slug);
            Failure::refused(format!("there is no team {}/{team}", organization.slug), next_step)
        })?;
        Ok((organization, found))
    }
}
