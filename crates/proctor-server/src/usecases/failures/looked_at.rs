//! Reading the failed executions that a question is about.

use proctor_core::filter::{ResultFilter, TestFilters};
use proctor_core::id::SuiteId;
use proctor_core::identity::execution_id;
use proctor_core::result::TestResult;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{ExecutionRef, LightExecution, Selected};
use proctor_store::{PageRequest, Store, StoreError};

use super::groups::{Failure, Group, Groups};

/// Failed executions that are looked at for one answer, the newest first. A longer list of failures is not read by people.
pub const FAILURES_LOOKED_AT_MAX: usize = 10_000;
/// Bytes of failure text that are aimed at in one read. Two executions can be a thousandfold different, so the size of a read follows
/// what the one before it brought.
const READ_BYTES_AIM: usize = 8 << 20;
/// Executions of the first read.
const READ_FIRST: usize = 64;
/// Executions of one read at the most: what small ones promise, large ones that follow may not keep.
const READ_MAX: usize = 512;

/// The groups that were found.
pub(super) struct LookedAt {
    /// Newest first.
    pub(super) groups: Vec<Group>,
    /// Failed executions that were read.
    pub(super) executions: u64,
    /// Whether there are more than were read.
    pub(super) is_cut: bool,
}

/// Whose failures are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// All tests.
    AllTests,
    /// One test.
    Test(u32),
}

/// Reads the selected failures and groups them. What else the filters say of results counts too: a question for passed failures has no
/// answer.
pub(super) async fn look_at(store: &Store, suite: SuiteId, selected: Selected<'_>, of: Of) -> Result<LookedAt, StoreError> {
    let accepts_failures = selected.filters.result.is_none_or(|result| result.accepts(TestResult::Failed));
    if !accepts_failures {
        return Ok(LookedAt { groups: Vec::new(), executions: 0, is_cut: false });
    }
    let filters = TestFilters { result: Some(failed()), ..selected.filters.clone() };
    let selected = Selected { filters: &filters, ..selected };
    match of {
        Of::AllTests => look_at_all(store, suite, selected).await,
        Of::Test(ordinal) => look_at_test(store, suite, selected, ordinal).await,
    }
}

/// The filter that lets failures through.
pub(super) fn failed() -> ResultFilter {
    ResultFilter::Executions([TestResult::Failed].into_iter().collect())
}

async fn look_at_all(store: &Store, suite: SuiteId, selected: Selected<'_>) -> Result<LookedAt, StoreError> {
    // One more than is read tells whether there are more.
    let mut wanted = store.light_executions(suite, selected, FAILURES_LOOKED_AT_MAX + 1).await?;
    let is_cut = wanted.len() > FAILURES_LOOKED_AT_MAX;
    wanted.truncate(FAILURES_LOOKED_AT_MAX);
    let (mut groups, mut executions, mut size) = (Groups::default(), 0, READ_FIRST);
    let mut rest = wanted.as_slice();
    while !rest.is_empty() {
        let (some, later) = rest.split_at(size.min(rest.len()));
        rest = later;
        let refs: Vec<_> = some.iter().map(|light| ExecutionRef { upload: light.upload, index: light.index }).collect();
        let read = store.executions_by_ref(suite, &refs).await?;
        size = next_size(&read);
        executions += read.len() as u64;
        add_all(&mut groups, with_ordinals(some, read)).await?;
    }
    Ok(LookedAt { groups: groups.into_vec(), executions, is_cut })
}

async fn look_at_test(store: &Store, suite: SuiteId, selected: Selected<'_>, ordinal: u32) -> Result<LookedAt, StoreError> {
    let (mut groups, mut executions, mut size) = (Groups::default(), 0, READ_FIRST);
    loop {
        let left = FAILURES_LOOKED_AT_MAX - executions;
        let page = PageRequest { offset: executions as u64, limit: u32::try_from(size.min(left)).unwrap_or(u32::MAX) };
        let page = store.executions_of_test(suite, ordinal, selected, page).await?;
        size = next_size(&page.items);
        executions += page.items.len();
        let is_end = page.items.is_empty() || executions as u64 >= page.total || executions >= FAILURES_LOOKED_AT_MAX;
        add_all(&mut groups, page.items.into_iter().map(|execution| (ordinal, execution)).collect()).await?;
        if is_end {
            return Ok(LookedAt { groups: groups.into_vec(), executions: executions as u64, is_cut: page.total > executions as u64 });
        }
    }
}

/// Executions with the ordinals of their tests. What was deleted between the two reads is missing in the second one.
fn with_ordinals(wanted: &[LightExecution], read: Vec<StoredExecution>) -> Vec<(u32, StoredExecution)> {
    let mut wanted = wanted.iter();
    let with_ordinal = |execution: StoredExecution| {
        let light = wanted.find(|light| execution_id(light.upload, light.index) == execution.id)?;
        Some((light.ordinal, execution))
    };
    read.into_iter().filter_map(with_ordinal).collect()
}

async fn add_all(groups: &mut Groups, executions: Vec<(u32, StoredExecution)>) -> Result<(), StoreError> {
    let fingerprinted = tokio::task::spawn_blocking(move || -> Vec<Failure> {
        executions.iter().map(|(ordinal, execution)| Failure::of(execution, *ordinal)).collect()
    });
    let failures = fingerprinted.await.map_err(|error| StoreError::Internal(format!("grouping failures: {error}")))?;
    failures.into_iter().for_each(|failure| groups.add(failure));
    Ok(())
}

/// How many executions to read next, so that they are about [`READ_BYTES_AIM`] if they are like those that came last.
fn next_size(read: &[StoredExecution]) -> usize {
    let bytes: usize = read.iter().map(text_bytes).sum();
    let average = bytes / read.len().max(1);
    (READ_BYTES_AIM / average.max(1)).clamp(1, READ_MAX)
}

fn text_bytes(execution: &StoredExecution) -> usize {
    let details = execution.failure_expanded.iter().flat_map(|detail| detail.expanded.iter().chain(&detail.backtrace));
    execution.failure_reason.as_ref().map_or(0, String::len) + details.map(|line| line.len()).sum::<usize>()
}
