//! A segment: the executions of one upload as a record batch, encoded once.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_ipc::MetadataVersion;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::{Field, Schema};
use proctor_core::execution::Execution;
use proctor_core::id::SuiteId;
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::tags::TagSet;

use super::columns::{ClientIdColumn, NumberColumn, TextColumn, arrow_failed, u8_array, u32_array};
use super::compress::compress;
use super::dictionary::{DictionaryColumn, dictionary_array};
use super::failures::{FailureGroups, SegmentFailure};
use super::json::{write_failure, write_spans, write_tags};
use super::numbering::{Numbering, SegmentTests};
use crate::StoreError;

/// The key of the schema's metadata that names the format's version.
pub(super) const VERSION_KEY: &str = "proctor.segment";
/// The version that is written.
pub(super) const VERSION: &str = "1";

/// An encoded segment and what the catalog keeps beside it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Executions by result.
    pub counts: ResultCounts,
    /// The tests that occur, in the order of their first execution: the segment's own numbering of them.
    pub tests: SegmentTests,
    /// Its failures by fingerprint, in the order of their first execution.
    pub failures: Vec<SegmentFailure>,
    /// The encoded columns.
    pub bytes: Vec<u8>,
}

/// Takes in the executions of one upload, column by column.
#[derive(Debug)]
pub struct SegmentBuilder {
    tests: Numbering,
    counts: ResultCounts,
    failures: FailureGroups,
    index: Vec<u32>,
    test: Vec<u32>,
    result: Vec<u8>,
    flags: Vec<u8>,
    duration: NumberColumn,
    start_at: NumberColumn,
    end_at: NumberColumn,
    location: TextColumn,
    file_name: DictionaryColumn,
    selector: DictionaryColumn,
    tag_set: Vec<u32>,
    failure_reason: TextColumn,
    failure_expanded: TextColumn,
    spans: TextColumn,
    client_id: ClientIdColumn,
    external_id: ClientIdColumn,
    trace_id: ClientIdColumn,
}

impl SegmentBuilder {
    /// A builder for an upload to `suite`.
    #[must_use]
    pub fn new(suite: SuiteId) -> Self {
        Self {
            tests: Numbering::new(suite),
            counts: ResultCounts::default(),
            failures: FailureGroups::default(),
            index: Vec::new(),
            test: Vec::new(),
            result: Vec::new(),
            flags: Vec::new(),
            duration: NumberColumn::default(),
            start_at: NumberColumn::default(),
            end_at: NumberColumn::default(),
            location: TextColumn::default(),
            file_name: DictionaryColumn::default(),
            selector: DictionaryColumn::default(),
            tag_set: Vec::new(),
            failure_reason: TextColumn::default(),
            failure_expanded: TextColumn::default(),
            spans: TextColumn::default(),
            client_id: ClientIdColumn::default(),
            external_id: ClientIdColumn::default(),
            trace_id: ClientIdColumn::default(),
        }
    }

    /// Adds an execution.
    pub fn push(&mut self, execution: &Execution<'_>) {
        self.counts.add(execution.result);
        if execution.result == TestResult::Failed {
            self.failures.add(execution);
        }
        self.index.push(execution.index);
        self.test.push(self.tests.number(execution));
        self.result.push(execution.result.code());
        self.flags.push(execution.flags.bits());
        self.duration.push(execution.duration);
        self.start_at.push(execution.start_at);
        self.end_at.push(execution.end_at);
        self.location.push(execution.location.as_deref());
        self.file_name.push(execution.file_name.as_deref());
        self.selector.push(execution.selector.as_deref());
        self.tag_set.push(execution.tag_set);
        self.failure_reason.push(execution.failure_reason.as_deref());
        if execution.failure_expanded.is_empty() {
            self.failure_expanded.push(None);
        } else {
            self.failure_expanded.push_with(|out| write_failure(&execution.failure_expanded, out));
        }
        if execution.spans.is_empty() {
            self.spans.push(None);
        } else {
            self.spans.push_with(|out| write_spans(&execution.spans, out));
        }
        self.client_id.push(execution.client_id.as_deref());
        self.external_id.push(execution.external_id.as_deref());
        self.trace_id.push(execution.trace_id.as_deref());
    }

    /// How many executions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.test.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.test.is_empty()
    }

    /// For each test with an execution that is neither pending nor skipped, by its number in the segment: the tag set of the last one.
    #[must_use]
    pub fn deciding_tag_sets(&self) -> Vec<(u32, u32)> {
        let mut sets: Vec<Option<u32>> = vec![None; self.test.iter().max().map_or(0, |last| *last as usize + 1)];
        for ((test, result), set) in self.test.iter().zip(&self.result).zip(&self.tag_set) {
            if *result != TestResult::Pending.code() && *result != TestResult::Skipped.code() {
                sets[*test as usize] = Some(*set);
            }
        }
        (0..).zip(sets).filter_map(|(test, set)| set.map(|set| (test, set))).collect()
    }

    /// Encodes the segment. `tag_sets`: what [`Execution::tag_set`] points into.
    ///
    /// # Errors
    /// When the columns cannot be encoded.
    pub fn finish(self, tag_sets: &[TagSet]) -> Result<Segment, StoreError> {
        let rows = self.len();
        if self.tests.is_too_long() {
            return Err(StoreError::Internal("the names of the tests of one upload are larger than 4 GiB".to_owned()));
        }
        let is_counted = self.index.iter().zip(0..).all(|(index, row)| *index == row);
        let has_flags = self.flags.iter().any(|flags| *flags != 0);
        let array = |array: ArrayRef| Some(array);
        let columns: [(&str, Option<ArrayRef>); 17] = [
            ("index", if is_counted { None } else { array(Arc::new(u32_array(self.index))) }),
            ("test", array(Arc::new(u32_array(self.test)))),
            ("result", array(Arc::new(u8_array(self.result)))),
            ("duration", self.duration.finish()),
            ("start_at", self.start_at.finish()),
            ("end_at", self.end_at.finish()),
            ("location", self.location.finish()?),
            ("file_name", self.file_name.finish()?),
            ("selector", self.selector.finish()?),
            ("tags", tags_array(&self.tag_set, tag_sets)?),
            ("failure_reason", self.failure_reason.finish()?),
            ("failure_expanded", self.failure_expanded.finish()?),
            ("spans", self.spans.finish()?),
            ("client_id", self.client_id.finish()?),
            ("external_id", self.external_id.finish()?),
            ("trace_id", self.trace_id.finish()?),
            ("flags", if has_flags { array(Arc::new(u8_array(self.flags))) } else { None }),
        ];
        let bytes = compress(&stream(rows, columns)?)?;
        Ok(Segment { counts: self.counts, tests: self.tests.into_tests(), failures: self.failures.finish(), bytes })
    }
}

/// The tags of each row as JSON text, each distinct set once. Left out when no row has any.
fn tags_array(rows: &[u32], tag_sets: &[TagSet]) -> Result<Option<ArrayRef>, StoreError> {
    let set_of = |set: u32| tag_sets.get(set as usize);
    if rows.iter().all(|set| set_of(*set).is_none_or(TagSet::is_empty)) {
        return Ok(None);
    }
    let mut keys_of_sets: Vec<Option<i32>> = vec![None; tag_sets.len()];
    let mut values = TextColumn::default();
    let mut values_count = 0;
    let mut keys = Vec::with_capacity(rows.len());
    for set in rows {
        let slot = keys_of_sets.get_mut(*set as usize);
        let (Some(slot), Some(tags)) = (slot, set_of(*set)) else {
            return Err(StoreError::Internal(format!("there is no tag set {set}")));
        };
        keys.push(*slot.get_or_insert_with(|| {
            values.push_with(|out| write_tags(tags, out));
            values_count += 1;
            values_count - 1
        }));
    }
    dictionary_array(keys, false, values)
}

fn stream(rows: usize, columns: [(&str, Option<ArrayRef>); 17]) -> Result<Vec<u8>, StoreError> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, array) in columns {
        if let Some(array) = array {
            fields.push(Field::new(name, array.data_type().clone(), array.null_count() > 0));
            arrays.push(array);
        }
    }
    let metadata: HashMap<String, String> = [(VERSION_KEY.to_owned(), VERSION.to_owned())].into();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options).map_err(arrow_failed)?;
    // Eight bytes is the least alignment; the default of 64 would pad a small segment to twice its size.
    let options = IpcWriteOptions::try_new(8, false, MetadataVersion::V5).map_err(arrow_failed)?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).map_err(arrow_failed)?;
    writer.write(&batch).map_err(arrow_failed)?;
    writer.into_inner().map_err(arrow_failed)
}
