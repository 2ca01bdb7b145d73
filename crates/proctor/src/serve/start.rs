//! Taking the port.

use std::io::ErrorKind;

use tokio::net::TcpListener;

use crate::exit::Failure;
use crate::output;

/// A port that is taken, before anybody is answered.
#[derive(Debug)]
pub(crate) struct Listening {
    /// The listener.
    pub(crate) listener: TcpListener,
    /// The address of the server on this machine: `http://127.0.0.1:8787`.
    pub(crate) url: String,
}

/// Takes the port.
///
/// # Errors
/// When somebody else has it, or the address is not one of this machine.
pub(crate) async fn bind(listen: &str) -> Result<Listening, Failure> {
    let bound = async {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok(Listening { listener, url: format!("http://{address}") })
    };
    bound.await.map_err(|error: std::io::Error| {
        let next_step = match error.kind() {
            ErrorKind::AddrInUse => "stop the program that listens there, or choose another port with --listen",
            ErrorKind::PermissionDenied => "choose a port above 1023 with --listen",
            _ => "choose an address of this machine with --listen, as in 127.0.0.1:8787",
        };
        Failure::usage(format!("failed to listen on {listen}: {error}"), next_step)
    })
}

impl Listening {
    /// Tells the world, in the form that scripts wait for: the first line on stdout.
    pub(crate) fn announce(&self) {
        output::say(&format!("listening on {}", self.url));
    }

    /// Serves until `shutdown` is ready, and then until requests under way have ended.
    ///
    /// # Errors
    /// When the listener fails.
    pub(crate) async fn serve(self, app: proctor_server::App, shutdown: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let store = app.store.clone();
        let served = proctor_server::serve(self.listener, app, shutdown).await;
        store.close().await;
        Ok(served?)
    }
}
