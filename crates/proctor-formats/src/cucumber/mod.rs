//! Format `cucumber-json`: what Cucumber's JSON formatters write (`uploads.md`, 7.4).
//!
//! Behave's JSON comes under the same name: it has `location` in place of `uri` and `line`, and counts seconds.

mod element;
mod step;

use std::borrow::Cow;

use proctor_core::limits::{IDENTITY_BYTES_MAX, PATH_BYTES_MAX};
use proctor_core::record::RecordSink;

use crate::error::ParseError;
use crate::json::{Halt, Kind, Reader, Records, Slot, read_report, shared};
use element::{FeatureFields, read_element};
use step::Step;

/// Reads features and hands their scenarios to `sink`. An empty body is no features.
pub(crate) fn parse(document: &[u8], sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    // Blanks, byte-order marks, and the NUL bytes of blanks in UTF-16.
    let is_blank = document.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    if is_blank {
        return Ok(());
    }
    read_report(document, b"[{", "Cucumber features, an array of objects with `elements`", sink, |reader, sink| {
        let root = reader.slot()?;
        let mut records = Records::new(sink);
        let mut reader = root.reader();
        if root.kind() == Kind::Object {
            return read_feature(&mut reader, &mut records);
        }
        reader.enter_array()?;
        let (mut items, mut features) = (0_u64, 0_u64);
        while reader.item()? {
            items += 1;
            if read_feature(&mut reader, &mut records)? {
                features += 1;
            }
        }
        Ok(items == 0 || features > 0)
    })
}

/// Reads one feature; says whether it is one.
fn read_feature(reader: &mut Reader<'_>, records: &mut Records<'_>) -> Result<bool, Halt> {
    let [uri, location, name, elements] = reader.fields(["uri", "location", "name", "elements"])?;
    if uri.is_none() && elements.is_none() {
        return Ok(false);
    }
    let file = uri.and_then(Slot::text);
    let is_behave = file.is_none() && location.is_some();
    let feature = FeatureFields {
        name: shared(name.and_then(Slot::text).unwrap_or_default(), IDENTITY_BYTES_MAX),
        file: file
            .or_else(|| location.and_then(Slot::string).map(|location| without_line(&location)))
            .map(|file| shared(file, PATH_BYTES_MAX)),
        is_behave,
    };
    let Some(elements) = elements.filter(|elements| elements.kind() == Kind::Array) else { return Ok(true) };
    let mut reader = elements.reader();
    reader.enter_array()?;
    let mut background: Vec<Step<'_>> = Vec::new();
    while reader.item()? {
        if !records.is_object(&mut reader)? {
            continue;
        }
        if let Some(record) = read_element(&mut reader, &feature, &mut background, &mut records.remarks)? {
            records.accept(record)?;
        }
    }
    Ok(true)
}

/// `features/a.feature:6` without its line.
fn without_line(location: &str) -> Cow<'static, str> {
    let file = match location.rsplit_once(':') {
        Some((file, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => file,
        _ => location,
    };
    Cow::Owned(file.to_owned())
}
