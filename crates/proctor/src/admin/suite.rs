//! Running `proctor suite`.

use serde_json::json;

use crate::admin::args::{SuiteCommand, SuitePath, Switch, TargetArgs};
use crate::admin::confirm::confirm;
use crate::admin::summary::run_summary;
use crate::admin::target::Target;
use crate::admin::views::SuiteView;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
///
/// # Errors
/// When the target cannot be reached or refuses.
pub(crate) async fn run_suite(command: SuiteCommand) -> anyhow::Result<Exit> {
    let args = target_of(&command);
    let target = Target::open(args).await?;
    run_on(&command, &target, args).await?;
    target.close().await;
    Ok(Exit::Done)
}

fn target_of(command: &SuiteCommand) -> &TargetArgs {
    match command {
        SuiteCommand::Create { target, .. }
        | SuiteCommand::List { target, .. }
        | SuiteCommand::Show { target, .. }
        | SuiteCommand::Update { target, .. }
        | SuiteCommand::Delete { target, .. }
        | SuiteCommand::RotateToken { target, .. } => target,
        SuiteCommand::Summary(command) => &command.place().target,
    }
}

async fn run_on(command: &SuiteCommand, target: &Target, args: &TargetArgs) -> anyhow::Result<()> {
    match command {
        SuiteCommand::Create { name, org, settings, target: _ } => {
            let suite = match target {
                Target::Local(local) => local.create_suite(org, name, settings).await?,
                Target::Remote(remote) => remote.create_suite(org, name, settings).await?,
            };
            show(&suite, args)?;
        }
        SuiteCommand::List { org, target: _ } => {
            let suites = match target {
                Target::Local(local) => local.suites(org).await?,
                Target::Remote(remote) => remote.suites(org).await?,
            };
            list(&suites, args)?;
        }
        SuiteCommand::Show { suite, show_token, target: _ } => {
            let token = if *show_token { Switch::On } else { Switch::Off };
            let suite = match target {
                Target::Local(local) => local.suite(suite, token).await?,
                Target::Remote(remote) => remote.suite(suite, token).await?,
            };
            show(&suite, args)?;
        }
        SuiteCommand::Update { suite, name, settings, uploads, target: _ } => {
            let suite = match target {
                Target::Local(local) => local.update_suite(suite, name.as_deref(), settings, *uploads).await?,
                Target::Remote(remote) => remote.update_suite(suite, name.as_deref(), settings, *uploads).await?,
            };
            show(&suite, args)?;
        }
        SuiteCommand::Summary(command) => run_summary(command, target).await?,
        SuiteCommand::Delete { suite, yes, target: _ } => delete(suite, *yes, target, args).await?,
        SuiteCommand::RotateToken { suite, target: _ } => {
            let suite = match target {
                Target::Local(local) => local.rotate_upload_token(suite).await?,
                Target::Remote(remote) => remote.rotate_upload_token(suite).await?,
            };
            show(&suite, args)?;
        }
    }
    Ok(())
}

async fn delete(path: &SuitePath, is_sure: bool, target: &Target, args: &TargetArgs) -> anyhow::Result<()> {
    let SuitePath { organization, suite } = path;
    if !is_sure {
        confirm(&format!("Delete the suite {organization}/{suite} with all its runs and results?"))?;
    }
    match target {
        Target::Local(local) => local.delete_suite(path).await?,
        Target::Remote(remote) => remote.delete_suite(path).await?,
    }
    if args.json {
        output::json(&json!({ "deleted": format!("{organization}/{suite}") }));
    } else {
        output::say(&format!("Deleted the suite {organization}/{suite}."));
    }
    Ok(())
}

fn show(suite: &SuiteView, args: &TargetArgs) -> anyhow::Result<()> {
    if args.json {
        output::json(&serde_json::to_value(suite)?);
        return Ok(());
    }
    let SuiteView {
        id,
        slug,
        name,
        default_branch,
        application_name,
        color,
        emoji,
        oidc_policy,
        label_tag_keys,
        uploads,
        retention_days,
        aggregates_days,
        api_token,
    } = suite;
    let days = |days: &Option<u32>| days.map(|days| output::counted(days.into(), "day"));
    let (retention, aggregates) = (days(retention_days), days(aggregates_days));
    let label_tag_keys = Some(label_tag_keys.join(", ")).filter(|keys| !keys.is_empty());
    let rows = [
        ("suite", Some(slug)),
        ("name", Some(name)),
        ("id", Some(id)),
        ("default branch", Some(default_branch)),
        ("application", application_name.as_ref()),
        ("color", color.as_ref()),
        ("emoji", emoji.as_ref()),
        ("OIDC policy", oidc_policy.as_ref()),
        ("label tag keys", label_tag_keys.as_ref()),
        ("uploads", uploads.as_ref()),
        ("executions kept", retention.as_ref()),
        ("aggregates kept", aggregates.as_ref()),
        ("upload token", api_token.as_ref()),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| value.map(|value| vec![label.to_owned(), value.clone()]));
    output::say(&output::table(&rows.collect::<Vec<_>>()));
    Ok(())
}

fn list(suites: &[SuiteView], args: &TargetArgs) -> anyhow::Result<()> {
    if args.json {
        output::json(&serde_json::to_value(suites)?);
        return Ok(());
    }
    let head = ["SUITE", "NAME", "DEFAULT BRANCH"].map(str::to_owned).to_vec();
    let rows = suites.iter().map(|suite| vec![suite.slug.clone(), suite.name.clone(), suite.default_branch.clone()]);
    output::say(&output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
    Ok(())
}
