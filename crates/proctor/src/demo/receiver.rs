//! What the demo's webhooks talk to: something on this machine that takes every request and says so.

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a request that are read: a webhook's is smaller.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

/// Listens on a free port of this machine as long as the program runs; the address.
///
/// # Errors
/// When there is no port.
pub(super) async fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("failed to listen for webhooks")?;
    let address = listener.local_addr().context("failed to listen for webhooks")?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // One that breaks off is of no interest.
            tokio::spawn(async move { answer(stream).await.ok() });
        }
    });
    Ok(format!("http://{address}"))
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut chunk = [0_u8; 4096];
    while !is_complete(&request) && request.len() < REQUEST_BYTES_MAX {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        request.extend_from_slice(&chunk[..read]);
    }
    stream.write_all(ANSWER).await?;
    stream.shutdown().await
}

/// Whether the head is there, and as much of a body as it announces.
fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_its_body() {
        assert!(!is_complete(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{"));
        assert!(is_complete(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"));
        assert!(is_complete(b"GET / HTTP/1.1\r\n\r\n"));
    }
}
