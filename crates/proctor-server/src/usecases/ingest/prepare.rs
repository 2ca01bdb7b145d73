//! From a complete body to what is stored: everything that costs CPU, off the async threads.

use proctor_core::execution::Normaliser;
use proctor_core::format::ReportFormat;
use proctor_core::id::SuiteId;
use proctor_core::limits;
use proctor_core::receipt::{Warning, WarningKind};
use proctor_core::run::RunDetails;
use proctor_core::run_env::{RunEnv, hyphenated_uuid};
use proctor_core::suite::IdenticalUploads;
use proctor_core::tags::{DropReason, DroppedTag, TagSet};
use proctor_core::text::cut;
use proctor_core::time::Timestamp;
use proctor_formats::{ParseContext, ParseError};
use proctor_store::catalog::uploads::{DecidingTags, OnDefaultBranch, ReceiptLines};
use proctor_store::executions::{Segment, SegmentBuilder};
use tokio::sync::oneshot;

use super::Refusal;
use super::contents::{Contents, Document, Origin};
use super::digest::digest_of;
use super::scan::Scan;
use super::sink::IngestSink;

/// A complete body and what its reading depends on.
pub(super) struct Job {
    pub(super) body: Vec<u8>,
    pub(super) scan: Scan,
    pub(super) suite_id: SuiteId,
    pub(super) default_branch: String,
    pub(super) identical: IdenticalUploads,
    /// The keys whose tags become labels.
    pub(super) label_tag_keys: Vec<String>,
    pub(super) imported_at: Option<Timestamp>,
    pub(super) records_max: u64,
    /// Is told of the run as soon as the body is known to be acceptable, before its records are read.
    pub(super) run_known: oneshot::Sender<RunEnv>,
}

/// What is stored of a body.
pub(super) struct Prepared {
    pub(super) run_key: String,
    pub(super) run: RunDetails,
    pub(super) run_env_json: String,
    pub(super) tags: TagSet,
    pub(super) format: ReportFormat,
    pub(super) on_default_branch: OnDefaultBranch,
    pub(super) digest: [u8; 32],
    pub(super) receipt: ReceiptLines,
    pub(super) deciding_tags: Vec<DecidingTags>,
    pub(super) segment: Segment,
}

/// A refusal, and the format as far as it is known.
pub(super) struct Unusable {
    pub(super) refusal: Refusal,
    pub(super) format: Option<ReportFormat>,
}

/// Reads a body. It is freed when this returns, before anything waits for the commit.
pub(super) fn prepare(job: Job) -> Result<Prepared, Unusable> {
    let Job { body, scan, suite_id, default_branch, identical, label_tag_keys, imported_at, records_max, run_known } = job;
    let without_format = |refusal| Unusable { refusal, format: None };
    let contents = scan.finish(&body).map_err(without_format)?;
    let format = named_format(&contents);
    let with_format = |refusal| Unusable { refusal, format: format.as_ref().ok().copied() };
    let run_key = checked_run_key(&contents.run_env).map_err(with_format)?.to_owned();
    let format = match format {
        Ok(format) if contents.documents.is_empty() => return Err(Unusable { refusal: Refusal::MissingData, format: Some(format) }),
        Ok(format) => format,
        Err(refusal) => return Err(without_format(refusal)),
    };
    // Nobody may be waiting any more; that is fine.
    let _ = run_known.send(contents.run_env.clone());

    let (tags, dropped) = TagSet::check(&contents.tags);
    let mut sink = IngestSink::new(Normaliser::new(&contents.run_env, format, tags.clone()), SegmentBuilder::new(suite_id), records_max);
    let not_text = |key| DroppedTag { key: cut(key, 128).to_owned(), reason: DropReason::NotText };
    for tag in dropped.into_iter().chain(contents.tags_not_text.iter().map(|key| not_text(key))) {
        sink.note(Warning { index: None, kind: WarningKind::TagDropped, message: tag.to_string().into() });
    }
    let unusable = |refusal| Unusable { refusal, format: Some(format) };
    read_documents(format, &contents, &mut sink).map_err(unusable)?;
    let digest = if identical == IdenticalUploads::Off { [0; 32] } else { digest_of(format, &contents, imported_at) };
    let on_default_branch = match contents.run_env.branch() {
        Some(branch) if branch == default_branch => OnDefaultBranch::Yes,
        _ => OnDefaultBranch::No,
    };
    // Imported history is older than what the labels say now.
    let deciding_tags = match (on_default_branch, imported_at) {
        (OnDefaultBranch::Yes, None) => sink.deciding_tags(&label_tag_keys),
        _ => Vec::new(),
    };
    let (segment, receipt) = sink.finish().map_err(|error| unusable(Refusal::Storage(error)))?;
    Ok(Prepared {
        run_key,
        run: RunDetails::of(&contents.run_env).or_build_id(tags.get("build.id").and_then(hyphenated_uuid)),
        run_env_json: json_of(&contents.run_env),
        tags,
        format,
        on_default_branch,
        digest,
        receipt,
        deciding_tags,
        segment,
    })
}

/// The run key, if it and the fields around it keep their bounds.
pub(super) fn checked_run_key(run_env: &RunEnv) -> Result<&str, Refusal> {
    if run_env.entries().len() > limits::RUN_ENV_ENTRIES_MAX {
        return Err(Refusal::TooManyFields);
    }
    if let Some(entry) = run_env.entries().iter().find(|entry| entry.key.len().max(entry.text.len()) > limits::FIELD_BYTES_MAX) {
        return Err(Refusal::FieldTooLong { field: format!("run_env[{}]", cut(&entry.key, 128)) });
    }
    let key = run_env.key().ok_or(Refusal::MissingRunKey)?;
    if key.len() > limits::RUN_KEY_BYTES_MAX { Err(Refusal::RunKeyTooLong { bytes: key.len() }) } else { Ok(key) }
}

/// The format as named. Without a name an array is `json`; nothing else is guessed (`uploads.md`, 3.1 and 3.3).
fn named_format(contents: &Contents<'_>) -> Result<ReportFormat, Refusal> {
    let name = contents.format.as_deref().map(str::trim).filter(|name| !name.is_empty());
    match name {
        Some(name) => ReportFormat::from_wire(name).ok_or_else(|| Refusal::UnsupportedFormat(unsupported(name))),
        None if contents.documents.is_empty() => Err(Refusal::MissingData),
        None if contents.documents.iter().all(is_array) => Ok(ReportFormat::Json),
        None => Err(Refusal::UnsupportedFormat(format!("format is missing: name one of {}", known_formats()))),
    }
}

fn is_array(document: &Document<'_>) -> bool {
    document.origin != Origin::EnvelopeText && document.bytes.trim_ascii_start().starts_with(b"[")
}

fn unsupported(name: &str) -> String {
    if name.eq_ignore_ascii_case("websocket") {
        return "format websocket is not supported: it is that of ruby collectors before 2.0; please update the test collector".to_owned();
    }
    format!("format {:?} is not supported: name one of {}", cut(name, 64), known_formats())
}

fn known_formats() -> String {
    ReportFormat::ALL.map(ReportFormat::as_str).join(", ")
}

fn read_documents(format: ReportFormat, contents: &Contents<'_>, sink: &mut IngestSink) -> Result<(), Refusal> {
    let context = ParseContext { cwd: contents.run_env.get("cwd"), test_runner: contents.run_env.get("test_runner") };
    for document in &contents.documents {
        if document.origin == Origin::EnvelopeScalar {
            return Err(Refusal::Unparsable("data must be an array or a string".to_owned()));
        }
        sink.next_document();
        proctor_formats::parse(format, &document.bytes, &context, sink).map_err(|error| unparsable(format, document, &error))?;
    }
    Ok(())
}

fn unparsable(format: ReportFormat, document: &Document<'_>, error: &ParseError) -> Refusal {
    match error {
        ParseError::TooManyRecords(too_many) => Refusal::TooManyResults { limit: too_many.limit },
        // Where `data` is part of the body's own JSON, ill-formed JSON there is an ill-formed body.
        ParseError::Unparsable { .. } if document.origin == Origin::EnvelopeJson && !is_json(&document.bytes) => {
            Refusal::Malformed(format!("Request body must be a JSON object: in data, {error}"))
        }
        ParseError::Unparsable { .. } | ParseError::TooDeep { .. } => {
            Refusal::Unparsable(format!("data is not valid {}: {error}", format.as_str()))
        }
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn json_of(run_env: &RunEnv) -> String {
    let mut json = String::with_capacity(run_env.entries().iter().map(|entry| entry.key.len() + entry.json.len() + 8).sum());
    for entry in run_env.entries() {
        json.push(if json.is_empty() { '{' } else { ',' });
        json.push_str(&serde_json::Value::from(entry.key.as_str()).to_string());
        json.push(':');
        json.push_str(&entry.json);
    }
    if json.is_empty() {
        json.push('{');
    }
    json.push('}');
    json
}
