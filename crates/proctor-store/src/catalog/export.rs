//! The uploads behind exported executions.

use proctor_core::id::{RunId, SuiteId};
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AnyConnection;

use super::executions::Source;
use crate::database::{Columns, Statement, Value};
use crate::executions::UploadSeq;
use crate::{Store, StoreError};

/// Uploads that one statement asks for.
const UPLOADS_PER_READ_MAX: usize = 500;

impl Store {
    /// The uploads with these numbers; what they do not say of branch and commit, their runs say.
    pub(crate) async fn upload_sources(
        &self,
        connection: &mut AnyConnection,
        suite: SuiteId,
        seqs: FxHashSet<UploadSeq>,
    ) -> Result<FxHashMap<UploadSeq, Source>, StoreError> {
        let mut sources = FxHashMap::default();
        let seqs: Vec<UploadSeq> = seqs.into_iter().collect();
        for some in seqs.chunks(UPLOADS_PER_READ_MAX) {
            let select = "SELECT u.seq AS seq, u.id AS id, u.run_id AS run_id, u.received_at AS received_at, \
                          COALESCE(u.branch, r.branch) AS branch, COALESCE(u.commit_sha, r.commit_sha) AS commit_sha \
                          FROM uploads u JOIN runs r ON r.id = u.run_id WHERE u.suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND u.seq IN ").list(some.iter().map(|seq| Value::from(seq.0)));
            for row in select.all(connection).await? {
                let run = row.id("run_id", RunId::from_bytes)?;
                sources.insert(UploadSeq(row.int("seq")?), Source::of(&row, run)?);
            }
        }
        Ok(sources)
    }
}
