//! The aggregates of one day.

use std::collections::BTreeMap;

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;
use rustc_hash::FxHashMap;

use crate::StoreError;
use crate::database::Connections;
use crate::executions::day_files::DayFiles;
use crate::executions::{AggregateRow, DayParts, Detail, ExecutionRow, UploadSeq, encode_aggregate};

/// Tests times branches that are held at once; a day with more gets several aggregates. About 100 bytes each.
const ROWS_MAX: usize = 250_000;

/// An encoded aggregate.
#[derive(Debug)]
pub(super) struct NewAggregate {
    pub(super) executions: u64,
    pub(super) body: Vec<u8>,
}

/// Aggregates the executions of `parts`; `None` when one of them is gone meanwhile. `branches`: of each upload of the day.
pub(super) async fn aggregate(
    connections: &Connections,
    files: &DayFiles,
    parts: &DayParts,
    branches: &FxHashMap<UploadSeq, Option<String>>,
) -> Result<Option<Vec<NewAggregate>>, StoreError> {
    let mut made = Vec::new();
    let mut growing = Growing::default();
    for part in &parts.parts {
        let Some(mut reader) = part.open(connections, files, Detail::Numbers).await? else { return Ok(None) };
        while let Some(rows) = reader.next().await? {
            for (upload, row) in &rows {
                growing.add(branches.get(upload).and_then(Option::as_deref), row);
                if growing.rows.len() >= ROWS_MAX {
                    made.push(std::mem::take(&mut growing).finish().await?);
                }
            }
        }
    }
    if growing.executions > 0 {
        made.push(growing.finish().await?);
    }
    Ok(Some(made))
}

/// The branch of each upload of the day: its own, else that of its run.
pub(super) async fn branches_of_day(
    connections: &Connections,
    suite: SuiteId,
    day: Day,
) -> Result<FxHashMap<UploadSeq, Option<String>>, StoreError> {
    crate::catalog::retention::branches_of_day(&mut *connections.read().await?, suite, day).await
}

/// An aggregate while it grows. Branches are numbered, so that a row costs no text.
#[derive(Debug, Default)]
struct Growing {
    executions: u64,
    numbers: FxHashMap<Option<String>, u32>,
    branches: Vec<Option<String>>,
    rows: BTreeMap<(u32, u32), Metrics>,
}

impl Growing {
    fn add(&mut self, branch: Option<&str>, row: &ExecutionRow) {
        let branch = branch.map(str::to_owned);
        let next = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(branch.clone()).or_insert(next);
        if number == next {
            self.branches.push(branch);
        }
        self.executions += 1;
        self.rows.entry((row.test_ordinal, number)).or_default().add(row.result, row.duration);
    }

    async fn finish(self) -> Result<NewAggregate, StoreError> {
        let Self { executions, numbers: _, branches, rows } = self;
        let encode = move || {
            let row_of = |((ordinal, branch), metrics): ((u32, u32), Metrics)| AggregateRow {
                ordinal,
                branch: branches.get(branch as usize).cloned().flatten(),
                metrics,
            };
            let mut rows: Vec<AggregateRow> = rows.into_iter().map(row_of).collect();
            rows.sort_by(|left, right| (left.ordinal, &left.branch).cmp(&(right.ordinal, &right.branch)));
            encode_aggregate(&rows)
        };
        // Encoding is work for a processor, not for the threads that serve sockets.
        let body = tokio::task::spawn_blocking(encode).await;
        let body = body.map_err(|error| StoreError::Internal(format!("writing an aggregate: {error}")))??;
        Ok(NewAggregate { executions, body })
    }
}
