//! JSON for what the HTTP layer refuses by itself.
//!
//! A head that is no HTTP never becomes a request: hyper answers it alone, with a status and no body, and offers no place to change that. So
//! that answer is recognised on its way out and given the body that every other error has (`uploads.md`, section 13.2).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::StatusCode;
use proctor_core::id::Uuid;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest address that hyper reads, in bytes; it offers no setting for that.
const ADDRESS_BYTES_MAX: usize = u16::MAX as usize - 1;

/// A stream on which answers without a body, made below the router, get one.
pub(super) struct JsonRefusals<S> {
    stream: S,
    /// Bytes of a head at the most.
    head_bytes_max: usize,
    /// What goes out in place of bytes that the writer believes written.
    pending: Bytes,
}

impl<S: AsyncWrite + Unpin> JsonRefusals<S> {
    pub(super) fn new(stream: S, head_bytes_max: usize) -> Self {
        Self { stream, head_bytes_max, pending: Bytes::new() }
    }

    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.pending))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

/// The status of an answer that no layer of ours has seen: those always bear an id.
fn refusal(bytes: &[u8]) -> Option<StatusCode> {
    let head = bytes.strip_prefix(b"HTTP/1.1 4").and_then(|_| bytes.strip_suffix(b"\r\n\r\n"))?;
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.get(9..12)?;
    let (mut is_empty, mut is_ours) = (false, false);
    for line in lines {
        is_empty |= line.eq_ignore_ascii_case("content-length: 0");
        // The end of a head in the middle: several answers at once, left as they are.
        is_ours |= line.is_empty() || line.get(..13).is_some_and(|name| name.eq_ignore_ascii_case("x-request-id:"));
    }
    if is_ours || !is_empty { None } else { status.parse().ok() }
}

/// An address that is too long may break the bound on the whole head as well. Which of the two hyper meets depends on how the bytes
/// arrive, so it is always the tighter one that is told.
fn exceeded(status: StatusCode, head_bytes_max: usize) -> StatusCode {
    let is_head = status == StatusCode::URI_TOO_LONG && head_bytes_max <= ADDRESS_BYTES_MAX + "GET  HTTP/1.1\r\n\r\n".len();
    if is_head { StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE } else { status }
}

/// The whole answer. The connection ends with it: where the next request would begin is not known.
fn answer(status: StatusCode) -> Bytes {
    let message = match status {
        StatusCode::URI_TOO_LONG => "The address of the request is too long",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "The headers of the request are too large",
        _ => "The request is not valid HTTP",
    };
    let body = json!({ "message": message }).to_string();
    let (id, length) = (Uuid::new_v4(), body.len());
    Bytes::from(format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\
         access-control-allow-origin: *\r\nx-request-id: {id}\r\n\r\n{body}"
    ))
}

impl<S: AsyncRead + Unpin> AsyncRead for JsonRefusals<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for JsonRefusals<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_pending(cx))?;
        let Some(status) = refusal(bytes) else { return Pin::new(&mut self.stream).poll_write(cx, bytes) };
        let status = exceeded(status, self.head_bytes_max);
        self.pending = answer(status);
        tracing::debug!(status = status.as_u16(), "refused a head");
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        // Such an answer is written alone.
        if let (Some(only), None) = (filled.next(), filled.next()) {
            return self.poll_write(cx, only);
        }
        ready!(self.poll_pending(cx))?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_of_the_http_layer_are_refusals() {
        let refused = |text: &str| refusal(text.as_bytes()).map(|status| status.as_u16());
        assert_eq!(refused("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"), Some(400));
        assert_eq!(refused("HTTP/1.1 431 X\r\ncontent-length: 0\r\n\r\n"), Some(431));
        assert_eq!(refused("HTTP/1.1 404 Not Found\r\nx-request-id: a\r\ncontent-length: 0\r\n\r\n"), None);
        assert_eq!(refused("HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\n"), None);
        assert_eq!(refused("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), None);
        assert_eq!(refused("HTTP/1.1 400 A\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), None);
        assert_eq!(refused("HTTP/1.1 4\r\n\r\n"), None);
        assert_eq!(refused(""), None);
    }

    #[test]
    fn the_tighter_bound_is_told() {
        let told = |head_bytes_max| exceeded(StatusCode::URI_TOO_LONG, head_bytes_max).as_u16();
        assert_eq!((told(64 * 1024), told(8 * 1024), told(128 * 1024)), (431, 431, 414));
        assert_eq!(exceeded(StatusCode::BAD_REQUEST, 1).as_u16(), 400);
    }
}
