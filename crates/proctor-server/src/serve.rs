//! Listening, and stopping in order.

use std::future::Future;

use tokio::net::TcpListener;

use crate::App;

/// Serves until `shutdown` is ready, then lets requests that are under way end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    axum::serve(listener, crate::router::router(app)).with_graceful_shutdown(shutdown).await
}
