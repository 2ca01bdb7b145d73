//! Tags of an execution or an upload, before any rule about them (`uploads.md`, 5.1).

use std::borrow::Cow;

use proctor_core::receipt::WarningKind;

use crate::json::{JsonError, Kind, Reader, Remarks, Scalar};

/// A key and its value.
pub(super) type Tag<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Tags read from one object. The rules keep the first ten; what a sender writes beyond this is not even looked at, so that
/// finding repeated keys stays cheap.
const TAGS_READ_MAX: usize = 64;

/// Reads an object of tags: numbers and booleans become text, null is not given, of equal keys the last value counts.
pub(super) fn read_tags<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Vec<Tag<'a>>, JsonError> {
    let mut tags: Vec<Tag<'a>> = Vec::new();
    match reader.peek()? {
        Kind::Object => reader.enter_object()?,
        Kind::Null => return reader.null().map(|()| tags),
        _ => {
            remarks.wrong_type("tags is not an object");
            return reader.skip().map(|()| tags);
        }
    }
    while let Some(key) = reader.key()? {
        match reader.scalar()? {
            Scalar::Nested(_) => remarks.add(WarningKind::TagDropped, "the value of a tag is an array or an object"),
            value => {
                if let Some(value) = value.into_text() {
                    set(&mut tags, key, value, remarks);
                }
            }
        }
    }
    Ok(tags)
}

fn set<'a>(tags: &mut Vec<Tag<'a>>, key: Cow<'a, str>, value: Cow<'a, str>, remarks: &mut Remarks) {
    if tags.len() == TAGS_READ_MAX {
        remarks.add(WarningKind::TagDropped, "far too many tags");
    } else if let Some(known) = tags.iter_mut().find(|known| known.0 == key) {
        known.1 = value;
    } else {
        tags.push((key, value));
    }
}
