//! Running `proctor storage`.

use proctor_server::api::proctor::storage::StorageBody;

use crate::admin::{Local, SuitePath, Target};
use crate::exit::Exit;
use crate::output;
use crate::storage_command::StorageCommandArgs;
use crate::storage_command::show::{days_to_text, suites_to_text};
use crate::storage_command::view::StorageView;

/// Shows it.
///
/// # Errors
/// When the target cannot be reached or refuses, or there is no such suite.
pub(crate) async fn run(args: StorageCommandArgs) -> anyhow::Result<Exit> {
    let target = Target::open(&args.target).await?;
    match &args.suite {
        Some(path) => {
            let view = storage_of(&target, path).await?;
            if args.target.json { output::json(&serde_json::to_value(&view)?) } else { output::say(&days_to_text(&view)) }
        }
        None => {
            let mut views = Vec::new();
            for suite in suites_of(&target, &args.org).await? {
                views.push(storage_of(&target, &SuitePath { organization: args.org.clone(), suite }).await?);
            }
            if args.target.json { output::json(&serde_json::to_value(&views)?) } else { output::say(&suites_to_text(&views)) }
        }
    }
    target.close().await;
    Ok(Exit::Done)
}

async fn suites_of(target: &Target, organization: &str) -> anyhow::Result<Vec<String>> {
    let suites = match target {
        Target::Local(local) => local.suites(organization).await?,
        Target::Remote(remote) => remote.suites(organization).await?,
    };
    Ok(suites.into_iter().map(|suite| suite.slug).collect())
}

async fn storage_of(target: &Target, path: &SuitePath) -> anyhow::Result<StorageView> {
    match target {
        Target::Local(local) => local_storage(local, path).await,
        Target::Remote(remote) => remote.storage(path).await,
    }
}

/// As the server would answer.
async fn local_storage(local: &Local, path: &SuitePath) -> anyhow::Result<StorageView> {
    let (_, suite) = local.find_suite(path).await?;
    let days = local.store.stored_days(suite.id).await?;
    Ok(serde_json::from_value(serde_json::to_value(StorageBody::new(&suite, &days))?)?)
}
