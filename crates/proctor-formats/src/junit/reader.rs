//! The pull reader: documents, one after another, as the elements and texts that a [`Builder`] takes.

use std::borrow::Cow;

use proctor_core::limits;
use proctor_core::receipt::{Notice, Warning, WarningKind};
use proctor_core::record::RecordSink;
use quick_xml::Reader as Markup;
use quick_xml::errors::{Error as MarkupError, SyntaxError};
use quick_xml::events::Event;

use crate::context::ParseContext;
use crate::encoding::xml_to_text;
use crate::error::{ParseError, Position};

use super::builder::{Builder, Refusal, local_name};
use super::doctype;
use super::prolog::{self, ROOTS};
use super::repair::{Fault, Repair};

/// How often reading starts anew behind something that is no report; what comes after is noise.
const RESTARTS_IN_NOISE_MAX: usize = 100;

/// Reads a JUnit document, or several in a row.
pub(crate) fn parse(document: &[u8], context: &ParseContext<'_>, sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    let text = xml_to_text(document);
    let builder = Builder::new(context, sink, Repair::of(&text));
    Reader { text: &text, builder, is_report: false, has_noise: false }.read()
}

/// What to do after an event.
enum Step {
    Continue,
    /// Go on reading at an offset in the text, because the reader of markup has run past it.
    Resume(usize),
    /// The root element has ended at the current offset.
    EndOfRoot,
    EndOfText,
}

struct Reader<'a, 's> {
    text: &'a str,
    builder: Builder<'a, 's>,
    /// What is being read is a report, to be read or refused; before its root element it may turn out to be noise.
    is_report: bool,
    /// There was something around the reports.
    has_noise: bool,
}

impl<'a, 's> Reader<'a, 's> {
    fn read(mut self) -> Result<(), ParseError> {
        let mut from = 0;
        let mut has_document = false;
        let mut restarts = 0;
        while let Some(start) = prolog::find_start(self.text, from) {
            self.has_noise |= start.is_after_noise;
            self.is_report = false;
            from = match self.read_document(start.offset) {
                Ok(end) => end,
                // After a report, something that is none is noise.
                Err(ParseError::Unparsable { .. }) if has_document && !self.is_report => {
                    self.has_noise = true;
                    restarts += 1;
                    match prolog::find_marker(self.text, start.offset + 1) {
                        Some(next) if restarts <= RESTARTS_IN_NOISE_MAX => next,
                        _ => self.text.len(),
                    }
                }
                Err(error) => return Err(error),
            };
            has_document |= self.is_report;
        }
        if !has_document {
            let message = if prolog::is_blank_text(self.text) {
                "the document is empty"
            } else {
                "no test report found: neither <testsuites> nor <testsuite>"
            };
            return Err(self.unparsable(message, self.text.len()));
        }
        self.has_noise |= !prolog::is_blank_text(&self.text[from..]);
        if self.has_noise {
            let message = Cow::Borrowed("text around the report was skipped");
            self.builder.sink.warn(Warning { index: None, kind: WarningKind::NoiseSkipped, message });
        }
        for warning in self.builder.repair.warnings() {
            self.builder.sink.warn(warning);
        }
        Ok(())
    }

    /// Reads the document at `start` and returns where it ends.
    fn read_document(&mut self, start: usize) -> Result<usize, ParseError> {
        let text = self.text;
        let mut base = start;
        let mut markup = markup_reader(&text[base..]);
        let mut before = base;
        loop {
            let event = markup.read_event();
            let after = base + offset(markup.buffer_position());
            let step = match event {
                Ok(event) => self.take(event, before, after)?,
                Err(error) => self.recover(&error, base + offset(markup.error_position()))?,
            };
            before = after;
            match step {
                Step::Continue => {}
                Step::Resume(at) => {
                    // quick-xml would drop a mark at the start without counting it.
                    base = text.len() - text[at..].trim_start_matches('\u{FEFF}').len();
                    before = base;
                    markup = markup_reader(&text[base..]);
                }
                Step::EndOfRoot => return Ok(after),
                Step::EndOfText => return Ok(text.len()),
            }
        }
    }

    fn take(&mut self, event: Event<'a>, before: usize, after: usize) -> Result<Step, ParseError> {
        match event {
            Event::Start(_) => self.take_tag(before, after, Builder::start),
            Event::Empty(_) => self.take_tag(before, after, Builder::empty),
            Event::End(_) => {
                let tag = &self.text[before..after];
                let result = self.builder.end(tag_name(&tag[2..]));
                result.map_err(|refusal| self.refused(refusal, before))?;
                Ok(self.after_tag())
            }
            Event::Text(text) => {
                if let Cow::Borrowed(raw) = text.into_inner() {
                    self.take_text(raw);
                }
                Ok(Step::Continue)
            }
            Event::CData(text) => {
                if let Cow::Borrowed(raw) = text.into_inner() {
                    self.builder.text(raw);
                }
                Ok(Step::Continue)
            }
            Event::GeneralRef(reference) => {
                self.builder.reference(&self.text[before..after], &reference);
                Ok(Step::Continue)
            }
            Event::Decl(_) => {
                self.builder.repair.declare(&self.text[before..after]);
                Ok(Step::Continue)
            }
            Event::DocType(declaration) => match doctype::refusal(&declaration) {
                Some(reason) => {
                    self.is_report = true;
                    Err(self.unparsable(reason, before))
                }
                None => Ok(Step::Continue),
            },
            Event::Comment(_) | Event::PI(_) => Ok(Step::Continue),
            Event::Eof => match self.builder.innermost() {
                Some(name) => Err(self.unparsable(format!("the document ends inside of <{name}>"), self.text.len())),
                None => Ok(Step::EndOfText),
            },
        }
    }

    fn take_text(&mut self, raw: &'a str) {
        if self.builder.innermost().is_none() {
            self.has_noise |= !prolog::is_blank_text(raw);
        } else if self.builder.is_in_text() {
            if raw.starts_with('&') || memchr::memmem::find(raw.as_bytes(), b"]]>").is_some() {
                self.builder.repair.note(Fault::UnescapedMarkup);
            }
            self.builder.text(raw);
        }
    }

    fn take_tag(
        &mut self,
        before: usize,
        after: usize,
        into: fn(&mut Builder<'a, 's>, &'a str, &'a str) -> Result<(), Refusal>,
    ) -> Result<Step, ParseError> {
        let tag = &self.text[before..after];
        let is_text = !prolog::begins_markup(tag) || (self.builder.is_in_text() && memchr::memchr(b'<', &tag.as_bytes()[1..]).is_some());
        if is_text {
            return Ok(self.take_tag_as_text(tag, before));
        }
        let name = tag_name(&tag[1..]);
        if !self.is_report {
            self.take_root(name, before)?;
        }
        into(&mut self.builder, name, tag).map_err(|refusal| self.refused(refusal, before))?;
        Ok(self.after_tag())
    }

    /// Takes `a < b` as what it means, although the reader of markup made a tag of everything up to the next `>`.
    ///
    /// Goes on at the end tag in there, else at the last start tag: never at one that may turn out to be text again, for
    /// each would be searched for its end, to the end of the document if need be.
    fn take_tag_as_text(&mut self, tag: &'a str, before: usize) -> Step {
        self.builder.repair.note(Fault::UnescapedMarkup);
        let end_tag = memchr::memmem::find(&tag.as_bytes()[1..], b"</").map(|at| at + 1);
        let next = end_tag
            .or_else(|| memchr::memrchr_iter(b'<', &tag.as_bytes()[1..]).map(|at| at + 1).find(|at| prolog::begins_markup(&tag[*at..])));
        self.take_text(&tag[..next.unwrap_or(tag.len())]);
        next.map_or(Step::Continue, |at| Step::Resume(before + at))
    }

    fn take_root(&mut self, name: &str, at: usize) -> Result<(), ParseError> {
        let root = local_name(name);
        if !ROOTS.contains(&root) {
            if !ROOTS.iter().any(|known| known.eq_ignore_ascii_case(root)) {
                let message = format!("the root element is <{name}>, neither <testsuites> nor <testsuite>");
                return Err(self.unparsable(message, at));
            }
            // XML tells cases apart, so that there are no tests in here; saying nothing would hide the mistake.
            self.builder.sink.notice(Notice {
                message: format!("no tests read: JUnit's elements are written in lower case, but the root is <{name}>"),
                detail: String::new(),
            });
        }
        self.is_report = true;
        Ok(())
    }

    fn after_tag(&self) -> Step {
        if self.builder.innermost().is_none() { Step::EndOfRoot } else { Step::Continue }
    }

    /// Goes on behind markup that nobody can read, if it is in a text; at `at` is its `<`.
    ///
    /// Only where the reader of markup gave up at once: after a search to the end of the text there is nothing to go on to,
    /// and to search again from the next place would take quadratic time.
    fn recover(&mut self, error: &MarkupError, at: usize) -> Result<Step, ParseError> {
        let is_bang = matches!(error, MarkupError::Syntax(SyntaxError::InvalidBangMarkup));
        let is_cheap = !matches!(self.text.as_bytes().get(at + 2), None | Some(b'-' | b'[' | b'D' | b'd'));
        if is_bang && is_cheap && self.builder.is_in_text() && self.text[at..].starts_with("<!") {
            self.builder.repair.note(Fault::UnescapedMarkup);
            self.builder.text(&self.text[at..at + 2]);
            return Ok(Step::Resume(at + 2));
        }
        Err(self.unparsable(error.to_string(), at))
    }

    fn refused(&self, refusal: Refusal, at: usize) -> ParseError {
        match refusal {
            Refusal::Mismatch(message) => self.unparsable(message, at),
            Refusal::TooDeep => {
                ParseError::TooDeep { depth_max: limits::NESTING_DEPTH_MAX, position: Position::of(self.text.as_bytes(), at) }
            }
            Refusal::Full(full) => ParseError::TooManyRecords(full),
        }
    }

    fn unparsable(&self, message: impl Into<String>, at: usize) -> ParseError {
        ParseError::Unparsable { message: message.into(), position: Position::of(self.text.as_bytes(), at) }
    }
}

/// The strictness is ours: quick-xml copies the name of every open element to compare it, we borrow it.
fn markup_reader(text: &str) -> Markup<&[u8]> {
    let mut markup = Markup::from_str(text);
    let config = markup.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    markup
}

/// A position in a text that is in memory.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// The name at the start of the inside of a tag.
fn tag_name(inside: &str) -> &str {
    let end = inside.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    &inside[..end.unwrap_or(inside.len())]
}
