//! Rows of several sources, brought into one record batch.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Decimal32Array, Decimal64Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray, UInt8Array,
    UInt32Array,
};
use arrow_schema::SchemaRef;
use proctor_core::result::TestResult;

use super::super::columns::arrow_failed;
use super::super::text_values::TextValues;
use super::super::view::{Numbers, View, damaged};
use super::layout::{Layout, NumberKind, TextKind, micros_of};
use crate::StoreError;

/// An object without members.
const NO_TAGS: &str = "{}";

/// A row: which source, which of its rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowRef {
    pub(super) source: u32,
    pub(super) row: u32,
}

/// Gathers rows into batches with the columns of a layout.
pub(super) struct Gather<'a> {
    layout: &'a Layout,
    schema: SchemaRef,
}

impl<'a> Gather<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self { layout, schema: layout.schema() }
    }

    /// The rows, in their order.
    pub(super) fn batch(&self, views: &[Option<View>], rows: &[RowRef]) -> Result<RecordBatch, StoreError> {
        let rows = Rows::of(views, rows)?;
        let Layout {
            duration,
            start_at,
            end_at,
            branch,
            location,
            file_name,
            selector,
            tags,
            failure_reason,
            failure_expanded,
            spans,
            client_id,
            external_id,
            trace_id,
            has_flags,
        } = *self.layout;
        let received_at = TimestampMillisecondArray::from_iter_values(rows.each(View::received_at)).with_timezone("UTC");
        let branch = (branch != TextKind::Absent).then(|| rows.strings(View::branch));
        let tags = (tags != TextKind::Absent).then(|| rows.strings(|view, row| view.tags.plain(row).filter(|tags| *tags != NO_TAGS)));
        let flags = has_flags.then(|| Arc::new(UInt8Array::from_iter_values(rows.each(View::flags))) as ArrayRef);
        let columns = [
            Some(Arc::new(UInt32Array::from_iter_values(rows.each(|view, row| view.test[row]))) as ArrayRef),
            Some(Arc::new(received_at)),
            Some(Arc::new(Int64Array::from_iter_values(rows.each(|view, row| view.upload(row).0)))),
            Some(Arc::new(UInt32Array::from_iter_values(rows.each(View::index)))),
            Some(rows.results()?),
            rows.numbers(duration, |view| &view.duration)?,
            rows.numbers(start_at, |view| &view.start_at)?,
            rows.numbers(end_at, |view| &view.end_at)?,
            branch,
            rows.text(location, |view| &view.location)?,
            rows.text(file_name, |view| &view.file_name)?,
            rows.text(selector, |view| &view.selector)?,
            tags,
            rows.text(failure_reason, |view| &view.failure_reason)?,
            rows.text(failure_expanded, |view| &view.failure_expanded)?,
            rows.text(spans, |view| &view.spans)?,
            rows.text(client_id, |view| &view.client_id)?,
            rows.text(external_id, |view| &view.external_id)?,
            rows.text(trace_id, |view| &view.trace_id)?,
            flags,
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns.into_iter().flatten().collect()).map_err(arrow_failed)
    }
}

/// The rows with their views.
struct Rows<'v>(Vec<(&'v View, usize)>);

impl<'v> Rows<'v> {
    fn of(views: &'v [Option<View>], rows: &[RowRef]) -> Result<Self, StoreError> {
        let at = |row: &RowRef| {
            let view = views.get(row.source as usize).and_then(Option::as_ref);
            view.map(|view| (view, row.row as usize)).ok_or_else(|| StoreError::Internal("a row of no source".to_owned()))
        };
        rows.iter().map(at).collect::<Result<_, _>>().map(Self)
    }

    fn each<T>(&self, value: impl Fn(&'v View, usize) -> T) -> impl Iterator<Item = T> {
        self.0.iter().map(move |(view, row)| value(view, *row))
    }

    fn results(&self) -> Result<ArrayRef, StoreError> {
        let word_of =
            |view: &View, row: usize| TestResult::from_code(view.result[row]).map(TestResult::as_str).ok_or_else(|| damaged("result"));
        let words: Vec<&str> = self.each(word_of).collect::<Result<_, _>>()?;
        Ok(Arc::new(StringArray::from_iter_values(words)))
    }

    fn strings(&self, value: impl Fn(&'v View, usize) -> Option<&'v str>) -> ArrayRef {
        Arc::new(self.each(value).collect::<StringArray>())
    }

    fn numbers(&self, kind: NumberKind, column: impl Fn(&View) -> &Numbers) -> Result<Option<ArrayRef>, StoreError> {
        let seconds = |view: &View, row: usize| column(view).get(row);
        let micros = |view: &View, row: usize| column(view).get(row).map(|seconds| micros_of(seconds).unwrap_or_default());
        let of_digits = |array: Result<ArrayRef, arrow_schema::ArrowError>| array.map(Some).map_err(arrow_failed);
        match kind {
            NumberKind::Absent => Ok(None),
            NumberKind::Seconds => Ok(Some(Arc::new(self.each(seconds).collect::<Float64Array>()))),
            NumberKind::Micros => {
                let micros: Decimal64Array = self.each(micros).collect();
                of_digits(micros.with_precision_and_scale(18, 6).map(|array| Arc::new(array) as ArrayRef))
            }
            NumberKind::FewMicros => {
                let few = |view: &View, row: usize| micros(view, row).map(|micros| i32::try_from(micros).unwrap_or_default());
                let micros: Decimal32Array = self.each(few).collect();
                of_digits(micros.with_precision_and_scale(9, 6).map(|array| Arc::new(array) as ArrayRef))
            }
        }
    }

    fn text(&self, kind: TextKind, column: impl Fn(&View) -> &TextValues) -> Result<Option<ArrayRef>, StoreError> {
        match kind {
            TextKind::Absent => Ok(None),
            TextKind::Uuids => {
                let mut uuids = FixedSizeBinaryBuilder::with_capacity(self.0.len(), 16);
                for (view, row) in &self.0 {
                    match column(view).uuid(*row) {
                        Some(uuid) => uuids.append_value(uuid).map_err(arrow_failed)?,
                        None => uuids.append_null(),
                    }
                }
                Ok(Some(Arc::new(uuids.finish())))
            }
            TextKind::Text => {
                let mut text = StringBuilder::new();
                self.0.iter().for_each(|(view, row)| text.append_option(column(view).get(*row).as_ref().map(|text| text.as_str())));
                Ok(Some(Arc::new(text.finish())))
            }
        }
    }
}
