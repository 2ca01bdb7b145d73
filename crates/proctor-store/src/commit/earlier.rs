//! Earlier uploads with the same bytes (`uploads.md`, 13.3).

use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::suite::IdenticalUploads;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::command::Command;
use crate::StoreError;
use crate::catalog::uploads::CompletedUpload;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// An upload that may answer another one.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    pub(super) upload: UploadId,
    pub(super) run: RunId,
    received_at: Timestamp,
    reply_lost: bool,
}

/// By suite and digest, the newest first.
#[derive(Debug, Default)]
pub(super) struct EarlierUploads {
    found: FxHashMap<(SuiteId, [u8; 32]), Vec<Earlier>>,
}

impl EarlierUploads {
    pub(super) async fn load(transaction: &mut WriteTransaction, commands: &[&Command]) -> Result<Self, StoreError> {
        let mut sought: FxHashMap<SuiteId, Vec<&[u8; 32]>> = FxHashMap::default();
        for command in commands {
            if let Some(digest) = command.sought_digest() {
                sought.entry(command.suite()).or_default().push(digest);
            }
        }
        let mut found: FxHashMap<(SuiteId, [u8; 32]), Vec<Earlier>> = FxHashMap::default();
        for (suite, digests) in sought {
            let select = "SELECT id, run_id, digest, received_at, reply_lost FROM uploads WHERE suite_id = ";
            let mut select = Statement::built(transaction.engine(), select);
            select.value(suite.bytes()).push(" AND is_answer = 1 AND status = 'succeeded' AND digest IN ");
            select.list(digests.into_iter().map(Value::from)).push(" ORDER BY received_at DESC, seq DESC");
            for row in select.all(transaction.connection()).await? {
                let digest: [u8; 32] = row.id("digest", |bytes| bytes.try_into().ok())?;
                found.entry((suite, digest)).or_default().push(Earlier {
                    upload: row.id("id", UploadId::from_bytes)?,
                    run: row.id("run_id", RunId::from_bytes)?,
                    received_at: row.time("received_at")?,
                    reply_lost: row.flag("reply_lost")?,
                });
            }
        }
        Ok(Self { found })
    }

    /// The upload that answers this one, if the suite's setting lets it.
    pub(super) fn answer_to(&self, upload: &CompletedUpload) -> Option<&Earlier> {
        let may_answer = |earlier: &&Earlier| {
            let is_near = earlier.received_at >= upload.identical_since && earlier.upload != upload.upload_id;
            is_near
                && match upload.identical {
                    IdenticalUploads::Off => false,
                    IdenticalUploads::Always => true,
                    IdenticalUploads::LostReply => earlier.reply_lost,
                }
        };
        self.found.get(&(upload.suite_id, upload.digest))?.iter().find(may_answer)
    }
}
