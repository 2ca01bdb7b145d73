//! The JSON inside of columns: read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proctor_core::record::{FailureDetail, Span, SpanDetail};
use proctor_core::tags::TagSet;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::StoreError;

/// Reads an object of tags.
pub(crate) fn read_tags(text: &str) -> Result<TagSet, StoreError> {
    let tags: BTreeMap<String, String> = parse(text)?;
    Ok(tags.into_iter().collect())
}

/// Reads `failure_expanded`.
pub(super) fn read_failure(text: &str) -> Result<Vec<FailureDetail<'static>>, StoreError> {
    let details: Vec<DetailIn> = parse(text)?;
    let lines = |lines: Vec<String>| lines.into_iter().map(Cow::Owned).collect();
    Ok(details
        .into_iter()
        .map(|DetailIn { expanded, backtrace }| FailureDetail { expanded: lines(expanded), backtrace: lines(backtrace) })
        .collect())
}

/// Reads `spans`.
pub(super) fn read_spans(text: &str) -> Result<Vec<Span<'static>>, StoreError> {
    let spans: Vec<SpanIn<'_>> = parse(text)?;
    spans.into_iter().map(span_of).collect()
}

#[derive(Deserialize)]
struct DetailIn {
    expanded: Vec<String>,
    backtrace: Vec<String>,
}

#[derive(Deserialize)]
struct SpanIn<'a> {
    section: String,
    // As written: serde_json's own reading of numbers may be off by the last bit.
    #[serde(borrow, default)]
    start_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    end_at: Option<&'a RawValue>,
    #[serde(borrow, default)]
    duration: Option<&'a RawValue>,
    #[serde(default)]
    detail: Option<DetailText>,
    #[serde(borrow, default)]
    children: Vec<SpanIn<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DetailText {
    Text(String),
    Fields(Vec<(String, String)>),
}

fn span_of(span: SpanIn<'_>) -> Result<Span<'static>, StoreError> {
    let SpanIn { section, start_at, end_at, duration, detail, children } = span;
    Ok(Span {
        section: Cow::Owned(section),
        start_at: number(start_at)?,
        end_at: number(end_at)?,
        duration: number(duration)?,
        detail: match detail {
            None => SpanDetail::None,
            Some(DetailText::Text(text)) => SpanDetail::Text(Cow::Owned(text)),
            Some(DetailText::Fields(fields)) => {
                SpanDetail::Fields(fields.into_iter().map(|(key, value)| (Cow::Owned(key), Cow::Owned(value))).collect())
            }
        },
        children: children.into_iter().map(span_of).collect::<Result<_, _>>()?,
    })
}

fn number(raw: Option<&RawValue>) -> Result<Option<f64>, StoreError> {
    let parse = |raw: &RawValue| raw.get().trim_matches('"').parse().map_err(|_| StoreError::Corrupt("number of a span".to_owned()));
    raw.map(parse).transpose()
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("JSON of a column: {error}")))
}
