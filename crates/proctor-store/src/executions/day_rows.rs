//! Reading all executions of one suite and day, part by part: for what goes through whole days.

use std::sync::Arc;

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use sqlx::AnyConnection;

use super::day_files::{Batches, DayFiles, OpenDayFile, Opened};
use super::read::SegmentReader;
use super::view::KnownTags;
use super::{ExecutionRow, UploadSeq};
use crate::StoreError;
use crate::catalog::day_files::{NamedFile, named};
use crate::database::{Columns, Connections, Statement};

/// The columns of [`Detail::Numbers`] in segments.
const SEGMENT_NUMBERS: &[&str] = &["index", "test", "result", "duration"];
/// The same in day files.
const FILE_NUMBERS: &[&str] = &["test", "received_at", "upload", "index", "result", "duration"];
/// Rows of a day file that are decoded at once, and about how many bytes they may have.
const ROWS_AT_ONCE_MAX: usize = 8_192;
const BYTES_AT_ONCE_MAX: usize = 16 << 20;

/// What is read of each execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Test, result, duration and index; everything else is left empty.
    Numbers,
    /// All.
    Everything,
}

/// Executions, each with its upload.
pub(crate) type DayRows = Vec<(UploadSeq, ExecutionRow)>;

/// What holds the executions of a day, as one statement saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayParts {
    pub(crate) parts: Vec<DayPart>,
}

/// What holds some of them. An upload is in one part as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayPart {
    /// All of an upload.
    Segment(UploadSeq),
    /// All of several uploads.
    File(NamedFile),
}

impl DayParts {
    /// The parts of a day.
    pub(crate) async fn load(connection: &mut AnyConnection, suite: SuiteId, day: Day) -> Result<Self, StoreError> {
        let select = Statement::fixed(
            "SELECT upload_seq, upload_id AS id, day, executions, byte_count FROM segments WHERE suite_id = $1 AND day = $2 \
             UNION ALL SELECT NULL, id, day, executions, byte_count FROM day_files WHERE suite_id = $3 AND day = $4 \
             ORDER BY upload_seq, id",
        );
        let select = select.with(suite.bytes()).with(day.number()).with(suite.bytes()).with(day.number());
        let part_of = |row: &sqlx::any::AnyRow| match row.maybe_int("upload_seq")? {
            Some(seq) => Ok(DayPart::Segment(UploadSeq(seq))),
            None => Ok(DayPart::File(named(row, suite)?)),
        };
        Ok(Self { parts: select.all(connection).await?.iter().map(part_of).collect::<Result<_, StoreError>>()? })
    }
}

impl DayPart {
    /// Opens it; `None` when it is gone: the day has other parts by now.
    pub(crate) async fn open(&self, connections: &Connections, files: &DayFiles, detail: Detail) -> Result<Option<PartReader>, StoreError> {
        match self {
            Self::Segment(seq) => open_segment(connections, *seq, detail).await,
            Self::File(file) => {
                let opened = match files.open_all(&[*file]).await? {
                    Opened::All(mut files) => files.pop(),
                    Opened::Gone(_) => None,
                };
                opened.map(|file| PartReader::of_file(file, detail)).transpose()
            }
        }
    }
}

/// A part that is being read. What was opened can be read to its end, even when it has been deleted meanwhile.
#[derive(Debug)]
pub(crate) struct PartReader {
    uploads: Vec<UploadSeq>,
    /// None at the end.
    rest: Option<Rest>,
}

#[derive(Debug)]
enum Rest {
    Segment {
        seq: UploadSeq,
        ordinals: Vec<u32>,
        body: Vec<u8>,
        detail: Detail,
    },
    /// The file is held, so that nobody deletes it.
    File {
        batches: Box<Batches>,
        file: Arc<OpenDayFile>,
    },
}

impl PartReader {
    fn of_file(file: Arc<OpenDayFile>, detail: Detail) -> Result<Self, StoreError> {
        let names = (detail == Detail::Numbers).then_some(FILE_NUMBERS);
        let batches = Box::new(file.stream(names, ROWS_AT_ONCE_MAX, BYTES_AT_ONCE_MAX)?);
        let uploads = file.uploads().iter().map(|upload| upload.seq).collect();
        Ok(Self { uploads, rest: Some(Rest::File { batches, file }) })
    }

    /// The uploads whose executions it holds.
    pub(crate) fn uploads(&self) -> &[UploadSeq] {
        &self.uploads
    }

    /// The next rows: few enough to be held in memory. `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<DayRows>, StoreError> {
        let Some(rest) = self.rest.take() else { return Ok(None) };
        // Decoding is work for a processor, not for the threads that serve sockets.
        let read = tokio::task::spawn_blocking(move || rest.read()).await;
        let read = read.map_err(|error| StoreError::Internal(format!("reading executions: {error}")))??;
        Ok(read.map(|(rows, rest)| {
            self.rest = rest;
            rows
        }))
    }
}

impl Rest {
    fn read(self) -> Result<Option<(DayRows, Option<Self>)>, StoreError> {
        match self {
            Self::Segment { seq, ordinals, body, detail } => {
                let reader = SegmentReader::open(&body, (detail == Detail::Numbers).then_some(SEGMENT_NUMBERS))?;
                let rows = reader.rows(&reader.positions(None)?, &ordinals)?;
                Ok(Some((rows.into_iter().map(|row| (seq, row)).collect(), None)))
            }
            Self::File { mut batches, file } => {
                let Some(view) = batches.next_view()? else { return Ok(None) };
                let mut known = KnownTags::default();
                let rows = (0..view.rows()).map(|row| Ok((view.upload(row), view.row(row, &mut known)?)));
                Ok(Some((rows.collect::<Result<_, StoreError>>()?, Some(Self::File { batches, file }))))
            }
        }
    }
}

async fn open_segment(connections: &Connections, seq: UploadSeq, detail: Detail) -> Result<Option<PartReader>, StoreError> {
    let select = Statement::fixed("SELECT test_ordinals, body FROM segments WHERE upload_seq = $1").with(seq.0);
    let Some(row) = select.optional(&mut *connections.read().await?).await? else { return Ok(None) };
    let (ordinals, odd) = row.bytes("test_ordinals")?.as_chunks::<4>();
    if !odd.is_empty() {
        return Err(StoreError::Corrupt("segment: test ordinals".to_owned()));
    }
    let ordinals = ordinals.iter().map(|ordinal| u32::from_le_bytes(*ordinal)).collect();
    let body = row.bytes("body")?.to_vec();
    Ok(Some(PartReader { uploads: vec![seq], rest: Some(Rest::Segment { seq, ordinals, body, detail }) }))
}
