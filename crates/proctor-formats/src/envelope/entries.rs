//! The values of the top-level keys, once they have been found.

use std::borrow::Cow;

use proctor_core::limits::RUN_ENV_ENTRIES_MAX;
use proctor_core::run_env::{RunEnv, RunEnvEntry};

use super::machine::Found;
use super::{Envelope, EnvelopeData, owned};
use crate::json::{JsonError, Kind, Reader, Scalar, encode_string, normalised};

/// Tags among which a repeated key is looked for; far beyond what the rules of tags keep.
const TAGS_COMPARED_MAX: usize = 64;
/// Entries of `run_env` that are looked at, repeated keys included.
const ENTRIES_READ_MAX: usize = 4 * RUN_ENV_ENTRIES_MAX;

/// The entry that a form field makes: its JSON is the text as a JSON string.
#[must_use]
pub fn run_env_entry_of_text(key: &str, text: &str) -> RunEnvEntry {
    let mut json = String::with_capacity(text.len() + 2);
    encode_string(text, &mut json);
    RunEnvEntry { key: key.to_owned(), text: text.to_owned(), json }
}

/// Bytes of a body as text. The body is known to be UTF-8 but for single bytes.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Reads the values that were found in `body`.
pub(super) fn envelope<'a>(found: Found, body: &'a [u8]) -> Result<Envelope<'a>, JsonError> {
    let at = |offset: usize| move |error: JsonError| JsonError { offset: offset + error.offset, ..error };
    let format = match found.format {
        Some(place) => string(&body[place.clone()]).map_err(at(place.start))?,
        None => None,
    };
    let data = match found.data {
        Some(place) => data(&body[place.clone()]).map_err(at(place.start))?,
        None => EnvelopeData::Missing,
    };
    let (tags, tags_not_text) = match found.tags {
        Some(place) => tags(&body[place.clone()]).map_err(at(place.start))?,
        None => Tags::default(),
    };
    let run_env = found.run_env.map(|place| run_env(&body[place])).unwrap_or_default();
    Ok(Envelope { format, run_env, tags, tags_not_text, data })
}

fn string(value: &[u8]) -> Result<Option<Cow<'_, str>>, JsonError> {
    if value.first() != Some(&b'"') {
        return Ok(None);
    }
    match text_of(value) {
        Cow::Borrowed(text) => Reader::new(text).string().map(Some),
        Cow::Owned(text) => Reader::new(&text).string().map(owned).map(Some),
    }
}

fn data(value: &[u8]) -> Result<EnvelopeData<'_>, JsonError> {
    Ok(match value.first() {
        Some(b'[' | b'{') => EnvelopeData::Json(Cow::Borrowed(value)),
        Some(b'"') => string(value)?.map_or(EnvelopeData::Missing, EnvelopeData::Text),
        Some(b'n') => EnvelopeData::Missing,
        _ => EnvelopeData::Scalar,
    })
}

type Tags<'a> = (Vec<(Cow<'a, str>, Cow<'a, str>)>, Vec<Cow<'a, str>>);

fn tags(value: &[u8]) -> Result<Tags<'_>, JsonError> {
    match text_of(value) {
        Cow::Borrowed(text) => read_tags(text),
        Cow::Owned(text) => {
            let (tags, not_text) = read_tags(&text)?;
            Ok((tags.into_iter().map(|(key, value)| (owned(key), owned(value))).collect(), not_text.into_iter().map(owned).collect()))
        }
    }
}

fn read_tags(text: &str) -> Result<Tags<'_>, JsonError> {
    let (mut tags, mut not_text) = Tags::default();
    let mut reader = Reader::new(text);
    if reader.peek()? != Kind::Object {
        return Ok((tags, not_text));
    }
    reader.enter_object()?;
    while let Some(key) = reader.key()? {
        match reader.scalar()? {
            Scalar::Nested(_) => not_text.push(key),
            value => {
                let Some(value) = value.into_text() else { continue };
                match tags.iter_mut().take(TAGS_COMPARED_MAX).find(|known| known.0 == key) {
                    Some(known) => known.1 = value,
                    None => tags.push((key, value)),
                }
            }
        }
    }
    Ok((tags, not_text))
}

/// Reads `run_env`, whose value the machine has found to be well-formed.
pub(super) fn run_env(value: &[u8]) -> RunEnv {
    read_run_env(&text_of(value)).unwrap_or_default()
}

fn read_run_env(text: &str) -> Result<RunEnv, JsonError> {
    let mut run_env = RunEnv::default();
    let mut read = 0;
    let mut reader = Reader::new(text);
    if reader.peek()? != Kind::Object {
        return Ok(run_env);
    }
    reader.enter_object()?;
    while let Some(key) = reader.key()? {
        let raw = reader.raw()?;
        read += 1;
        if run_env.entries().len() <= RUN_ENV_ENTRIES_MAX && read <= ENTRIES_READ_MAX {
            run_env.set(entry(key.into_owned(), raw)?);
        }
    }
    Ok(run_env)
}

fn entry(key: String, raw: &str) -> Result<RunEnvEntry, JsonError> {
    let json = normalised(raw)?;
    let text = match Reader::new(raw).scalar()? {
        Scalar::Nested(_) => json.clone(),
        value => value.into_text().unwrap_or_default().into_owned(),
    };
    Ok(RunEnvEntry { key, text, json })
}
