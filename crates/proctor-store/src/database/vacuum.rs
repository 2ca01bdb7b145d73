//! Giving free pages of an SQLite database back to the file system.

use super::{Columns, Connections, Engine, Statement};
use crate::StoreError;

/// Pages that one step gives back: uploads wait for a step at the most, some milliseconds.
const PAGES_PER_STEP: u64 = 512;

impl Connections {
    /// Shrinks the database file until it has `kept` free pages, step by step. PostgreSQL has a process of its own for this; a file
    /// that was made without `auto_vacuum` keeps its pages, and uses them again.
    pub(crate) async fn give_back(&self, kept: u64) -> Result<(), StoreError> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        let mut before = u64::MAX;
        let mut has_shrunk = false;
        loop {
            // The one connection that writes is lent for a step, and then to whoever waits for it.
            let mut connection = self.writer().await?;
            let free = Statement::fixed("PRAGMA freelist_count").one(&mut connection).await?.count("freelist_count")?;
            if free <= kept || free >= before {
                if has_shrunk {
                    // The file itself shrinks when the log is written back.
                    Statement::fixed("PRAGMA wal_checkpoint(PASSIVE)").all(&mut connection).await?;
                }
                return Ok(());
            }
            before = free;
            let step = PAGES_PER_STEP.min(free - kept);
            Statement::built(Engine::Sqlite, format!("PRAGMA incremental_vacuum({step})")).all(&mut connection).await?;
            has_shrunk = true;
        }
    }
}
