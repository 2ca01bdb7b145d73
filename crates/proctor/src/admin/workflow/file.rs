//! Files of workflows.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::exit::Failure;
use crate::visible::visible_lines;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// The file that is stdin.
const STDIN: &str = "-";
/// What the YAML reader tells its programmers, not those who write files.
const FOR_PROGRAMMERS: &str = ", set DuplicateKeyPolicy in Options if acceptable";

/// One document.
///
/// # Errors
/// When the file cannot be read, or is no document.
pub(crate) fn read_one(path: &Path) -> Result<Map<String, Value>, Failure> {
    match read(path)? {
        Value::Object(document) => Ok(document),
        _ => Err(Failure::usage(format!("{} is no document", name_of(path)), "write keys and values, as 'proctor workflow show' does")),
    }
}

/// The documents of a suite.
///
/// # Errors
/// When the file cannot be read, or does not list documents.
pub(crate) fn read_all(path: &Path) -> Result<Vec<Map<String, Value>>, Failure> {
    let odd = || {
        let next_step = "write 'workflows:' and a list below it, as 'proctor workflow export' does";
        Failure::usage(format!("{} does not list workflows", name_of(path)), next_step)
    };
    let Value::Object(mut document) = read(path)? else { return Err(odd()) };
    let Some(Value::Array(items)) = document.remove("workflows") else { return Err(odd()) };
    if let Some(key) = document.keys().next() {
        return Err(Failure::usage(format!("{}: {key} is not known here", name_of(path)), "the only key at the top is 'workflows'"));
    }
    let of = |item| match item {
        Value::Object(document) => Ok(document),
        _ => Err(odd()),
    };
    items.into_iter().map(of).collect()
}

fn read(path: &Path) -> Result<Value, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("failed to read {}: {error}", name_of(path)).replace(FOR_PROGRAMMERS, "");
        Failure::usage(message, "name a file of YAML or JSON, or - for stdin")
    };
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == STDIN {
        io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    let length = read.map_err(|error| unreadable(&error))?;
    if length as u64 > FILE_BYTES_MAX {
        return Err(unreadable(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
    serde_saphyr::from_str(&text).map_err(|error| unreadable(&error))
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == STDIN { "stdin".to_owned() } else { path.display().to_string() }
}

/// What to do about a document that is refused in these words.
pub(crate) fn next_step(reasons: &str) -> &'static str {
    if reasons.contains("string") {
        "change what the message names; in YAML on, off, yes, no, y, n and numbers are text only in quotes"
    } else {
        "change what the message names"
    }
}

/// The documents as a file for [`read_all`].
pub(crate) fn write_all<'a>(documents: impl Iterator<Item = &'a Map<String, Value>>) -> anyhow::Result<String> {
    yaml(&json!({ "workflows": documents.collect::<Vec<_>>() }))
}

/// A value as YAML, without characters that steer a terminal: where there are some it is written as JSON, which YAML readers take too.
pub(crate) fn yaml(value: &Value) -> anyhow::Result<String> {
    let text = serde_saphyr::to_string(value)?.trim_end().to_owned();
    match visible_lines(&text) {
        Cow::Borrowed(_) => Ok(text),
        // Outside of strings JSON has no such characters, and inside it has these escapes.
        Cow::Owned(_) => Ok(visible_lines(&serde_json::to_string_pretty(value)?).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lead_back_to_documents() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("web.yaml");
        let documents: Vec<Map<String, Value>> = [
            json!({ "name": "Flaky tests", "dry_run": false, "expire_days": null, "filters": [{ "key": "a", "operator": "is", "value": "yes" }] }),
            json!({ "name": "red\u{1b}[31m \u{202e}turned\u{9b} on: \"quoted\"\nline\u{7f}", "monitor": { "type": "new_test", "alarm": 0.05, "n": 7 }, "filters": [] }),
        ]
        .into_iter()
        .map(|document| document.as_object().unwrap().clone())
        .collect();
        for documents in [&documents[..1], &documents] {
            let text = write_all(documents.iter()).unwrap();
            assert_eq!(visible_lines(&text), text);
            std::fs::write(&path, text).unwrap();
            assert_eq!(read_all(&path).unwrap(), documents);
        }
        std::fs::write(&path, "workflows: 1").unwrap();
        assert!(read_all(&path).is_err());
        std::fs::write(&path, "workflows: []\nother: 1").unwrap();
        assert!(read_all(&path).unwrap_err().to_string().contains("other"));
        assert!(read_one(&directory.path().join("absent")).is_err());
    }

    #[test]
    fn mistakes_are_told_to_who_writes_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("twice.yaml");
        std::fs::write(&path, "name: a\nname: b\n").unwrap();
        let told = read_one(&path).unwrap_err().to_string();
        assert!(told.contains("duplicate mapping key: name") && !told.contains("Options"), "{told}");
        assert!(next_step("name must be a string").contains("quotes") && !next_step("monitor is required").contains("quotes"));
    }
}
