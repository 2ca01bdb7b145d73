//! Spans of an execution's history (`uploads.md`, 6.2).

use std::borrow::Cow;

use proctor_core::limits::{SPAN_DEPTH_MAX, SPANS_PER_EXECUTION_MAX};
use proctor_core::receipt::WarningKind;
use proctor_core::record::{Span, SpanDetail};

use super::record::{clock, duration};
use crate::json::{JsonError, Kind, Reader, Remarks, Scalar};

/// Reads the spans of one execution and counts them; what goes beyond the bounds is passed over.
pub(super) struct Spans<'r> {
    remarks: &'r mut Remarks,
    count: usize,
}

impl<'r> Spans<'r> {
    pub(super) fn new(remarks: &'r mut Remarks) -> Self {
        Self { remarks, count: 0 }
    }

    /// Reads `history.children`.
    pub(super) fn read<'a>(mut self, reader: &mut Reader<'a>) -> Result<Vec<Span<'a>>, JsonError> {
        self.children(reader, 1)
    }

    /// Reads an array of spans that are `depth` levels down. Recursive, as deep as the bound.
    fn children<'a>(&mut self, reader: &mut Reader<'a>, depth: usize) -> Result<Vec<Span<'a>>, JsonError> {
        let mut spans = Vec::new();
        match reader.peek()? {
            Kind::Array => reader.enter_array()?,
            Kind::Null => return reader.null().map(|()| spans),
            _ => {
                self.remarks.wrong_type("children of a span is not an array");
                return reader.skip().map(|()| spans);
            }
        }
        while reader.item()? {
            if reader.peek()? != Kind::Object {
                self.remarks.wrong_type("a span is not an object");
                reader.skip()?;
            } else if depth > SPAN_DEPTH_MAX || self.count == SPANS_PER_EXECUTION_MAX {
                self.remarks.add(WarningKind::Truncated, "spans beyond the limit were dropped");
                reader.skip()?;
            } else {
                self.count += 1;
                spans.push(self.span(reader, depth)?);
            }
        }
        Ok(spans)
    }

    fn span<'a>(&mut self, reader: &mut Reader<'a>, depth: usize) -> Result<Span<'a>, JsonError> {
        let mut span = Span {
            section: Cow::Borrowed(""),
            start_at: None,
            end_at: None,
            duration: None,
            detail: SpanDetail::None,
            children: Vec::new(),
        };
        reader.enter_object()?;
        while let Some(key) = reader.key()? {
            match &*key {
                "section" => span.section = reader.scalar()?.into_text().unwrap_or_default(),
                "start_at" => span.start_at = clock(reader, self.remarks)?,
                "end_at" => span.end_at = clock(reader, self.remarks)?,
                "duration" => span.duration = duration(reader, self.remarks)?,
                "detail" => span.detail = read_detail(reader)?,
                "children" => span.children = self.children(reader, depth + 1)?,
                _ => reader.skip()?,
            }
        }
        Ok(span)
    }
}

/// A detail: an object, a text (elixir, dotnet), or nothing. An array stays JSON text.
fn read_detail<'a>(reader: &mut Reader<'a>) -> Result<SpanDetail<'a>, JsonError> {
    if reader.peek()? != Kind::Object {
        let text = match reader.scalar()? {
            Scalar::Nested(raw) => Some(Cow::Borrowed(raw)),
            scalar => scalar.into_text(),
        };
        return Ok(text.filter(|text| !text.is_empty()).map_or(SpanDetail::None, SpanDetail::Text));
    }
    let mut fields = Vec::new();
    reader.enter_object()?;
    while let Some(key) = reader.key()? {
        let value = match reader.scalar()? {
            Scalar::Nested(raw) => Cow::Borrowed(raw),
            Scalar::Null => Cow::Borrowed("null"),
            scalar => scalar.into_text().unwrap_or_default(),
        };
        fields.push((key, value));
    }
    Ok(if fields.is_empty() { SpanDetail::None } else { SpanDetail::Fields(fields) })
}
