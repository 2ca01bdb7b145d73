//! Takes records in from a reader: rules of ingest, columns, receipt.

use proctor_core::execution::Normaliser;
use proctor_core::identity::EXECUTIONS_PER_UPLOAD_MAX;
use proctor_core::limits::{FAILURE_REASON_BYTES_MAX, RECEIPT_LINES_MAX};
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_core::tags::TagSet;
use proctor_core::text::cut;
use proctor_store::StoreError;
use proctor_store::catalog::uploads::{DecidingTags, ReceiptLines, WarningLine};
use proctor_store::executions::{Segment, SegmentBuilder};

/// Bytes that the notices of one upload may take together.
const NOTICES_BYTES_MAX: usize = 1024 * 1024;

/// Takes the records of one upload in.
pub(super) struct IngestSink {
    normaliser: Normaliser,
    segment: SegmentBuilder,
    receipt: ReceiptLines,
    records: u64,
    records_max: u64,
    /// Records of the documents before this one: indices go on from there.
    base: u64,
    notices: usize,
    notices_bytes: usize,
}

impl IngestSink {
    pub(super) fn new(normaliser: Normaliser, segment: SegmentBuilder, records_max: u64) -> Self {
        Self {
            normaliser,
            segment,
            receipt: ReceiptLines::default(),
            records: 0,
            records_max: records_max.min(u64::from(EXECUTIONS_PER_UPLOAD_MAX)),
            base: 0,
            notices: 0,
            notices_bytes: 0,
        }
    }

    /// The next document begins.
    /// Notes what was changed about the upload as a whole.
    pub(super) fn note(&mut self, warning: Warning) {
        note(&mut self.receipt, warning);
    }

    pub(super) fn next_document(&mut self) {
        self.base = self.records;
    }

    /// For each test the tags with these keys of the execution that decides on its labels. Costs nothing without keys.
    pub(super) fn deciding_tags(&self, keys: &[String]) -> Vec<DecidingTags> {
        if keys.is_empty() {
            return Vec::new();
        }
        let sets = self.normaliser.tag_sets();
        let of_set = |set: u32| -> TagSet {
            let value = |key: &String| sets.get(set as usize)?.get(key).map(|value| (key.clone(), value.to_owned()));
            keys.iter().filter_map(value).collect()
        };
        self.segment.deciding_tag_sets().into_iter().map(|(test, set)| DecidingTags { test, tags: of_set(set) }).collect()
    }

    /// The segment and the receipt.
    pub(super) fn finish(mut self) -> Result<(Segment, ReceiptLines), StoreError> {
        let unlisted = self.notices - self.receipt.notices.len();
        if unlisted > 0 {
            self.receipt.notices.push(Notice { message: format!("{unlisted} more notices are not listed"), detail: String::new() });
        }
        let segment = self.segment.finish(self.normaliser.tag_sets())?;
        Ok((segment, self.receipt))
    }

    fn count(&mut self) -> Result<(), TooManyRecords> {
        if self.records == self.records_max {
            return Err(TooManyRecords { limit: self.records_max });
        }
        self.records += 1;
        Ok(())
    }
}

impl RecordSink for IngestSink {
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        self.count()?;
        let index = u32::try_from(self.base + index).map_err(|_| TooManyRecords { limit: self.records_max })?;
        let Self { normaliser, segment, receipt, .. } = self;
        match normaliser.normalise(index, record, &mut |warning| note(receipt, warning)) {
            Ok(execution) => segment.push(&execution),
            Err(rejection) => leave_out(receipt, rejection),
        }
        Ok(())
    }

    fn reject(&mut self, mut rejection: Rejection) -> Result<(), TooManyRecords> {
        self.count()?;
        rejection.index += self.base;
        leave_out(&mut self.receipt, rejection);
        Ok(())
    }

    fn warn(&mut self, mut warning: Warning) {
        warning.index = warning.index.map(|index| index + self.base);
        note(&mut self.receipt, warning);
    }

    fn notice(&mut self, mut notice: Notice) {
        self.notices += 1;
        let left = NOTICES_BYTES_MAX.saturating_sub(self.notices_bytes);
        // One line is kept for the remark that there are more.
        if self.receipt.notices.len() + 1 < RECEIPT_LINES_MAX && left > 0 {
            notice.message.truncate(cut(&notice.message, FAILURE_REASON_BYTES_MAX.min(left)).len());
            notice.detail.truncate(cut(&notice.detail, FAILURE_REASON_BYTES_MAX.min(left)).len());
            self.notices_bytes += notice.message.len() + notice.detail.len();
            self.receipt.notices.push(notice);
        }
    }
}

fn leave_out(receipt: &mut ReceiptLines, rejection: Rejection) {
    receipt.skipped += 1;
    if receipt.problems.len() < RECEIPT_LINES_MAX {
        receipt.problems.push(rejection);
    }
}

fn note(receipt: &mut ReceiptLines, warning: Warning) {
    receipt.warnings_total += 1;
    if receipt.warnings.len() < RECEIPT_LINES_MAX {
        let Warning { index, kind, message } = warning;
        receipt.warnings.push(WarningLine { index, code: kind.code().to_owned(), message: message.into_owned() });
    }
}
