//! Executions: records after the rules of ingest have been applied.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::format::ReportFormat;
use crate::limits;
use crate::path::PathRules;
use crate::receipt::{RejectReason, Rejection, Warning, WarningKind};
use crate::record::{FailureDetail, Record, Span, SpanDetail};
use crate::result::TestResult;
use crate::run_env::RunEnv;
use crate::selector::{SELECTOR_TAG, selector_of};
use crate::tags::{SentTags, TagSet};
use crate::text::{cut, cut_cow};

/// One execution, as the store takes it in.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution<'a> {
    /// Position among all records of the upload, rejected ones included.
    pub index: u32,
    /// Scope of the test; may be `""`.
    pub scope: Cow<'a, str>,
    /// Name of the test.
    pub name: Cow<'a, str>,
    /// `file:line` and its variants, prefix applied.
    pub location: Option<Cow<'a, str>>,
    /// The file, prefix applied.
    pub file_name: Option<Cow<'a, str>>,
    /// The result.
    pub result: TestResult,
    /// Seconds.
    pub duration: Option<f64>,
    /// The sender's own clock.
    pub start_at: Option<f64>,
    /// The sender's own clock.
    pub end_at: Option<f64>,
    /// At most [`limits::FAILURE_REASON_BYTES_MAX`] bytes.
    pub failure_reason: Option<Cow<'a, str>>,
    /// At most [`limits::FAILURE_EXPANDED_BYTES_MAX`] bytes in all.
    pub failure_expanded: Vec<FailureDetail<'a>>,
    /// At most [`limits::SPANS_PER_EXECUTION_MAX`] spans.
    pub spans: Vec<Span<'a>>,
    /// The merged tags of upload and execution: an index into [`Normaliser::tag_sets`].
    pub tag_set: u32,
    /// `test.selector.primary`, unless the sender gave that tag.
    pub selector: Option<Cow<'a, str>>,
    /// The sender's `id`.
    pub client_id: Option<Cow<'a, str>>,
    /// The sender's `external_id`.
    pub external_id: Option<Cow<'a, str>>,
    /// The sender's `trace_id`.
    pub trace_id: Option<Cow<'a, str>>,
    /// What else is to be known.
    pub flags: ExecutionFlags,
}

/// Marks on an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFlags {
    /// Text or spans were cut.
    pub truncated: bool,
    /// The report shows that an earlier attempt failed.
    pub runner_retried: bool,
}

impl ExecutionFlags {
    /// The bits used on disk: 1 truncated, 2 retried by the runner.
    #[must_use]
    pub const fn bits(self) -> u8 {
        (self.truncated as u8) | (self.runner_retried as u8) << 1
    }

    /// Reads [`Self::bits`].
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self { truncated: bits & 1 != 0, runner_retried: bits & 2 != 0 }
    }
}

/// Applies the rules of ingest to the records of one upload, in order.
#[derive(Debug)]
pub struct Normaliser {
    paths: PathRules,
    from_python: bool,
    upload_tags: TagSet,
    tag_sets: Vec<TagSet>,
    known: HashMap<Vec<(String, String)>, u32>,
    last: Option<(Vec<(String, String)>, u32)>,
}

impl Normaliser {
    /// Rules for the records of an upload with this `run_env`, format and (checked) upload-level tags.
    #[must_use]
    pub fn new(run_env: &RunEnv, format: ReportFormat, upload_tags: TagSet) -> Self {
        let from_python = run_env.get("collector").is_some_and(|collector| collector.contains("python"));
        Self {
            paths: PathRules::of(run_env, format),
            from_python,
            tag_sets: vec![upload_tags.clone()],
            upload_tags,
            known: HashMap::new(),
            last: None,
        }
    }

    /// The distinct merged tag sets so far; [`Execution::tag_set`] points into it. The first is that of the upload alone.
    #[must_use]
    pub fn tag_sets(&self) -> &[TagSet] {
        &self.tag_sets
    }

    /// Applies the rules to the record at `index`.
    ///
    /// # Errors
    /// The rejection, when the record cannot be taken in.
    pub fn normalise<'a>(&mut self, index: u32, record: Record<'a>, warn: &mut dyn FnMut(Warning)) -> Result<Execution<'a>, Rejection> {
        let mut remark = Remarks { index, warn };
        check_identity(index, &record)?;
        let tag_set = self.tag_set(&record.tags, &mut remark);
        let gave_selector = self.tag_sets[tag_set as usize].get(SELECTOR_TAG).is_some();
        let selector = if gave_selector { None } else { selector_of(&record, &self.paths, self.from_python) };
        let Record {
            scope,
            name,
            location,
            file_name,
            result,
            duration,
            start_at,
            end_at,
            failure_reason,
            failure_expanded,
            spans,
            tags: _,
            client_id,
            external_id,
            trace_id,
            selector: _,
            runner_retried,
        } = record;
        let mut cuts = Cuts::default();
        let execution = Execution {
            index,
            scope,
            name,
            location: self.path("location", location, &mut remark),
            file_name: self.path("file_name", file_name, &mut remark),
            result,
            duration,
            start_at,
            end_at,
            failure_reason: failure_reason.map(|reason| cuts.text(reason, limits::FAILURE_REASON_BYTES_MAX)),
            failure_expanded: cuts.details(failure_expanded),
            spans: cuts.spans(spans),
            tag_set,
            selector: short(selector, limits::SELECTOR_BYTES_MAX),
            client_id: short(client_id, limits::CLIENT_ID_BYTES_MAX),
            external_id: short(external_id, limits::CLIENT_ID_BYTES_MAX),
            trace_id: short(trace_id, limits::CLIENT_ID_BYTES_MAX),
            flags: ExecutionFlags { truncated: cuts.any, runner_retried },
        };
        if cuts.any {
            remark.warn(WarningKind::Truncated, "text or spans over the limit were cut");
        }
        Ok(execution)
    }

    fn path<'a>(&self, field: &str, path: Option<Cow<'a, str>>, remark: &mut Remarks<'_>) -> Option<Cow<'a, str>> {
        let path = path.filter(|path| !path.is_empty()).map(|path| self.paths.stored(path))?;
        if path.len() > limits::PATH_BYTES_MAX {
            remark.warn(WarningKind::PathDropped, format!("{field} is longer than {} bytes", limits::PATH_BYTES_MAX));
            return None;
        }
        Some(path)
    }

    fn tag_set(&mut self, sent: &SentTags<'_>, remark: &mut Remarks<'_>) -> u32 {
        if sent.is_empty() {
            return 0;
        }
        // Neighbours mostly carry the same tags: compare before hashing.
        if let Some((last, set)) = &self.last
            && is_same(last, sent)
        {
            return *set;
        }
        let owned: Vec<(String, String)> = sent.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let set = match self.known.get(&owned) {
            Some(set) => *set,
            None => {
                let (tags, dropped) = TagSet::check(sent);
                for tag in &dropped {
                    remark.warn(WarningKind::TagDropped, tag.to_string());
                }
                let set = u32::try_from(self.tag_sets.len()).unwrap_or(u32::MAX);
                self.tag_sets.push(self.upload_tags.overlaid_with(&tags));
                // Tags that had to be repaired are looked at again, so that each record gets its own warning.
                if dropped.is_empty() {
                    self.known.insert(owned.clone(), set);
                } else {
                    self.last = None;
                    return set;
                }
                set
            }
        };
        self.last = Some((owned, set));
        set
    }
}

struct Remarks<'w> {
    index: u32,
    warn: &'w mut dyn FnMut(Warning),
}

impl Remarks<'_> {
    fn warn(&mut self, kind: WarningKind, message: impl Into<Cow<'static, str>>) {
        (self.warn)(Warning { index: Some(u64::from(self.index)), kind, message: message.into() });
    }
}

fn is_same(known: &[(String, String)], sent: &SentTags<'_>) -> bool {
    known.len() == sent.len() && known.iter().zip(sent).all(|(known, sent)| known.0 == sent.0 && known.1 == sent.1)
}

fn short(text: Option<Cow<'_, str>>, bytes_max: usize) -> Option<Cow<'_, str>> {
    text.filter(|text| !text.is_empty() && text.len() <= bytes_max)
}

fn check_identity(index: u32, record: &Record<'_>) -> Result<(), Rejection> {
    let index = u64::from(index);
    if record.name.trim().is_empty() {
        return Err(Rejection { index, reason: RejectReason::NameMissing, message: "name is missing".to_owned() });
    }
    for (field, text) in [("scope", &record.scope), ("name", &record.name)] {
        if text.len() > limits::IDENTITY_BYTES_MAX {
            let message = format!("{field} is longer than {} bytes", limits::IDENTITY_BYTES_MAX);
            return Err(Rejection { index, reason: RejectReason::IdentityTooLong, message });
        }
    }
    Ok(())
}

/// Cuts what is over a limit and remembers that it did.
#[derive(Default)]
struct Cuts {
    any: bool,
    spans_seen: usize,
}

impl Cuts {
    fn text<'a>(&mut self, text: Cow<'a, str>, bytes_max: usize) -> Cow<'a, str> {
        let (text, was_cut) = cut_cow(text, bytes_max);
        self.any |= was_cut;
        text
    }

    fn details<'a>(&mut self, mut details: Vec<FailureDetail<'a>>) -> Vec<FailureDetail<'a>> {
        let mut left = limits::FAILURE_EXPANDED_BYTES_MAX;
        for detail in &mut details {
            for lines in [&mut detail.expanded, &mut detail.backtrace] {
                let mut kept = 0;
                for line in lines.iter_mut() {
                    if left == 0 {
                        break;
                    }
                    if line.len() > left {
                        *line = Cow::Owned(cut(line, left).to_owned());
                        self.any = true;
                        left = 0;
                    } else {
                        // An empty line counts too, or a million of them would cost nothing.
                        left -= line.len().max(1);
                    }
                    kept += 1;
                }
                self.any |= kept < lines.len();
                lines.truncate(kept);
            }
        }
        details
    }

    fn spans<'a>(&mut self, spans: Vec<Span<'a>>) -> Vec<Span<'a>> {
        if spans.is_empty() { spans } else { self.spans_at(spans, 1) }
    }

    fn spans_at<'a>(&mut self, spans: Vec<Span<'a>>, depth: usize) -> Vec<Span<'a>> {
        let mut kept = Vec::with_capacity(spans.len().min(limits::SPANS_PER_EXECUTION_MAX));
        for mut span in spans {
            if depth > limits::SPAN_DEPTH_MAX || self.spans_seen == limits::SPANS_PER_EXECUTION_MAX {
                self.any = true;
                break;
            }
            self.spans_seen += 1;
            span.section = self.text(span.section, limits::CLIENT_ID_BYTES_MAX);
            span.detail = match span.detail {
                SpanDetail::None => SpanDetail::None,
                SpanDetail::Text(text) => SpanDetail::Text(self.text(text, limits::SPAN_TEXT_BYTES_MAX)),
                SpanDetail::Fields(fields) => SpanDetail::Fields(
                    fields
                        .into_iter()
                        .take(64)
                        .map(|(key, value)| (self.text(key, 1024), self.text(value, limits::SPAN_TEXT_BYTES_MAX)))
                        .collect(),
                ),
            };
            span.children = self.spans_at(span.children, depth + 1);
            kept.push(span);
        }
        kept
    }
}

#[cfg(test)]
mod tests;
