//! What to rewrite: a pure decision about one suite and day.

use proctor_core::day::DAY_MS;
use proctor_core::time::Timestamp;

use super::CompactionOptions;
use crate::executions::day_files::DayFileId;

/// Files that a day has at the most after a compaction, each a further source of every question about the day.
pub(crate) const FILES_PER_DAY_MAX: usize = 4;
/// A file is taken into a rewrite when it is at most so many times as large as what goes before it: it then grows by a good part,
/// and a row is rewritten seldom, because its file has grown in between.
const GROWTH: u64 = 2;
/// Executions of a day that is made one file at last. A larger one stays in its few.
const WHOLE_DAY_MAX: u64 = 8_000_000;
/// How long a day that is over must have been left alone before it is made one file, in milliseconds. Only imported history comes to
/// such a day, in one go mostly.
const QUIET_MS: i64 = 120_000;

/// A day of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayState {
    /// Days since 1970, UTC.
    pub(crate) day: i64,
    pub(crate) waiting: Waiting,
    pub(crate) files: Vec<FileState>,
}

/// What has not been compacted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) segments: u64,
    pub(crate) executions: u64,
    /// Receive time of the upload that was stored first, if there is any.
    pub(crate) oldest_at: Option<Timestamp>,
}

/// A day file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileState {
    pub(crate) id: DayFileId,
    pub(crate) executions: u64,
    pub(crate) written_at: Timestamp,
}

/// What to make one new file of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewrite {
    pub(crate) segments: Segments,
    pub(crate) files: Vec<DayFileId>,
}

/// What happens to waiting segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segments {
    /// They are taken in, oldest first, as many as fit into memory.
    Taken,
    /// They go on waiting.
    Left,
}

/// What to rewrite at `now`, if anything.
///
/// Segments are taken once many executions wait, or one has waited long. With them go the files that are not much larger, smallest
/// first, and so many that no more than [`FILES_PER_DAY_MAX`] stay; a small day is rewritten whole. So each row is rewritten about as
/// often as its day doubles. A day that is over, and has been left alone for two minutes, is made one file.
pub(crate) fn decide(state: &DayState, options: &CompactionOptions, now: Timestamp) -> Option<Rewrite> {
    let DayState { day, waiting, files } = state;
    let mut files = files.clone();
    files.sort_unstable_by_key(|file| (file.executions, file.id));
    if is_due(waiting, options, now) {
        return Some(Rewrite { segments: Segments::Taken, files: joined(waiting.executions, &files, options.rows_min) });
    }
    let all = || files.iter().map(|file| file.id).collect();
    let executions: u64 = files.iter().map(|file| file.executions).sum();
    let written_at = files.iter().map(|file| file.written_at).max()?;
    let is_over = now.millis() >= day.saturating_add(1).saturating_mul(DAY_MS);
    let is_quiet = now.millis().saturating_sub(written_at.millis()) >= QUIET_MS;
    if files.len() > 1 && is_over && is_quiet && executions <= WHOLE_DAY_MAX {
        return Some(Rewrite { segments: Segments::Left, files: all() });
    }
    if files.len() > FILES_PER_DAY_MAX {
        return Some(Rewrite { segments: Segments::Left, files: joined(0, &files, options.rows_min) });
    }
    None
}

fn is_due(waiting: &Waiting, options: &CompactionOptions, now: Timestamp) -> bool {
    let is_old = |oldest_at: Timestamp| now.millis().saturating_sub(oldest_at.millis()) >= options.age_ms_max;
    waiting.segments > 0 && (waiting.executions >= options.rows_min || waiting.oldest_at.is_some_and(is_old))
}

/// The files, of all that are there by size, that go together with `executions` others.
fn joined(executions: u64, files: &[FileState], small_day: u64) -> Vec<DayFileId> {
    let total: u64 = executions + files.iter().map(|file| file.executions).sum::<u64>();
    let mut size = executions;
    let mut taken = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let are_too_many = files.len() - at + 1 > FILES_PER_DAY_MAX;
        if total > small_day && file.executions > size.saturating_mul(GROWTH) && !are_too_many {
            break;
        }
        size += file.executions;
        taken.push(file.id);
    }
    taken
}

#[cfg(test)]
mod tests;
