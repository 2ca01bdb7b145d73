//! The newest executions of each of some tests: what a list of tests shows as strips, in one pass.

use proctor_core::time::Timestamp;

use super::{Collect, SomeTests};
use crate::executions::UploadSeq;
use crate::executions::block::{Block, Needs};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::LightExecution;

/// Where an execution stands in time: the greatest is the newest.
type Place = (Timestamp, UploadSeq, u32);

/// The newest so many of each test, and some more until they are cut.
#[derive(Debug)]
pub(crate) struct NewestOf {
    tests: SomeTests,
    limit: usize,
    found: Vec<Vec<(Place, LightExecution)>>,
}

impl NewestOf {
    pub(crate) fn new(tests: &SomeTests, limit: usize) -> Self {
        Self { tests: tests.clone(), limit, found: vec![Vec::new(); tests.len()] }
    }

    /// By ordinal; newest first.
    pub(crate) fn finish(mut self) -> Vec<(u32, Vec<LightExecution>)> {
        self.found.iter_mut().for_each(|found| cut(found, self.limit));
        let lists = self.found.into_iter().map(|found| found.into_iter().map(|(_, light)| light).collect()).collect();
        self.tests.named(lists).collect()
    }
}

/// Newest first, no more than `limit`.
fn cut(found: &mut Vec<(Place, LightExecution)>, limit: usize) {
    found.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
    found.truncate(limit);
}

impl Collect for NewestOf {
    fn needs(&self) -> Needs {
        Needs { index: true, ..Needs::default() }
    }

    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        let Self { tests, limit, found } = self;
        tests.for_each(&verdicts, |at, ordinal, row| {
            let upload = block.upload_of(row);
            let found = &mut found[at];
            found.push(((upload.received_at, upload.seq, block.index_of(row)), block.light(ordinal, row)));
            if found.len() >= *limit * 4 + 64 {
                cut(found, *limit);
            }
        });
    }

    fn merge(&mut self, other: Self) {
        for (found, mut more) in self.found.iter_mut().zip(other.found) {
            found.append(&mut more);
            cut(found, self.limit);
        }
    }

    fn bytes(&self) -> usize {
        self.found.iter().map(|found| found.capacity() * size_of::<(Place, LightExecution)>()).sum()
    }
}
