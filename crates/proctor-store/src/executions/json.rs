//! The JSON inside of columns: written.

use proctor_core::record::{FailureDetail, Span, SpanDetail};
use proctor_core::tags::TagSet;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// Appends the tags as an object.
pub(super) fn write_tags(tags: &TagSet, out: &mut Vec<u8>) {
    write(&Tags(tags), out);
}

/// Appends `failure_expanded`.
pub(super) fn write_failure(details: &[FailureDetail<'_>], out: &mut Vec<u8>) {
    write(&Failure(details), out);
}

/// Appends `spans`.
pub(super) fn write_spans(spans: &[Span<'_>], out: &mut Vec<u8>) {
    write(&Spans(spans), out);
}

fn write(value: &impl Serialize, out: &mut Vec<u8>) {
    // Neither these values nor a vector can refuse.
    _ = serde_json::to_writer(out, value);
}

struct Tags<'a>(&'a TagSet);

impl Serialize for Tags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.as_slice().iter().map(|(key, value)| (key, value)))
    }
}

struct Failure<'a>(&'a [FailureDetail<'a>]);

impl Serialize for Failure<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Detail))
    }
}

struct Detail<'a>(&'a FailureDetail<'a>);

impl Serialize for Detail<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let FailureDetail { expanded, backtrace } = self.0;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("expanded", expanded)?;
        map.serialize_entry("backtrace", backtrace)?;
        map.end()
    }
}

struct Spans<'a>(&'a [Span<'a>]);

impl Serialize for Spans<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(SpanOut))
    }
}

struct SpanOut<'a>(&'a Span<'a>);

impl Serialize for SpanOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Span { section, start_at, end_at, duration, detail, children } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("section", section)?;
        for (key, number) in [("start_at", start_at), ("end_at", end_at), ("duration", duration)] {
            if let Some(number) = number {
                map.serialize_entry(key, &Number(*number))?;
            }
        }
        match detail {
            SpanDetail::None => {}
            SpanDetail::Text(text) => map.serialize_entry("detail", text)?,
            SpanDetail::Fields(fields) => map.serialize_entry("detail", &Fields(fields))?,
        }
        if !children.is_empty() {
            map.serialize_entry("children", &Spans(children))?;
        }
        map.end()
    }
}

/// JSON has no word for the numbers that are none; they are kept as text.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() { serializer.serialize_f64(self.0) } else { serializer.collect_str(&self.0) }
    }
}

/// Pairs, because a sender may give a key twice.
struct Fields<'a>(&'a [(std::borrow::Cow<'a, str>, std::borrow::Cow<'a, str>)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for pair in self.0 {
            seq.serialize_element(pair)?;
        }
        seq.end()
    }
}
