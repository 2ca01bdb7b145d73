//! A request body that is made while it is sent.

use std::io::{self, BufWriter, Write};

use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;

use crate::report::Input;
use crate::upload::form::Form;

/// Bytes of one chunk on its way.
const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks that wait for the network; the file is not read further meanwhile.
const CHUNKS_WAITING_MAX: usize = 4;

/// A body that holds `form` with `input` in it. Reading and packing run on a thread of their own, which tells `on_read` how many
/// stored bytes it has read.
pub(crate) fn stream_form(form: &Form, input: &Input, on_read: impl FnMut(u64) + Send + 'static) -> reqwest::Body {
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING_MAX);
    let (form, input) = (form.clone(), input.clone());
    tokio::task::spawn_blocking(move || {
        let chunks = Chunks(sender.clone());
        let out = BufWriter::with_capacity(CHUNK_BYTES, chunks);
        let written = input.open(on_read).and_then(|report| form.write(report, out));
        if let Err(error) = written {
            // Breaks the request off; fails only when it has ended by itself.
            let _ = sender.blocking_send(Err(error));
        }
    });
    reqwest::Body::wrap_stream(stream::unfold(receiver, async |mut receiver| {
        let chunk: io::Result<Bytes> = receiver.recv().await?;
        Some((chunk, receiver))
    }))
}

/// Sends what is written to it to the task that speaks to the network.
struct Chunks(mpsc::Sender<io::Result<Bytes>>);

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
