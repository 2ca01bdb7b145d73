//! What a body holds, whichever shape it came in.

use std::borrow::Cow;

use proctor_core::run_env::RunEnv;
use proctor_core::tags::SentTags;
use proctor_formats::envelope::{Envelope, EnvelopeData, EnvelopeScanner, looks_like_envelope, run_env_entry_of_text};

use super::form::Part;

/// What a body holds.
#[derive(Debug, Default)]
pub(super) struct Contents<'b> {
    /// The format as named.
    pub(super) format: Option<Cow<'b, str>>,
    pub(super) run_env: RunEnv,
    /// Upload-level tags as sent.
    pub(super) tags: SentTags<'b>,
    /// Keys of tags that are arrays or objects.
    pub(super) tags_not_text: Vec<Cow<'b, str>>,
    /// Each `data`, in the sender's order.
    pub(super) documents: Vec<Document<'b>>,
}

/// One `data`.
#[derive(Debug)]
pub(super) struct Document<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    pub(super) origin: Origin,
}

/// Where a document stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is part of the JSON of the body.
    EnvelopeJson,
    /// It is a string in the JSON of the body.
    EnvelopeText,
    /// It is a number or a boolean in the JSON of the body.
    EnvelopeScalar,
    /// It is a part of a form.
    Form,
}

impl<'b> Contents<'b> {
    pub(super) fn of_envelope(envelope: Envelope<'b>) -> Self {
        let Envelope { format, run_env, tags, tags_not_text, data } = envelope;
        let documents = document_of(data).into_iter().collect();
        Self { format, run_env, tags, tags_not_text, documents }
    }

    pub(super) fn of_form(parts: &[Part], body: &'b [u8]) -> Self {
        let mut contents = Self { run_env: run_env_of(parts, body), ..Self::default() };
        for part in parts {
            if part.name == "data" {
                let bytes = Cow::Borrowed(&body[part.content.clone()]);
                contents.documents.push(Document { bytes, origin: Origin::Form });
            } else if part.name == "format" {
                contents.format = Some(part.text(body));
            } else if let Some(key) = key_in(&part.name, "tags") {
                contents.set_tag(Cow::Owned(key.to_owned()), part.text(body));
            }
        }
        if contents.format.as_deref().is_none_or(|format| format.trim().is_empty() || format.trim().eq_ignore_ascii_case("json")) {
            contents.merge_envelopes();
        }
        contents
    }

    /// In a form, `data` for `json` may be a full envelope: its `run_env` and `tags` count for keys that the form does not have
    /// (`uploads.md`, 3.2).
    fn merge_envelopes(&mut self) {
        for mut document in std::mem::take(&mut self.documents) {
            if let Cow::Borrowed(bytes) = document.bytes
                && looks_like_envelope(bytes)
                && let Ok(envelope) = EnvelopeScanner::new().finish(bytes)
                && let Some(inner) = document_of(envelope.data)
            {
                for entry in envelope.run_env.entries() {
                    if self.run_env.entries().iter().all(|known| known.key != entry.key) {
                        self.run_env.set(entry.clone());
                    }
                }
                for (key, value) in envelope.tags {
                    if self.tags.iter().all(|(known, _)| *known != key) {
                        self.tags.push((key, value));
                    }
                }
                self.tags_not_text.extend(envelope.tags_not_text);
                self.format = self.format.take().filter(|format| !format.trim().is_empty()).or(envelope.format);
                document = inner;
            }
            self.documents.push(document);
        }
    }

    /// Of repeated fields the last one wins.
    fn set_tag(&mut self, key: Cow<'b, str>, value: Cow<'b, str>) {
        match self.tags.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => self.tags.push((key, value)),
        }
    }
}

/// The `run_env` fields among these parts.
pub(super) fn run_env_of(parts: &[Part], body: &[u8]) -> RunEnv {
    let entries = parts.iter().filter_map(|part| Some(run_env_entry_of_text(key_in(&part.name, "run_env")?, &part.text(body))));
    RunEnv::new(entries)
}

/// `KEY` in `field[KEY]`: bracket names are split at the first `[` and the last `]`.
fn key_in<'n>(name: &'n str, field: &str) -> Option<&'n str> {
    name.strip_prefix(field)?.strip_prefix('[')?.strip_suffix(']')
}

fn document_of(data: EnvelopeData<'_>) -> Option<Document<'_>> {
    match data {
        EnvelopeData::Missing => None,
        EnvelopeData::Json(bytes) => Some(Document { bytes, origin: Origin::EnvelopeJson }),
        EnvelopeData::Text(Cow::Borrowed(text)) => Some(Document { bytes: Cow::Borrowed(text.as_bytes()), origin: Origin::EnvelopeText }),
        EnvelopeData::Text(Cow::Owned(text)) => Some(Document { bytes: Cow::Owned(text.into_bytes()), origin: Origin::EnvelopeText }),
        EnvelopeData::Scalar => Some(Document { bytes: Cow::Borrowed(b""), origin: Origin::EnvelopeScalar }),
    }
}
