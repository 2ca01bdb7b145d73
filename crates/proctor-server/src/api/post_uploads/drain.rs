//! Reading on after a refusal.
//!
//! A server that answers early and closes while the sender is still sending makes the sender's kernel throw the answer away: the
//! sender sees a broken connection and never learns why. So the rest is read and dropped, within bounds.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;

/// Bytes read and dropped after a refusal.
const DRAINED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(5);

/// Reads what is left of a body and drops it.
pub(super) fn in_background(mut rest: BodyDataStream) {
    tokio::spawn(tokio::time::timeout(DRAIN_TIME_MAX, async move {
        let mut drained = 0;
        while let Some(Ok(bytes)) = rest.next().await {
            drained += bytes.len();
            if drained > DRAINED_BYTES_MAX {
                break;
            }
        }
    }));
}
