//! Administration of a running server: teams.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::admin::args::{AccessArg, SuitePath, Switch, TeamPath};
use crate::admin::remote::Remote;
use crate::admin::views::TeamView;
use crate::exit::Failure;

/// A link between a team and a suite, as far as it matters here.
#[derive(Deserialize)]
struct Link {
    suite_id: String,
}

/// Each of these functions fails when the server refuses, or is not reached.
impl Remote {
    pub(crate) async fn create_team(&self, organization: &str, name: &str, description: &str) -> anyhow::Result<TeamView> {
        self.call(Method::POST, &teams_path(organization), Some(json!({ "name": name, "description": description }))).await
    }

    pub(crate) async fn teams(&self, organization: &str) -> anyhow::Result<Vec<TeamView>> {
        self.all(&teams_path(organization)).await
    }

    pub(crate) async fn delete_team(&self, path: &TeamPath) -> anyhow::Result<()> {
        let team = self.team_path(path).await?;
        self.send(Method::DELETE, &team, None).await.map(|_| ())
    }

    pub(crate) async fn add_team_member(&self, path: &TeamPath, email: &str) -> anyhow::Result<()> {
        let team = self.team_path(path).await?;
        let members = format!("/v2/proctor{}/members", team.trim_start_matches("/v2"));
        self.send(Method::POST, &members, Some(json!({ "email": email }))).await.map(|_| ())
    }

    pub(crate) async fn link_team(&self, path: &TeamPath, suite: &str, access: AccessArg) -> anyhow::Result<()> {
        let links = format!("{}/suites", self.team_path(path).await?);
        let suite = SuitePath { organization: path.organization.clone(), suite: suite.to_owned() };
        let suite = self.suite(&suite, Switch::Off).await?.id;
        let level = match access {
            AccessArg::Read => json!(["read"]),
            AccessArg::Edit => json!(["read", "edit"]),
        };
        let known: Vec<Link> = self.all(&links).await?;
        let (method, path, body) = if known.iter().any(|link| link.suite_id == suite) {
            (Method::PATCH, format!("{links}/{suite}"), json!({ "access_level": level }))
        } else {
            (Method::POST, links, json!({ "suite_id": suite, "access_level": level }))
        };
        self.send(method, &path, Some(body)).await.map(|_| ())
    }

    /// The API path of a team: it has its id, which only the list tells.
    async fn team_path(&self, path: &TeamPath) -> anyhow::Result<String> {
        let TeamPath { organization, team } = path;
        let teams = self.teams(organization).await?;
        let found = teams.iter().find(|view| view.slug == *team).ok_or_else(|| {
            let next_step = format!("'proctor team list --org {organization}' shows those there are");
            Failure::refused(format!("there is no team {organization}/{team}"), next_step)
        })?;
        Ok(format!("{}/{}", teams_path(organization), found.id))
    }
}

fn teams_path(organization: &str) -> String {
    format!("/v2/organizations/{organization}/teams")
}
