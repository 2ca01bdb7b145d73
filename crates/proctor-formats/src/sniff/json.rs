//! JSON, told apart by its keys.

use std::borrow::Cow;

use proctor_core::format::ReportFormat;

use super::Shape;
use crate::json::{JsonError, Kind, Reader};

/// Lines that may look like JSON and be none before the one that is.
const FALSE_STARTS_MAX: usize = 100;
/// Keys of one object looked at.
const KEYS_MAX: usize = 64;

/// Recognises a JSON document or the first of the events of one, behind whatever lines come first.
pub(super) fn shape_of(text: &str) -> Option<Shape> {
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
    starts
        .filter(|start| text[*start..].trim_start_matches([' ', '\t', '\r']).starts_with(['{', '[']))
        .take(FALSE_STARTS_MAX)
        .find_map(|start| shape_of_value(&mut Reader::at(text, start)).ok().flatten())
}

fn shape_of_value(reader: &mut Reader<'_>) -> Result<Option<Shape>, JsonError> {
    match reader.peek()? {
        Kind::Object => Ok(shape_by_keys(reader, shape_of_object)),
        Kind::Array => {
            reader.enter_array()?;
            if !reader.item()? {
                // No results: what our own format says with an empty array, and Cucumber too.
                return Ok(Some(Shape::Read(ReportFormat::Json)));
            }
            match reader.peek()? {
                Kind::Object => Ok(shape_by_keys(reader, shape_of_item)),
                Kind::String => Ok(is_mocha_event(reader)?.then_some(Shape::Named("Mocha JSON stream"))),
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// Collects the keys of the object that comes next until they decide, or end, or break off.
fn shape_by_keys(reader: &mut Reader<'_>, decide: fn(&Keys<'_>) -> Option<Shape>) -> Option<Shape> {
    let mut keys = Keys::default();
    reader.enter_object().ok()?;
    while keys.0.len() < KEYS_MAX {
        let key = reader.key().ok()??;
        keys.0.push(key);
        if let Some(shape) = decide(&keys) {
            return Some(shape);
        }
        reader.skip().ok()?;
    }
    None
}

#[derive(Debug, Default)]
struct Keys<'a>(Vec<Cow<'a, str>>);

impl Keys<'_> {
    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }

    fn has_both(&self, one: &str, other: &str) -> bool {
        self.has(one) && self.has(other)
    }
}

fn shape_of_object(keys: &Keys<'_>) -> Option<Shape> {
    if keys.has("numTotalTests") || keys.has("numTotalTestSuites") || keys.has("testResults") {
        return Some(Shape::Read(ReportFormat::JestJson));
    }
    if keys.has("examples") || keys.has("summary_line") {
        return Some(Shape::Read(ReportFormat::RspecJson));
    }
    if keys.has_both("config", "suites") {
        return Some(Shape::Read(ReportFormat::PlaywrightJson));
    }
    if keys.has("Action") && ["Package", "ImportPath", "Time"].iter().any(|key| keys.has(key)) {
        return Some(Shape::Read(ReportFormat::GoJsonl));
    }
    let name = if keys.has("reportFormat") || keys.has_both("results", "extra") {
        "CTRF JSON"
    } else if keys.has_both("stats", "results") {
        "mochawesome JSON"
    } else if keys.has_both("stats", "tests") || keys.has_both("stats", "passes") {
        "Mocha JSON"
    } else if keys.has_both("exitcode", "root") || keys.has_both("tests", "collectors") {
        "pytest-json-report JSON"
    } else if keys.has_both("protocolVersion", "runnerVersion") {
        "Dart test JSON"
    } else if keys.has("meta") || keys.has("testCaseStarted") {
        "Cucumber messages"
    } else if keys.has_both("type", "event") {
        "libtest JSON"
    } else if keys.has_both("generator", "rpa") {
        "Robot Framework JSON"
    } else if keys.has_both("tests", "testsuites") {
        "GoogleTest JSON"
    } else if keys.has_both("run_env", "data") {
        "the envelope of an upload, with its results inside `data`"
    } else {
        return None;
    };
    Some(Shape::Named(name))
}

/// The shape of an array by the keys of its first item.
fn shape_of_item(keys: &Keys<'_>) -> Option<Shape> {
    if keys.has("elements") && ["uri", "keyword", "name"].iter().any(|key| keys.has(key)) {
        return Some(Shape::Read(ReportFormat::CucumberJson));
    }
    let is_result = keys.has("name") && ["scope", "result", "history", "location", "failure_reason"].iter().any(|key| keys.has(key));
    // The features of Cucumber have a name and a location too, but come with a keyword.
    (is_result && !keys.has("keyword") && !keys.has("uri")).then_some(Shape::Read(ReportFormat::Json))
}

/// `["start", {...}]`
fn is_mocha_event(reader: &mut Reader<'_>) -> Result<bool, JsonError> {
    reader.skip()?;
    Ok(reader.item()? && reader.peek()? == Kind::Object)
}
