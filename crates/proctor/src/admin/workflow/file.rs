//! Files of workflows.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::exit::Failure;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// One document.
///
/// # Errors
/// When the file cannot be read, or is no document.
pub(crate) fn read_one(path: &Path) -> Result<Map<String, Value>, Failure> {
    match read(path)? {
        Value::Object(document) => Ok(document),
        _ => Err(Failure::usage(format!("{} is no document", path.display()), "write keys and values, as 'proctor workflow show' does")),
    }
}

/// The documents of a suite.
///
/// # Errors
/// When the file cannot be read, or does not list documents.
pub(crate) fn read_all(path: &Path) -> Result<Vec<Map<String, Value>>, Failure> {
    let odd = || {
        let next_step = "write 'workflows:' and a list below it, as 'proctor workflow export' does";
        Failure::usage(format!("{} does not list workflows", path.display()), next_step)
    };
    let Value::Object(mut document) = read(path)? else { return Err(odd()) };
    let Some(Value::Array(items)) = document.remove("workflows") else { return Err(odd()) };
    if let Some(key) = document.keys().next() {
        return Err(Failure::usage(format!("{}: {key} is not known here", path.display()), "the only key at the top is 'workflows'"));
    }
    let of = |item| match item {
        Value::Object(document) => Ok(document),
        _ => Err(odd()),
    };
    items.into_iter().map(of).collect()
}

fn read(path: &Path) -> Result<Value, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("failed to read {}: {error}", path.display()), "name a file of YAML or JSON")
    };
    let size = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if size > FILE_BYTES_MAX {
        return Err(unreadable(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    serde_saphyr::from_str(&text).map_err(|error| unreadable(&error))
}

/// The documents as a file for [`read_all`].
pub(crate) fn write_all<'a>(documents: impl Iterator<Item = &'a Map<String, Value>>) -> anyhow::Result<String> {
    yaml(&json!({ "workflows": documents.collect::<Vec<_>>() }))
}

/// A value as YAML.
pub(crate) fn yaml(value: &Value) -> anyhow::Result<String> {
    Ok(serde_saphyr::to_string(value)?.trim_end().to_owned())
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
            json!({ "name": "on: \"quoted\"\nline", "monitor": { "type": "new_test", "alarm": 0.05, "n": 7 }, "filters": [] }),
        ]
        .into_iter()
        .map(|document| document.as_object().unwrap().clone())
        .collect();
        std::fs::write(&path, write_all(documents.iter()).unwrap()).unwrap();
        assert_eq!(read_all(&path).unwrap(), documents);
        std::fs::write(&path, "workflows: 1").unwrap();
        assert!(read_all(&path).is_err());
        std::fs::write(&path, "workflows: []\nother: 1").unwrap();
        assert!(read_all(&path).unwrap_err().to_string().contains("other"));
        assert!(read_one(&directory.path().join("absent")).is_err());
    }
}
