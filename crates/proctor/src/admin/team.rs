//! Running `proctor team`.

use serde_json::{Value, json};

use crate::admin::args::{TargetArgs, TeamCommand, TeamPath};
use crate::admin::confirm::confirm;
use crate::admin::target::Target;
use crate::admin::views::TeamView;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
///
/// # Errors
/// When the target cannot be reached or refuses.
pub(crate) async fn run_team(command: TeamCommand) -> anyhow::Result<Exit> {
    let args = target_of(&command);
    let target = Target::open(args).await?;
    run_on(&command, &target, args).await?;
    target.close().await;
    Ok(Exit::Done)
}

fn target_of(command: &TeamCommand) -> &TargetArgs {
    match command {
        TeamCommand::Create { target, .. }
        | TeamCommand::List { target, .. }
        | TeamCommand::Delete { target, .. }
        | TeamCommand::AddMember { target, .. }
        | TeamCommand::Link { target, .. } => target,
    }
}

async fn run_on(command: &TeamCommand, target: &Target, args: &TargetArgs) -> anyhow::Result<()> {
    match command {
        TeamCommand::Create { name, org, description, target: _ } => {
            let team = match target {
                Target::Local(local) => local.create_team(org, name, description).await?,
                Target::Remote(remote) => remote.create_team(org, name, description).await?,
            };
            done(args, &serde_json::to_value(&team)?, &format!("Made the team {org}/{}.", team.slug));
        }
        TeamCommand::List { org, target: _ } => {
            let teams = match target {
                Target::Local(local) => local.teams(org).await?,
                Target::Remote(remote) => remote.teams(org).await?,
            };
            done(args, &serde_json::to_value(&teams)?, &table(&teams));
        }
        TeamCommand::Delete { team: path, yes, target: _ } => {
            let TeamPath { organization, team } = path;
            if !yes {
                confirm(&format!("Delete the team {organization}/{team}?"))?;
            }
            match target {
                Target::Local(local) => local.delete_team(path).await?,
                Target::Remote(remote) => remote.delete_team(path).await?,
            }
            let deleted = json!({ "deleted": format!("{organization}/{team}") });
            done(args, &deleted, &format!("Deleted the team {organization}/{team}."));
        }
        TeamCommand::AddMember { team: path, email, target: _ } => {
            match target {
                Target::Local(local) => local.add_team_member(path, email).await?,
                Target::Remote(remote) => remote.add_team_member(path, email).await?,
            }
            let TeamPath { organization, team } = path;
            let added = json!({ "team": format!("{organization}/{team}"), "member": email });
            done(args, &added, &format!("{email} is a member of {organization}/{team}."));
        }
        TeamCommand::Link { team: path, suite, access, target: _ } => {
            match target {
                Target::Local(local) => local.link_team(path, suite, *access).await?,
                Target::Remote(remote) => remote.link_team(path, suite, *access).await?,
            }
            let TeamPath { organization, team } = path;
            let linked = json!({ "team": format!("{organization}/{team}"), "suite": format!("{organization}/{suite}") });
            done(args, &linked, &format!("{organization}/{team} has access to {organization}/{suite}."));
        }
    }
    Ok(())
}

fn done(args: &TargetArgs, value: &Value, text: &str) {
    if args.json {
        output::json(value);
    } else {
        output::say(text);
    }
}

fn table(teams: &[TeamView]) -> String {
    let head = ["TEAM", "NAME", "DESCRIPTION"].map(str::to_owned).to_vec();
    let rows = teams.iter().map(|team| vec![team.slug.clone(), team.name.clone(), team.description.clone()]);
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}
