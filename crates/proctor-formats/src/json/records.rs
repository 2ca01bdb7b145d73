//! What readers of JSON reports share: counting records, and remarks that wait for the fate of their record.

use std::borrow::Cow;

use proctor_core::limits::FAILURE_REASON_BYTES_MAX;
use proctor_core::receipt::{Notice, RejectReason, Rejection, Warning, WarningKind};
use proctor_core::record::{Record, RecordSink};
use proctor_core::text::{cut, cut_cow};

use super::fault::Halt;
use super::reader::{Kind, Reader};
use super::slot::Slot;

/// The records of one document on their way to the sink.
pub(crate) struct Records<'s> {
    sink: &'s mut dyn RecordSink,
    index: u64,
    /// Remarks about the record that is being read.
    pub(crate) remarks: Remarks,
}

impl<'s> Records<'s> {
    pub(crate) fn new(sink: &'s mut dyn RecordSink) -> Self {
        Self { sink, index: 0, remarks: Remarks::default() }
    }

    /// Hands over a record; rejects it if its name is blank. Remarks about a rejected record are dropped.
    pub(crate) fn accept(&mut self, record: Record<'_>) -> Result<(), Halt> {
        if record.name.trim().is_empty() {
            return self.reject(RejectReason::NameMissing, "name is missing");
        }
        for (kind, message) in self.remarks.0.drain(..) {
            self.sink.warn(Warning { index: Some(self.index), kind, message: message.into() });
        }
        let index = self.index;
        self.index += 1;
        Ok(self.sink.accept(index, record)?)
    }

    fn reject(&mut self, reason: RejectReason, message: &str) -> Result<(), Halt> {
        self.remarks.0.clear();
        let index = self.index;
        self.index += 1;
        Ok(self.sink.reject(Rejection { index, reason, message: message.to_owned() })?)
    }

    /// Whether an object comes next; anything else in its place is passed over and rejected.
    pub(crate) fn is_object(&mut self, reader: &mut Reader<'_>) -> Result<bool, Halt> {
        if reader.peek()? == Kind::Object {
            return Ok(true);
        }
        reader.skip()?;
        self.reject(RejectReason::NotAnObject, "the result is not an object")?;
        Ok(false)
    }

    /// Notes trouble outside of tests; `detail` is cut to its bound.
    pub(crate) fn notice(&mut self, message: String, detail: &str) {
        self.sink.notice(Notice { message, detail: cut(detail, FAILURE_REASON_BYTES_MAX).to_owned() });
    }

    /// Notes a value of the wrong type outside of records.
    pub(crate) fn wrong_type(&mut self, message: &'static str) {
        self.sink.warn(Warning { index: None, kind: WarningKind::WrongType, message: message.into() });
    }
}

/// A text that many records share, bounded so that a document cannot be made to unfold into something far larger. What is
/// left of a longer one is still over `bytes_max`, so that the rule about its length sees it.
pub(crate) fn shared(text: Cow<'_, str>, bytes_max: usize) -> Cow<'_, str> {
    cut_cow(text, bytes_max + 4).0
}

/// Remarks about one record; kept until it is known whether the record is taken in.
#[derive(Debug, Default)]
pub(crate) struct Remarks(Vec<(WarningKind, &'static str)>);

impl Remarks {
    pub(crate) fn add(&mut self, kind: WarningKind, message: &'static str) {
        // One line of each sort is enough, and it bounds what a record full of trouble costs.
        if !self.0.contains(&(kind, message)) {
            self.0.push((kind, message));
        }
    }

    pub(crate) fn wrong_type(&mut self, message: &'static str) {
        self.add(WarningKind::WrongType, message);
    }

    /// A duration in seconds, from a field that counts `per_second` to the second.
    pub(crate) fn seconds(&mut self, field: Option<Slot<'_>>, per_second: f64) -> Option<f64> {
        let value = field?.number().unwrap_or(-1.0) / per_second;
        if value >= 0.0 {
            return Some(value.abs());
        }
        self.add(WarningKind::DurationUnreadable, "duration is negative or not a number");
        None
    }

    /// A field that holds text; numbers and booleans become text.
    pub(crate) fn text<'a>(&mut self, field: Option<Slot<'a>>, message: &'static str) -> Option<Cow<'a, str>> {
        let text = field?.text();
        if text.is_none() {
            self.wrong_type(message);
        }
        text
    }
}
