//! Server processes, and the uploads that died with them.

use std::sync::Arc;
use std::time::Duration;

use proctor_core::id::{SuiteId, UploadId};
use proctor_core::time::Timestamp;

use super::uploads::{Announced, RejectedUpload, UploadStatus};
use crate::commit::{Command, Committer};
use crate::database::{Columns, Connections, Engine, Statement};
use crate::{StoreError, Sweep};

/// How long a node counts as alive after it last said so, in milliseconds.
const LEASE_MS: i64 = 30_000;
/// How often it says so.
const RENEWAL: Duration = Duration::from_secs(5);
/// Every how many renewals a server looks for uploads of dead nodes.
const RENEWALS_PER_SWEEP: u32 = 6;
/// Uploads swept in one transaction.
const SWEPT_TOGETHER_MAX: u32 = 64;

/// This process, as other servers on the same PostgreSQL know it. On SQLite there are no others: see
/// [`crate::database::ServerLock`].
#[derive(Clone, Debug)]
pub(crate) struct Node {
    connections: Connections,
    id: [u8; 16],
}

impl Node {
    /// A new one; alive from [`Self::renew`] on.
    pub(crate) fn new(connections: Connections) -> Self {
        Self { connections, id: rand::random() }
    }

    pub(crate) const fn id(&self) -> [u8; 16] {
        self.id
    }

    /// Says that this process is alive.
    pub(crate) async fn renew(&self) -> Result<(), StoreError> {
        let engine = self.connections.engine();
        if engine == Engine::Sqlite {
            return Ok(());
        }
        let mut upsert = Statement::built(engine, "INSERT INTO nodes (id, lease_until) VALUES (");
        upsert.value(&self.id).push(", ").push(engine.now_ms()).push(" + ").value(LEASE_MS);
        upsert.push(") ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until");
        upsert.execute(&mut *self.connections.writer().await?).await.map(drop)
    }

    /// Says that this process ends. What it was receiving can be swept at once.
    pub(crate) async fn leave(&self) -> Result<(), StoreError> {
        if self.connections.engine() == Engine::Sqlite {
            return Ok(());
        }
        let delete = Statement::fixed("DELETE FROM nodes WHERE id = $1").with(&self.id);
        delete.execute(&mut *self.connections.writer().await?).await.map(drop)
    }

    /// Ends, as failed, the uploads of processes that are dead: on SQLite of all but this one, whose lock is held; on PostgreSQL of nodes
    /// whose lease has ended. `now`: none takes the database's clock.
    pub(crate) async fn sweep(&self, committer: &Committer, now: Option<Timestamp>) -> Result<(), StoreError> {
        loop {
            let dead = self.dead_uploads(now).await?;
            if dead.is_empty() {
                break;
            }
            tracing::warn!(uploads = dead.len(), "ending uploads whose server was stopped");
            committer.sweep(&dead).await?;
        }
        if self.connections.engine() == Engine::Postgres {
            let mut delete = Statement::built(Engine::Postgres, "DELETE FROM nodes WHERE lease_until < ");
            delete.push(Engine::Postgres.now_ms());
            delete.execute(&mut *self.connections.writer().await?).await?;
        }
        Ok(())
    }

    async fn dead_uploads(&self, now: Option<Timestamp>) -> Result<Vec<Command>, StoreError> {
        let engine = self.connections.engine();
        let mut select = Statement::built(engine, format!("SELECT id, suite_id, received_at, {} AS now FROM uploads", engine.now_ms()));
        select.push(" WHERE status = 'processing' AND node_id <> ").value(&self.id);
        if engine == Engine::Postgres {
            select.push(" AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = uploads.node_id AND nodes.lease_until >= ");
            select.push(engine.now_ms()).push(")");
        }
        select.push(" ORDER BY seq LIMIT ").value(SWEPT_TOGETHER_MAX);
        let rows = select.all(&mut *self.connections.read().await?).await?;
        let command_of = |row: &sqlx::any::AnyRow| {
            let received_at = row.time("received_at")?;
            let upload = RejectedUpload {
                suite_id: row.id("suite_id", SuiteId::from_bytes)?,
                upload_id: row.id("id", UploadId::from_bytes)?,
                announced: Announced::Yes,
                status: UploadStatus::Failed,
                reason_code: "internal_error".to_owned(),
                message: "the server was stopped while it was receiving this upload".to_owned(),
                format: None,
                received_at,
                body_bytes: 0,
            };
            let at = now.map_or_else(|| row.time("now"), Ok)?.max(received_at);
            Ok(Command::EndDead { upload, at })
        };
        rows.iter().map(command_of).collect()
    }

    /// Renews the lease for ever, and sweeps if asked to.
    pub(crate) async fn stay_alive(self, committer: Arc<Committer>, sweep: Sweep) {
        let mut renewals = 0_u32;
        loop {
            tokio::time::sleep(RENEWAL).await;
            renewals = renewals.wrapping_add(1);
            let mut done = self.renew().await;
            if done.is_ok() && sweep == Sweep::DeadUploads && renewals.is_multiple_of(RENEWALS_PER_SWEEP) {
                done = self.sweep(&committer, None).await;
            }
            if let Err(error) = done {
                tracing::warn!(%error, "this node's lease was not renewed");
            }
        }
    }
}
