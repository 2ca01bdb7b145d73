//! Noticing that the answer to a stored upload never went out.

use proctor_core::id::{SuiteId, UploadId};
use proctor_store::Store;

/// The answer to a stored upload until it has been handed to the connection. Dropping it before tells the store that the
/// reply was lost, so that the same bytes sent again get the same answer (`uploads.md`, 13.3).
#[derive(Debug)]
pub struct Undelivered {
    lost: Option<(Store, SuiteId, UploadId)>,
}

impl Undelivered {
    pub(super) fn new(store: Store, suite: SuiteId, upload: UploadId) -> Self {
        Self { lost: Some((store, suite, upload)) }
    }

    /// The answer has been handed to the connection.
    pub fn delivered(mut self) {
        self.lost = None;
    }
}

impl Drop for Undelivered {
    fn drop(&mut self) {
        let Some((store, suite, upload)) = self.lost.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = store.reply_was_lost(suite, upload).await {
                tracing::warn!(%error, %upload, "failed to note that a reply was lost");
            }
        });
    }
}
