//! Which columns a day file has, and how each is written.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::super::text_values::TextValues;
use super::super::view::{MICROS_PER_SECOND, Numbers, View, seconds_of};
use crate::StoreError;

/// The key of the metadata that names the format's version.
pub(super) const VERSION_KEY: &str = "proctor.day_file";
/// The version that is written.
pub(super) const VERSION: &str = "1";
/// The key of the metadata that lists the uploads inside.
pub(super) const UPLOADS_KEY: &str = "proctor.uploads";

/// Most of a file is durations, which no level makes smaller; the text of failures gains from this one.
const ZSTD_LEVEL: i32 = 6;
/// Rows of a data page: what is decompressed at the least to read one row. As small in unit tests that a few rows cross its bounds.
const PAGE_ROWS_MAX: usize = if cfg!(test) { 2 } else { 8_192 };
/// Rows that are encoded before the size of a page is looked at again.
const WRITE_ROWS: usize = if cfg!(test) { 2 } else { 1_024 };
/// Rows of a row group; each has dictionaries of its own.
const ROW_GROUP_ROWS_MAX: usize = if cfg!(test) { 5 } else { 1 << 20 };
/// A dictionary that grows larger than this many bytes is given up, for values page by page.
const DICTIONARY_BYTES_MAX: usize = 4 << 20;
/// Microseconds that a decimal of nine digits holds.
const FEW_MICROS: u64 = 1_000_000_000;
/// Microseconds that a decimal of eighteen digits holds.
const MICROS: u64 = 1_000_000_000_000_000_000;

/// How numbers of seconds are kept. Later ones hold all that earlier ones do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NumberKind {
    Absent,
    FewMicros,
    Micros,
    Seconds,
}

/// How text is kept. Later ones hold all that earlier ones do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextKind {
    Absent,
    Uuids,
    Text,
}

/// The columns that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) duration: NumberKind,
    pub(super) start_at: NumberKind,
    pub(super) end_at: NumberKind,
    pub(super) branch: TextKind,
    pub(super) location: TextKind,
    pub(super) file_name: TextKind,
    pub(super) selector: TextKind,
    pub(super) tags: TextKind,
    pub(super) failure_reason: TextKind,
    pub(super) failure_expanded: TextKind,
    pub(super) spans: TextKind,
    pub(super) client_id: TextKind,
    pub(super) external_id: TextKind,
    pub(super) trace_id: TextKind,
    pub(super) has_flags: bool,
}

impl Layout {
    /// Of no rows at all.
    pub(super) const EMPTY: Self = Self {
        duration: NumberKind::Absent,
        start_at: NumberKind::Absent,
        end_at: NumberKind::Absent,
        branch: TextKind::Absent,
        location: TextKind::Absent,
        file_name: TextKind::Absent,
        selector: TextKind::Absent,
        tags: TextKind::Absent,
        failure_reason: TextKind::Absent,
        failure_expanded: TextKind::Absent,
        spans: TextKind::Absent,
        client_id: TextKind::Absent,
        external_id: TextKind::Absent,
        trace_id: TextKind::Absent,
        has_flags: false,
    };

    /// What the rows of a segment need.
    pub(super) fn of_view(view: &View) -> Self {
        let has_branch = (0..view.rows()).any(|row| view.branch(row).is_some());
        Self {
            duration: number_kind(&view.duration),
            start_at: number_kind(&view.start_at),
            end_at: number_kind(&view.end_at),
            branch: if has_branch { TextKind::Text } else { TextKind::Absent },
            location: text_kind(&view.location),
            file_name: text_kind(&view.file_name),
            selector: text_kind(&view.selector),
            tags: text_kind(&view.tags),
            failure_reason: text_kind(&view.failure_reason),
            failure_expanded: text_kind(&view.failure_expanded),
            spans: text_kind(&view.spans),
            client_id: text_kind(&view.client_id),
            external_id: text_kind(&view.external_id),
            trace_id: text_kind(&view.trace_id),
            has_flags: view.flags.as_ref().is_some_and(|flags| flags.iter().any(|flags| *flags != 0)),
        }
    }

    /// What the rows of a file need, by its schema.
    pub(super) fn of_schema(schema: &Schema) -> Self {
        let number = |name: &str| match schema.field_with_name(name).map(Field::data_type) {
            Err(_) => NumberKind::Absent,
            Ok(DataType::Decimal32(..)) => NumberKind::FewMicros,
            Ok(DataType::Decimal64(..)) => NumberKind::Micros,
            Ok(_) => NumberKind::Seconds,
        };
        let text = |name: &str| match schema.field_with_name(name).map(Field::data_type) {
            Err(_) => TextKind::Absent,
            Ok(DataType::FixedSizeBinary(_)) => TextKind::Uuids,
            Ok(_) => TextKind::Text,
        };
        Self {
            duration: number("duration"),
            start_at: number("start_at"),
            end_at: number("end_at"),
            branch: text("branch"),
            location: text("location"),
            file_name: text("file_name"),
            selector: text("selector"),
            tags: text("tags"),
            failure_reason: text("failure_reason"),
            failure_expanded: text("failure_expanded"),
            spans: text("spans"),
            client_id: text("client_id"),
            external_id: text("external_id"),
            trace_id: text("trace_id"),
            has_flags: schema.field_with_name("flags").is_ok(),
        }
    }

    /// What the rows of both need.
    pub(super) fn with(&self, other: &Self) -> Self {
        Self {
            duration: self.duration.max(other.duration),
            start_at: self.start_at.max(other.start_at),
            end_at: self.end_at.max(other.end_at),
            branch: self.branch.max(other.branch),
            location: self.location.max(other.location),
            file_name: self.file_name.max(other.file_name),
            selector: self.selector.max(other.selector),
            tags: self.tags.max(other.tags),
            failure_reason: self.failure_reason.max(other.failure_reason),
            failure_expanded: self.failure_expanded.max(other.failure_expanded),
            spans: self.spans.max(other.spans),
            client_id: self.client_id.max(other.client_id),
            external_id: self.external_id.max(other.external_id),
            trace_id: self.trace_id.max(other.trace_id),
            has_flags: self.has_flags | other.has_flags,
        }
    }

    /// The columns as they are handed to the writer: [`super::gather`] fills them in this order.
    pub(super) fn schema(&self) -> SchemaRef {
        let required = |name: &str, kind: DataType| Some(Field::new(name, kind, false));
        let number = |name: &str, kind: NumberKind| kind.data_type().map(|kind| Field::new(name, kind, true));
        let text = |name: &str, kind: TextKind| kind.data_type().map(|kind| Field::new(name, kind, true));
        let fields = [
            required("test", DataType::UInt32),
            required("received_at", received_at_type()),
            required("upload", DataType::Int64),
            required("index", DataType::UInt32),
            required("result", DataType::Utf8),
            number("duration", self.duration),
            number("start_at", self.start_at),
            number("end_at", self.end_at),
            text("branch", self.branch),
            text("location", self.location),
            text("file_name", self.file_name),
            text("selector", self.selector),
            text("tags", self.tags),
            text("failure_reason", self.failure_reason),
            text("failure_expanded", self.failure_expanded),
            text("spans", self.spans),
            text("client_id", self.client_id),
            text("external_id", self.external_id),
            text("trace_id", self.trace_id),
            if self.has_flags { required("flags", DataType::UInt8) } else { None },
        ];
        Arc::new(Schema::new(fields.into_iter().flatten().collect::<Vec<_>>()))
    }
}

impl NumberKind {
    fn data_type(self) -> Option<DataType> {
        match self {
            Self::Absent => None,
            Self::FewMicros => Some(DataType::Decimal32(9, 6)),
            Self::Micros => Some(DataType::Decimal64(18, 6)),
            Self::Seconds => Some(DataType::Float64),
        }
    }
}

impl TextKind {
    fn data_type(self) -> Option<DataType> {
        match self {
            Self::Absent => None,
            Self::Uuids => Some(DataType::FixedSizeBinary(16)),
            Self::Text => Some(DataType::Utf8),
        }
    }
}

pub(super) fn received_at_type() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

/// Columns whose values come again and again: the reader gets them as dictionaries.
pub(super) const DICTIONARIES: &[&str] = &["result", "branch", "location", "file_name", "selector", "tags"];

/// Encodings chosen by bytes per row of a year-one day. Numbers that follow one another are deltas; durations are split into their
/// bytes, of which the high ones repeat; text of failures is left to zstd, page by page, so that one row needs one page.
pub(super) fn properties() -> Result<WriterProperties, StoreError> {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(|error| StoreError::Internal(format!("zstd: {error}")))?;
    let column = |name: &str| ColumnPath::new(vec![name.to_owned()]);
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(concat!("proctor ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_data_page_row_count_limit(PAGE_ROWS_MAX)
        .set_write_batch_size(WRITE_ROWS)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_enabled(false);
    for name in DICTIONARIES.iter().chain(&["received_at", "upload", "flags"]) {
        builder = builder
            .set_column_dictionary_enabled(column(name), true)
            .set_column_dictionary_page_size_limit(column(name), DICTIONARY_BYTES_MAX);
    }
    for name in ["test", "index"] {
        builder = builder.set_column_encoding(column(name), Encoding::DELTA_BINARY_PACKED);
    }
    for name in ["duration", "start_at", "end_at"] {
        builder = builder.set_column_encoding(column(name), Encoding::BYTE_STREAM_SPLIT);
    }
    for name in ["failure_reason", "failure_expanded", "spans", "client_id", "external_id", "trace_id"] {
        builder = builder.set_column_statistics_enabled(column(name), EnabledStatistics::None);
    }
    Ok(builder.set_column_statistics_enabled(column("test"), EnabledStatistics::Page).build())
}

/// The whole microseconds that give back exactly these seconds.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit does not come back the same")]
pub(super) fn micros_of(seconds: f64) -> Option<i64> {
    let micros = (seconds * MICROS_PER_SECOND).round() as i64;
    (micros.unsigned_abs() < MICROS && seconds_of(micros).to_bits() == seconds.to_bits()).then_some(micros)
}

fn number_kind(numbers: &Numbers) -> NumberKind {
    let Numbers::Seconds(seconds) = numbers else {
        return match numbers {
            Numbers::Absent => NumberKind::Absent,
            Numbers::FewMicros(_) => NumberKind::FewMicros,
            Numbers::Micros(_) => NumberKind::Micros,
            Numbers::Seconds(_) => NumberKind::Seconds,
        };
    };
    let kind_of = |seconds: f64| match micros_of(seconds) {
        Some(micros) if micros.unsigned_abs() < FEW_MICROS => NumberKind::FewMicros,
        Some(_) => NumberKind::Micros,
        None => NumberKind::Seconds,
    };
    seconds.iter().flatten().map(kind_of).max().unwrap_or(NumberKind::Absent)
}

const fn text_kind(values: &TextValues) -> TextKind {
    match values {
        TextValues::Absent => TextKind::Absent,
        TextValues::Uuids(_) => TextKind::Uuids,
        TextValues::Plain(_) | TextValues::Keys(..) => TextKind::Text,
    }
}
