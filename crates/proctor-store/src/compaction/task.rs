//! The background task of a server.

use std::sync::Arc;
use std::time::Duration;

use super::Stage;
use super::compactor::Compactor;
use crate::StoreError;
use crate::catalog::compaction as catalog;

/// Every how many rounds the folder is swept.
const ROUNDS_PER_SWEEP: u32 = 360;

impl Compactor {
    /// Compacts for ever, every `interval`.
    pub(crate) async fn work(self: Arc<Self>, interval: Duration) {
        let mut rounds = 0_u32;
        loop {
            tokio::time::sleep(interval).await;
            rounds = rounds.wrapping_add(1);
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "a compaction was not completed");
            }
            if rounds.is_multiple_of(ROUNDS_PER_SWEEP)
                && let Err(error) = self.sweep().await
            {
                tracing::warn!(%error, "day files were not swept");
            }
        }
    }

    async fn round(&self) -> Result<(), StoreError> {
        let now = catalog::now(&self.connections).await?;
        let report = self.compact(now, Stage::Done).await?;
        if report.files_written > 0 {
            tracing::debug!(?report, "compacted");
        }
        Ok(())
    }
}
