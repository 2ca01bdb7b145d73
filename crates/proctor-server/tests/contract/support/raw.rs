//! HTTP/1.1 byte by byte, for what a client library would not send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::TestApp;

/// No test waits longer for bytes that shall come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) async fn connect(app: &TestApp) -> Self {
        Self(TcpStream::connect(app.address).await.expect("a connection"))
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the server reads");
    }

    /// Reads until the text read so far ends with `end`.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        let reading = async {
            while !read.ends_with(end.as_bytes()) {
                read.push(self.0.read_u8().await.unwrap_or_else(|_| panic!("{end:?} before the end")));
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the server answers in time");
        String::from_utf8(read).expect("text")
    }

    /// Reads until the server closes the connection.
    pub(crate) async fn read_to_end(&mut self) -> String {
        let mut read = Vec::new();
        let reading = self.0.read_to_end(&mut read);
        tokio::time::timeout(PATIENCE, reading).await.expect("the server closes in time").expect("an orderly end");
        String::from_utf8(read).expect("text")
    }
}
