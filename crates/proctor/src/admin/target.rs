//! What is administered, opened.

use std::path::Path;
use std::time::Duration;

use proctor_server::{Clock, SystemClock};
use proctor_store::{Database, Store, Sweep};

use crate::admin::args::TargetArgs;
use crate::admin::local::Local;
use crate::admin::remote::Remote;
use crate::exit::Failure;
use crate::http;
use crate::storage;
use crate::storage::{Opening, StorageArgs};

/// How long one request to a server may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A store or a server.
#[derive(Debug)]
pub(crate) enum Target {
    /// A store of this machine, or a database that can be reached from it.
    Local(Local),
    /// A running server.
    Remote(Remote),
}

impl Target {
    /// Opens what `args` name. A running server may have the same store open.
    ///
    /// # Errors
    /// When there is no such store, or no token for a server.
    pub(crate) async fn open(args: &TargetArgs) -> anyhow::Result<Self> {
        if let Some(server) = args.server.as_deref() {
            let token = args
                .token
                .clone()
                .filter(|token| !token.trim().is_empty())
                .ok_or_else(|| Failure::usage("there is no API token for the server", "set PROCTOR_TOKEN or give --token"))?;
            return Ok(Self::Remote(Remote { http: http::client(REQUEST_TIMEOUT)?, base: http::base_url(server)?, token }));
        }
        open_local(&args.storage).await.map(Self::Local)
    }

    /// Ends what was opened.
    pub(crate) async fn close(self) {
        match self {
            Self::Local(local) => local.store.close().await,
            Self::Remote(_) => {}
        }
    }
}

/// Opens the store that `args` name, which a running server may have open.
///
/// # Errors
/// When there is none.
pub(crate) async fn open_local(args: &StorageArgs) -> anyhow::Result<Local> {
    if let Database::Sqlite(path) = args.database()? {
        must_exist(&path)?;
    }
    let now = SystemClock::default().now();
    let store: Store = storage::open(args, Opening::new(Sweep::Nothing, now)).await?;
    Ok(Local { store, now })
}

/// A typing mistake in the directory's name is not to make another store.
fn must_exist(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(Failure::usage(
        format!("there is no store at {}", path.display()),
        "give --data-dir or --database-url of a Proctor that has been started, or --server",
    ))
}
