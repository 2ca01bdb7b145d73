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

/// By suite and digest.
#[derive(Debug, Default)]
pub(super) struct EarlierUploads {
    found: FxHashMap<(SuiteId, [u8; 32]), Vec<Earlier>>,
}

impl EarlierUploads {
    pub(super) async fn load(transaction: &mut WriteTransaction, commands: &[&Command]) -> Result<Self, StoreError> {
        let sought: Vec<&[u8; 32]> = commands.iter().filter_map(|command| command.sought_digest()).collect();
        if sought.is_empty() {
            return Ok(Self::default());
        }
        let mut found: FxHashMap<(SuiteId, [u8; 32]), Vec<Earlier>> = FxHashMap::default();
        // By digest alone, so that no other index looks better to SQLite; the suite is part of the key below.
        let select = "SELECT suite_id, id, run_id, digest, received_at, reply_lost FROM uploads \
                      WHERE is_answer = 1 AND status = 'succeeded' AND digest IN ";
        let mut select = Statement::built(transaction.engine(), select);
        select.list(sought.into_iter().map(Value::from));
        for row in select.all(transaction.connection()).await? {
            let suite = row.id("suite_id", SuiteId::from_bytes)?;
            let digest: [u8; 32] = row.id("digest", |bytes| bytes.try_into().ok())?;
            found.entry((suite, digest)).or_default().push(Earlier {
                upload: row.id("id", UploadId::from_bytes)?,
                run: row.id("run_id", RunId::from_bytes)?,
                received_at: row.time("received_at")?,
                reply_lost: row.flag("reply_lost")?,
            });
        }
        Ok(Self { found })
    }

    /// The newest upload that may answer this one, if the suite's setting lets it.
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
        let found = self.found.get(&(upload.suite_id, upload.digest))?;
        found.iter().filter(may_answer).max_by_key(|earlier| (earlier.received_at, earlier.upload))
    }
}
