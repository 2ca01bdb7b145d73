//! Running `proctor serve`.

use std::sync::Arc;

use proctor_server::usecases::sign_in_link::{LINK_MINUTES, sign_in_link};
use proctor_server::{App, Clock, SystemClock};
use proctor_store::Sweep;

use crate::exit::Exit;
use crate::output;
use crate::serve::args::ServeArgs;
use crate::serve::first_start::{make_first, to_text};
use crate::serve::{asked_to_stop, bind, start_logging};
use crate::storage::{self, Opening};

/// Serves until it is told to stop.
///
/// # Errors
/// When the port is taken or the store cannot be opened.
pub(crate) async fn run(args: ServeArgs) -> anyhow::Result<Exit> {
    start_logging(&args.logging.log, args.logging.log_format)?;
    let settings = args.settings();
    let shutdown = asked_to_stop()?;
    // The port first: a second server on one store is to fail before it touches the store.
    let listening = bind(&args.listen.listen).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let opening = Opening {
        stale_after: settings.stale_after,
        compaction: args.compaction.options(),
        query_limits: args.queries.limits(),
        ..Opening::new(Sweep::DeadUploads, clock.now())
    };
    let store = storage::open(&args.storage, opening).await?;
    let made = make_first(&store, &args.bootstrap, &settings, clock.now()).await?;
    listening.announce();
    if let Some(first) = &made.first {
        output::say_styled(&to_text(first, settings.public_url.as_deref().unwrap_or(&listening.url)));
    }
    // Without room for it the server still serves: who can sign in otherwise reads what is there.
    let link = sign_in_link(&store, clock.now()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "no link that signs in could be made");
        None
    });
    if let Some(path) = link {
        let base = settings.web_url.as_deref().or(settings.public_url.as_deref()).unwrap_or(&listening.url).trim_end_matches('/');
        output::say(&format!("sign in once, within {LINK_MINUTES} minutes:\n  {base}{path}"));
    }
    if made.made_bootstrap_token {
        tracing::info!("made the bootstrap token");
    }
    listening.serve(App::new(store, clock, settings), shutdown).await?;
    Ok(Exit::Done)
}
