//! Running `proctor demo`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use proctor_core::time::Timestamp;
use proctor_server::settings::PrivateTargets;
use proctor_server::usecases::bootstrap::{BootstrapOptions, FirstOrganization, bootstrap};
use proctor_server::usecases::sign_in_link::sign_in_link;
use proctor_server::usecases::workflows::Evaluator;
use proctor_server::{App, Clock, Settings, SystemClock};
use proctor_store::{Store, Sweep};
use tokio::sync::oneshot;

use crate::demo::DemoArgs;
use crate::demo::load::load;
use crate::demo::receiver;
use crate::demo::send::DemoClient;
use crate::demo::show::to_text;
use crate::exit::Exit;
use crate::http;
use crate::output;
use crate::serve::{LogFormat, asked_to_stop, bind, start_logging};
use crate::storage::{self, Opening, StorageArgs};

/// How long one request of the demo to itself may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves a made-up history until it is told to stop, and leaves nothing behind.
///
/// # Errors
/// When the port is taken, or the server does not take the history.
pub(crate) async fn run(args: DemoArgs) -> anyhow::Result<Exit> {
    start_logging(&args.log, LogFormat::Text)?;
    let asked = asked_to_stop()?;
    let listening = bind(&args.listen).await?;
    // Removed when this function ends.
    let directory = tempfile::Builder::new().prefix("proctor-demo-").tempdir().context("failed to make a temporary directory")?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let now = clock.now();
    let (store, first) = open(directory.path(), now).await?;
    let link = sign_in_link(&store, now).await?.context("nobody to sign in")?;
    let client = client_of(&listening.url, &first)?;
    listening.announce();

    let is_stopping = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&is_stopping);
    let (give_up, gave_up) = oneshot::channel::<()>();
    let stop = async move {
        tokio::select! { () = asked => {}, _ = gave_up => {} }
        stopping.store(true, Ordering::Relaxed);
    };
    let mut settings = Settings::default();
    // The demo's webhooks stay on this machine.
    settings.delivery.private_targets = PrivateTargets::Allowed;
    let app = App::new(store, clock, settings);
    let evaluator = Arc::clone(&app.evaluator);
    let serving = tokio::spawn(listening.serve(app, stop));
    let presented = present(&client, &first, &link, (args.runs, &evaluator), now).await;
    // Somebody who stops the demo while it loads is not to be told that loading failed.
    if presented.is_err() && !is_stopping.load(Ordering::Relaxed) {
        drop(give_up);
        serving.await??;
        return presented.map(|()| Exit::Done);
    }
    serving.await??;
    Ok(Exit::Done)
}

async fn open(directory: &Path, now: Timestamp) -> anyhow::Result<(Store, FirstOrganization)> {
    let args = StorageArgs::in_directory(directory.to_owned());
    let store = storage::open(&args, Opening::new(Sweep::DeadUploads, now)).await?;
    let options =
        BootstrapOptions { organization_slug: "demo".to_owned(), organization_name: "Demo".to_owned(), ..BootstrapOptions::default() };
    let first = bootstrap(&store, &options, now).await?.first.context("the temporary store is not empty")?;
    Ok((store, first))
}

fn client_of(url: &str, first: &FirstOrganization) -> anyhow::Result<DemoClient> {
    Ok(DemoClient {
        http: http::client(REQUEST_TIMEOUT)?,
        base: url.to_owned(),
        organization: first.organization.slug.clone(),
        token: first.api_token.clone().context("the first organization has no API token")?,
    })
}

/// Loads the history and says how to look at it.
async fn present(
    client: &DemoClient,
    first: &FirstOrganization,
    link: &str,
    (runs, evaluator): (u32, &Evaluator),
    now: Timestamp,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let loaded = load(client, &receiver::start().await?, runs, now).await?;
    // Who looks now sees what the workflows made of it.
    evaluator.settle().await.context("workflows were not evaluated")?;
    let took = start.elapsed();
    let failed_run = client.failed_run("checkout-api").await?;
    output::say_styled(&to_text(client, link, &first.upload_token, loaded, took, failed_run.as_deref()));
    Ok(())
}
