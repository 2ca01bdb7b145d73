//! Running `proctor org`.

use crate::admin::args::OrganizationCommand;
use crate::admin::target::Target;
use crate::admin::views::OrganizationView;
use crate::exit::Exit;
use crate::output;

/// Runs the command.
///
/// # Errors
/// When the target cannot be reached or refuses.
pub(crate) async fn run_organization(command: OrganizationCommand) -> anyhow::Result<Exit> {
    let (OrganizationCommand::Create { target: args, .. } | OrganizationCommand::List { target: args }) = &command;
    let target = Target::open(args).await?;
    match &command {
        OrganizationCommand::Create { name, .. } => {
            let organization = match &target {
                Target::Local(local) => local.create_organization(name).await?,
                Target::Remote(remote) => remote.create_organization(name).await?,
            };
            if args.json {
                output::json(&serde_json::to_value(&organization)?);
            } else {
                output::say(&made(&organization));
            }
        }
        OrganizationCommand::List { .. } => {
            let organizations = match &target {
                Target::Local(local) => local.organizations().await?,
                Target::Remote(remote) => remote.organizations().await?,
            };
            if args.json {
                output::json(&serde_json::to_value(&organizations)?);
            } else {
                output::say(&table(&organizations));
            }
        }
    }
    target.close().await;
    Ok(Exit::Done)
}

fn made(organization: &OrganizationView) -> String {
    let OrganizationView { id: _, slug, name: _, api_token } = organization;
    match api_token.as_ref().and_then(|token| token.token.as_deref()) {
        Some(secret) => format!("Made the organization {slug}. Its API token, not shown again: {secret}"),
        None => {
            format!("Made the organization {slug}.\n  next: proctor token create --org {slug} --scope all --description Administration")
        }
    }
}

fn table(organizations: &[OrganizationView]) -> String {
    let head = vec!["ORGANIZATION".to_owned(), "NAME".to_owned(), "ID".to_owned()];
    let rows = organizations.iter().map(|view| vec![view.slug.clone(), view.name.clone(), view.id.clone()]);
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}
