//! The body of `PUT execution-tags`.

use http::StatusCode;
use proctor_core::id::{ExecutionId, Uuid};
use proctor_core::mutable_tags::mutable_tag_fault;
use proctor_core::tags::TagSet;
use proctor_core::text::cut;
use proctor_store::catalog::execution_tags::ExecutionTags;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api::body::no_object;
use crate::api::error::ApiError;
use crate::settings::ExecutionTagSettings;

/// Bytes of what a client sent that an error repeats.
const QUOTED_BYTES_MAX: usize = 128;

#[derive(Deserialize)]
struct Envelope<'b> {
    #[serde(borrow)]
    executions: Option<&'b RawValue>,
}

/// Reads a body, entry by entry: nothing of it is held twice but the entry at hand.
///
/// # Errors
/// 400 when it is no object with an array of executions; 422 naming the first entry that is wrong.
pub(super) fn read_changes(body: &[u8], settings: &ExecutionTagSettings) -> Result<Vec<ExecutionTags>, ApiError> {
    // An array would be read as an object's values in order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(no_object());
    }
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|_| no_object())?;
    let refused = || ApiError::bad_request("executions must be an array");
    let entries: Vec<&RawValue> = serde_json::from_str(envelope.executions.ok_or_else(refused)?.get()).map_err(|_| refused())?;
    let executions_max = settings.executions_max;
    if entries.len() > executions_max {
        return Err(unprocessable(format!("executions may have at most {executions_max} entries")));
    }
    entries.iter().enumerate().map(|(at, entry)| read_entry(at, entry, settings.tags_max)).collect()
}

fn read_entry(at: usize, entry: &RawValue, tags_max: usize) -> Result<ExecutionTags, ApiError> {
    let entry: Map<String, Value> =
        serde_json::from_str(entry.get()).map_err(|_| unprocessable(format!("executions[{at}] must be an object")))?;
    let id = entry.get("id").and_then(Value::as_str).filter(|id| id.len() == 36).and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or_else(|| unprocessable(format!("executions[{at}].id must be a UUID")))?;
    let Some(Value::Object(tags)) = entry.get("tags") else {
        return Err(unprocessable(format!("executions[{at}].tags must be an object")));
    };
    if tags.len() > tags_max {
        return Err(unprocessable(format!("executions[{at}] ({id}) may have at most {tags_max} tags")));
    }
    let mut read = Vec::with_capacity(tags.len());
    for (key, value) in tags {
        let quoted = cut(key, QUOTED_BYTES_MAX);
        let value =
            value.as_str().ok_or_else(|| unprocessable(format!("executions[{at}] ({id}) tag {quoted:?}: the value must be a string")))?;
        if let Some(fault) = mutable_tag_fault(key, value) {
            return Err(unprocessable(format!("executions[{at}] ({id}) tag {quoted:?}: {fault}")));
        }
        read.push((key.clone(), value.replace('\0', "\u{fffd}")));
    }
    Ok(ExecutionTags { execution: ExecutionId::new(id), tags: TagSet::from_iter(read) })
}

fn unprocessable(message: String) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "63783933-d5f0-4510-bf6a-f8af81df6383";

    fn read(body: &str) -> Result<usize, (u16, String)> {
        let settings = ExecutionTagSettings { executions_max: 3, tags_max: 2, ..ExecutionTagSettings::default() };
        read_changes(body.as_bytes(), &settings).map(|changes| changes.len()).map_err(|error| (error.status.as_u16(), error.message))
    }

    // contract: general 82
    #[test]
    fn the_first_offender_is_named() {
        let entry = |tags: Value| json!({ "id": ID, "tags": tags });
        let body = |entries: Value| json!({ "executions": entries, "else": 1 }).to_string();
        assert_eq!(read(&body(json!([]))), Ok(0));
        assert_eq!(read(&body(json!([entry(json!({})), entry(json!({ "mut.a": "x", "mut.b": "y" }))]))), Ok(2));
        for (text, status, message) in [
            ("[[]]".to_owned(), 400, "Request body must be a JSON object"),
            ("{".to_owned(), 400, "Request body must be a JSON object"),
            ("{}".to_owned(), 400, "executions must be an array"),
            (body(json!({})), 400, "executions must be an array"),
            (body(json!([1, 2, 3, 4])), 422, "executions may have at most 3 entries"),
            (body(json!([entry(json!({})), 5])), 422, "executions[1] must be an object"),
            (body(json!([{ "id": "7", "tags": {} }])), 422, "executions[0].id must be a UUID"),
            (body(json!([{ "id": ID }])), 422, "executions[0].tags must be an object"),
        ] {
            assert_eq!(read(&text), Err((status, message.to_owned())), "{text}");
        }
        for (tags, fault) in [
            (json!({ "a": "x" }), "tag \"a\": the key must begin with mut."),
            (json!({ "mut.a": 5 }), "tag \"mut.a\": the value must be a string"),
            (json!({ "mut.a": " " }), "tag \"mut.a\": the value must not be blank"),
            (json!({ "mut.a": "x", "mut.b": "x", "mut.c": "x" }), "may have at most 2 tags"),
        ] {
            assert_eq!(read(&body(json!([entry(tags)]))), Err((422, format!("executions[0] ({ID}) {fault}"))));
        }
    }
}
