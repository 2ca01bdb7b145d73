//! When the server is to stop.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// Listens for SIGTERM and SIGINT from now on; what it returns is ready at the first. A second one ends the process at once.
///
/// # Errors
/// When signals cannot be listened for.
pub(crate) fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut next = async || tokio::select! { _ = terminate.recv() => "SIGTERM", _ = interrupt.recv() => "SIGINT" };
        let first = next().await;
        tracing::info!(signal = first, "stopping: requests under way are finished first");
        // The server may have ended by itself.
        let _ = stop.send(());
        let second = next().await;
        tracing::warn!(signal = second, "stopping at once");
        std::process::exit(130);
    });
    Ok(async move {
        // The sender lives as long as the process.
        let _ = stopped.await;
    })
}
