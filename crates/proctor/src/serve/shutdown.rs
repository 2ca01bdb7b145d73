//! When the server is to stop.

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// How long after the first signal another one is taken for the same: `timeout` and others signal a process and then its group.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// Listens for SIGTERM and SIGINT from now on; what it returns is ready at the first. Ctrl-C after that ends the process at once.
///
/// # Errors
/// When signals cannot be listened for.
pub(crate) fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let signal = tokio::select! { _ = terminate.recv() => "SIGTERM", _ = interrupt.recv() => "SIGINT" };
        let first = Instant::now();
        tracing::info!(signal, "stopping: requests under way are finished first");
        // The server may have ended by itself.
        let _ = stop.send(());
        while first.elapsed() < SAME_SIGNAL {
            interrupt.recv().await;
        }
        tracing::warn!("stopping at once");
        std::process::exit(130);
    });
    Ok(async move {
        // The sender lives as long as the process.
        let _ = stopped.await;
    })
}
