//! Exporting a suite.

use std::io::Write;
use std::ops::RangeInclusive;

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use rustc_hash::FxHashSet;

use super::names::Names;
use crate::executions::{DayParts, DayRows, Detail, ExportWriter, UploadSeq};
use crate::{Store, StoreError};

/// How often a day is looked up again because its executions were moved to another place while it was read.
const TRIES_MAX: u32 = 20;
/// Executions that are written together.
const ROWS_PER_WRITE_MAX: usize = 8_192;

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Executions.
    pub executions: u64,
    /// Days with any.
    pub days: u64,
}

impl Store {
    /// Writes the executions that the suite received on `days` as one Parquet file, ascending by day; `docs/storage.md` lists the
    /// columns. Each day is as it was at some moment while it was read; memory does not grow with what is written. Gives back `out`.
    ///
    /// # Errors
    /// When the store cannot be read or `out` cannot be written.
    pub async fn export_suite<W: Write + Send + 'static>(
        &self,
        suite: SuiteId,
        days: RangeInclusive<Day>,
        out: W,
    ) -> Result<(W, Exported), StoreError> {
        let mut export =
            Export { store: self, suite, names: Names::default(), writer: Some(ExportWriter::new(out)?), done: Exported::default() };
        for stored in self.stored_days(suite).await? {
            if stored.executions > 0 && days.contains(&stored.day) {
                export.day(stored.day).await?;
                export.done.days += 1;
            }
        }
        let done = export.done;
        let writer = export.writer.take().ok_or_else(broken_off)?;
        let out = tokio::task::spawn_blocking(move || writer.finish()).await.map_err(|_| broken_off())??;
        Ok((out, done))
    }
}

/// An export under way.
struct Export<'a, W: Write + Send> {
    store: &'a Store,
    suite: SuiteId,
    names: Names,
    /// None while it writes.
    writer: Option<ExportWriter<W>>,
    done: Exported,
}

impl<W: Write + Send + 'static> Export<'_, W> {
    /// All of a day. An upload is in one part as a whole, so when parts have been moved, those of uploads already written are passed over.
    async fn day(&mut self, day: Day) -> Result<(), StoreError> {
        let mut written = FxHashSet::default();
        for _ in 0..TRIES_MAX {
            if self.parts(day, &mut written).await? == Outcome::Whole {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(format!("the executions of {day} are being moved all the time")))
    }

    async fn parts(&mut self, day: Day, written: &mut FxHashSet<UploadSeq>) -> Result<Outcome, StoreError> {
        let connections = self.store.connections();
        let parts = DayParts::load(&mut *connections.read().await?, self.suite, day).await?;
        for part in &parts.parts {
            let Some(mut reader) = part.open(connections, self.store.day_files(), Detail::Everything).await? else {
                return Ok(Outcome::Moved);
            };
            let uploads: FxHashSet<UploadSeq> = reader.uploads().iter().copied().filter(|upload| !written.contains(upload)).collect();
            if uploads.is_empty() {
                continue;
            }
            while let Some(mut rows) = reader.next().await? {
                rows.retain(|(upload, _)| uploads.contains(upload));
                self.write(rows).await?;
            }
            written.extend(uploads);
        }
        Ok(Outcome::Whole)
    }

    async fn write(&mut self, mut rows: DayRows) -> Result<(), StoreError> {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS_PER_WRITE_MAX));
            let executions = self.names.name(self.store, self.suite, std::mem::replace(&mut rows, rest)).await?;
            self.done.executions += executions.len() as u64;
            let mut writer = self.writer.take().ok_or_else(broken_off)?;
            // Encoding and writing are no work for the threads that serve sockets.
            let write = move || writer.write(&executions).map(|()| writer);
            self.writer = Some(tokio::task::spawn_blocking(write).await.map_err(|_| broken_off())??);
        }
        Ok(())
    }
}

/// Whether all parts of a day were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Whole,
    Moved,
}

fn broken_off() -> StoreError {
    StoreError::Internal("the export broke off".to_owned())
}
