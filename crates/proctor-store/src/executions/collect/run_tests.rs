//! How tests ended in runs.

use proctor_core::id::RunId;
use proctor_core::identity::execution_id;
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::Collect;
use crate::executions::UploadSeq;
use crate::executions::block::{Block, Needs};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::RunTest;

/// Counts by run and test.
#[derive(Debug, Default)]
pub(crate) struct RunTests {
    tests: FxHashMap<(RunId, u32), Entry>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    counts: ResultCounts,
    latest_failed: Option<((Timestamp, UploadSeq, u32), proctor_core::id::ExecutionId)>,
}

impl RunTests {
    /// By run, then ordinal.
    pub(crate) fn finish(self) -> Vec<RunTest> {
        let test = |((run, ordinal), Entry { counts, latest_failed })| {
            let latest_failed = latest_failed.map(|(_, execution)| execution);
            RunTest { run, ordinal, counts, latest_failed }
        };
        let mut tests: Vec<_> = self.tests.into_iter().map(test).collect();
        tests.sort_unstable_by_key(|test| (test.run, test.ordinal));
        tests
    }
}

impl Collect for RunTests {
    fn needs(&self) -> Needs {
        Needs { index: true, ..Needs::default() }
    }

    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        verdicts.for_each(|ordinal, row| {
            let upload = block.upload_of(row);
            let entry = self.tests.entry((upload.run, ordinal)).or_default();
            let result = block.result_of(row);
            entry.counts.add(result);
            if result == TestResult::Failed {
                let index = block.index_of(row);
                let failed = ((upload.received_at, upload.seq, index), execution_id(upload.id, index));
                entry.latest_failed = entry.latest_failed.max(Some(failed));
            }
        });
    }

    fn merge(&mut self, other: Self) {
        for (key, Entry { counts, latest_failed }) in other.tests {
            let entry = self.tests.entry(key).or_default();
            for result in TestResult::ALL {
                entry.counts.add_many(result, counts.of(result));
            }
            entry.latest_failed = entry.latest_failed.max(latest_failed);
        }
    }

    fn bytes(&self) -> usize {
        self.tests.capacity() * size_of::<((RunId, u32), Entry)>()
    }
}
