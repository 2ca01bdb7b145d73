//! Listening, and stopping in order.

mod background;
mod preface;
mod refusals;

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt;

use self::background::Background;
use self::preface::PrefaceTimeout;
use self::refusals::JsonRefusals;
use crate::App;
use crate::middleware::layered;
use crate::router::router;
use crate::settings::HttpSettings;

/// How long to wait when the system has no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Streams of one HTTP/2 connection at once.
const H2_STREAMS_MAX: u32 = 128;

/// Answers requests and does the background work until `shutdown` is ready, then lets requests that are under way end, for at most
/// [`HttpSettings::shutdown_grace`].
///
/// # Errors
/// When the listener cannot be asked for its address. Later errors concern single connections and are logged.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let background = Background::start(&app);
    let served = serve_requests(listener, app, shutdown).await;
    background.stop().await;
    served
}

/// As [`serve`], without the background work: whoever calls has it done when it is wanted ([`App`] has the means).
///
/// HTTP/1.1 and HTTP/2 without TLS are told apart by the first bytes of a connection.
///
/// # Errors
/// When the listener cannot be asked for its address. Later errors concern single connections and are logged.
pub async fn serve_requests(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let settings = app.settings.http.clone();
    let server = Server {
        service: layered(router(app.clone()), &app),
        protocol: protocol(&settings),
        head_timeout: settings.head_timeout,
        head_bytes_max: head_bytes_max(&settings),
    };
    tracing::info!(address = %listener.local_addr()?, "listening");
    let slots = std::sync::Arc::new(Semaphore::new(settings.connections_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, &slots) => match accepted {
                Some((stream, slot)) => {
                    connections.spawn(server.clone().connection(stream, graceful.watcher(), slot));
                }
                None => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "stopping");
    if tokio::time::timeout(settings.shutdown_grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests that did not end in time are broken off");
    }
    connections.shutdown().await;
    Ok(())
}

/// The next connection, once there is room for it. `None` when it could not be taken, for lack of file handles mostly.
async fn accept(listener: &TcpListener, slots: &std::sync::Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            None
        }
    }
}

/// hyper takes no less.
fn head_bytes_max(settings: &HttpSettings) -> usize {
    settings.head_bytes_max.max(8 * 1024)
}

fn protocol(settings: &HttpSettings) -> Builder<TokioExecutor> {
    let mut protocol = Builder::new(TokioExecutor::new());
    protocol.http1().timer(TokioTimer::new()).header_read_timeout(settings.head_timeout).max_buf_size(head_bytes_max(settings));
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(H2_STREAMS_MAX)
        .max_header_list_size(u32::try_from(settings.head_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(settings.head_timeout);
    protocol
}

#[derive(Clone)]
struct Server {
    service: tower::util::BoxCloneSyncService<axum::extract::Request, axum::response::Response, std::convert::Infallible>,
    protocol: Builder<TokioExecutor>,
    head_timeout: Duration,
    head_bytes_max: usize,
}

impl Server {
    /// Answers the requests of one connection.
    async fn connection(self, stream: TcpStream, watcher: Watcher, _slot: OwnedSemaphorePermit) {
        // Answers are small and written at once: waiting for more would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let service = self.service.map_request(|request: http::Request<hyper::body::Incoming>| request.map(Body::new));
        let io = TokioIo::new(JsonRefusals::new(PrefaceTimeout::new(stream, self.head_timeout), self.head_bytes_max));
        let connection = self.protocol.serve_connection(io, TowerToHyperService::new(service)).into_owned();
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
