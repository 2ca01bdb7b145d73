//! Uploads that have a row already: announced ones, and those of an attempt whose outcome nobody knows.

use proctor_core::id::{RunId, UploadId};
use rustc_hash::FxHashMap;

use super::batch::Doubt;
use super::command::Command;
use crate::StoreError;
use crate::catalog::uploads::UploadStatus;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// The row of an upload, as far as what follows depends on it.
#[derive(Debug)]
pub(super) struct ExistingUpload {
    pub(super) run: Option<RunId>,
    pub(super) status: UploadStatus,
    pub(super) digest: Option<[u8; 32]>,
}

impl ExistingUpload {
    /// The run that counts the upload as in flight.
    pub(super) fn announced_run(&self) -> Option<RunId> {
        self.run.filter(|_| self.status == UploadStatus::Processing)
    }
}

/// By id.
#[derive(Debug, Default)]
pub(super) struct ExistingUploads {
    uploads: FxHashMap<UploadId, ExistingUpload>,
}

impl ExistingUploads {
    pub(super) async fn load(transaction: &mut WriteTransaction, commands: &[&Command], doubt: Doubt) -> Result<Self, StoreError> {
        let may_exist = |command: &&&Command| doubt == Doubt::MayBeStored || command.is_announced();
        let ids: Vec<UploadId> = commands.iter().filter(may_exist).map(|command| command.upload()).collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        // The indexed part of the id; the rest of it must agree too.
        let select = "SELECT id, run_id, status, digest FROM uploads WHERE substr(id, 1, 13) IN ";
        let mut select = Statement::built(transaction.engine(), select);
        select.list(ids.iter().map(|id| Value::from(&id.bytes()[..13])));
        let mut uploads = FxHashMap::default();
        for row in select.all(transaction.connection()).await? {
            let upload = ExistingUpload {
                run: row.maybe_id("run_id", RunId::from_bytes)?,
                status: row.word("status", UploadStatus::from_word)?,
                digest: row.maybe_id("digest", |bytes| bytes.try_into().ok())?,
            };
            uploads.insert(row.id("id", UploadId::from_bytes)?, upload);
        }
        Ok(Self { uploads })
    }

    pub(super) fn of(&self, upload: UploadId) -> Option<&ExistingUpload> {
        self.uploads.get(&upload)
    }

    /// The runs that count one of them as in flight.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunId> {
        self.uploads.values().filter_map(ExistingUpload::announced_run)
    }
}
