//! Receiving a body: bounds, silence, decoding, and the announcement of its run while bytes still arrive.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::Refusal;
use super::budget::Share;
use super::coding::Decoder;
use super::in_progress::InProgress;
use super::receive::UploadHead;
use super::scan::Scan;
use crate::settings::UploadSettings;

/// A body that takes longer than this to arrive is looked into, so that its run shows as running meanwhile. Most bodies are
/// faster: for them one commit does everything.
const PATIENCE: Duration = Duration::from_millis(25);
/// Bytes decoded before other tasks get their turn.
const TURN_BYTES: usize = 256 * 1024;

/// A body on its way in.
pub(super) struct Arrival<'a> {
    pub(super) settings: &'a UploadSettings,
    pub(super) head: &'a UploadHead,
    pub(super) share: &'a mut Share,
    pub(super) upload: &'a mut InProgress,
}

impl Arrival<'_> {
    /// Receives the whole body: the decoded bytes, and what has been seen in them.
    pub(super) async fn receive<S, E>(mut self, stream: &mut S) -> Result<(Vec<u8>, Scan), Refusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut decoder = Decoder::new(self.head.coding, self.head.declared_bytes, self.settings.decoded_bytes_max);
        let mut scan = Scan::new(&self.head.shape);
        let mut silent_at = Instant::now() + self.settings.silence;
        let look_at = Instant::now() + PATIENCE;
        let mut may_announce = true;
        loop {
            let is_due = may_announce && Instant::now() >= look_at;
            let wake_at = if may_announce && !is_due { silent_at.min(look_at) } else { silent_at };
            match timeout_at(wake_at, stream.next()).await {
                Ok(Some(Ok(bytes))) => {
                    silent_at = Instant::now() + self.settings.silence;
                    self.take(&bytes, &mut decoder, &scan).await?;
                }
                Ok(Some(Err(_))) => return Err(self.hung_up()),
                Ok(None) => break,
                Err(_) if Instant::now() >= silent_at => return Err(Refusal::Silent { seconds: self.settings.silence.as_secs() }),
                Err(_) => {}
            }
            if may_announce && Instant::now() >= look_at {
                scan.advance(decoder.decoded())?;
                if let Some(run_env) = scan.run_env(decoder.decoded()) {
                    self.upload.announce(&run_env).await;
                    may_announce = false;
                }
            }
        }
        // Where a connection breaks, a body can look as if it had ended.
        if self.head.declared_bytes.is_some_and(|declared| self.upload.body_bytes() < declared) {
            return Err(self.hung_up());
        }
        let body = decoder.finish()?;
        self.share.grow_to(body.len())?;
        Ok((body, scan))
    }

    async fn take(&mut self, mut bytes: &[u8], decoder: &mut Decoder, scan: &Scan) -> Result<(), Refusal> {
        let is_start = decoder.decoded().is_empty();
        self.upload.count_bytes(bytes.len());
        if self.upload.body_bytes() > self.settings.body_bytes_max {
            return Err(Refusal::BodyTooLarge { bytes_max: self.settings.body_bytes_max });
        }
        let mut turn_end = decoder.decoded().len() + TURN_BYTES;
        while !bytes.is_empty() {
            let taken = decoder.push(bytes)?;
            bytes = &bytes[taken..];
            self.share.grow_to(decoder.decoded().len())?;
            if decoder.decoded().len() > turn_end {
                turn_end = decoder.decoded().len() + TURN_BYTES;
                tokio::task::yield_now().await;
            }
        }
        if is_start { scan.check_start(decoder.decoded()) } else { Ok(()) }
    }

    fn hung_up(&self) -> Refusal {
        Refusal::HungUp { received_bytes: self.upload.body_bytes() }
    }
}
