//! A bound on the time before it is known which protocol a connection speaks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// How an HTTP/2 connection begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose reads fail when the peer takes too long to show which protocol it speaks. Both protocols have timeouts of their own, but
/// those begin only then.
pub(super) struct PrefaceTimeout {
    stream: TcpStream,
    undecided: Option<Undecided>,
}

struct Undecided {
    deadline: Pin<Box<Sleep>>,
    matched: usize,
}

impl PrefaceTimeout {
    pub(super) fn new(stream: TcpStream, timeout: Duration) -> Self {
        let deadline = Box::pin(tokio::time::sleep(timeout));
        Self { stream, undecided: Some(Undecided { deadline, matched: 0 }) }
    }
}

impl Undecided {
    /// Whether it is still open after `bytes` which protocol this is.
    fn goes_on(&mut self, bytes: &[u8]) -> bool {
        let expected = &PREFACE[self.matched..];
        let compared = bytes.len().min(expected.len());
        self.matched += compared;
        bytes[..compared] == expected[..compared] && self.matched < PREFACE.len()
    }
}

impl AsyncRead for PrefaceTimeout {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let Some(undecided) = &mut self.undecided else { return read };
        match read {
            Poll::Pending => undecided.deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            Poll::Ready(read) => {
                if !undecided.goes_on(&buf.filled()[before..]) {
                    self.undecided = None;
                }
                Poll::Ready(read)
            }
        }
    }
}

impl AsyncWrite for PrefaceTimeout {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
