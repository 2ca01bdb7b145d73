//! The pull reader: documents, one after another, as the elements and texts that a [`Builder`] takes.

use std::borrow::Cow;

use proctor_core::limits;
use proctor_core::receipt::{Notice, Warning, WarningKind};
use proctor_core::record::RecordSink;

use crate::context::ParseContext;
use crate::encoding::xml_to_text;
use crate::error::{ParseError, Position};

use super::attributes::Attributes;
use super::builder::{Builder, Refusal, local_name};
use super::doctype;
use super::markup::{self, Special};
use super::prolog::{self, ROOTS};
use super::repair::{Fault, Repair};
use super::tag::{self, Tag};

/// How often reading starts anew behind something that is no report; what comes after is noise.
const RESTARTS_IN_NOISE_MAX: usize = 100;

/// Reads a JUnit document, or several in a row.
pub(crate) fn parse(document: &[u8], context: &ParseContext<'_>, sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    let text = xml_to_text(document);
    let builder = Builder::new(context, sink, Repair::of(&text));
    Reader { text: &text, at: 0, builder, attributes: Attributes::default(), is_report: false, has_noise: false }.read()
}

/// What to do after a piece of the document.
enum Step {
    Continue,
    EndOfRoot,
    EndOfText,
}

struct Reader<'a, 's> {
    text: &'a str,
    /// Where reading has come to.
    at: usize,
    builder: Builder<'a, 's>,
    /// Those of the start tag at hand.
    attributes: Attributes<'a>,
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
        self.at = start;
        loop {
            let step = match self.text.as_bytes().get(self.at..) {
                Some([b'<', b'/', ..]) => self.take_end_tag()?,
                Some([b'<', b'!' | b'?', ..]) => self.take_special()?,
                Some([b'<', ..]) => self.take_start_tag()?,
                Some([_, ..]) => self.take_text(),
                _ => self.take_end()?,
            };
            match step {
                Step::Continue => {}
                Step::EndOfRoot => return Ok(self.at),
                Step::EndOfText => return Ok(self.text.len()),
            }
        }
    }

    fn take_end(&self) -> Result<Step, ParseError> {
        match self.builder.innermost() {
            Some(name) => Err(self.unparsable(format!("the document ends inside of <{name}>"), self.text.len())),
            None => Ok(Step::EndOfText),
        }
    }

    fn take_start_tag(&mut self) -> Result<Step, ParseError> {
        let (text, at) = (self.text, self.at);
        let is_in_text = self.builder.is_in_text();
        let is_markup = prolog::begins_markup(&text[at..]);
        let tag = if is_in_text || !is_markup { Tag::read_without_attributes(text, at) } else { Tag::read(text, at, &mut self.attributes) };
        let Some(tag) = tag else {
            return Err(self.unreadable());
        };
        if !is_markup || (is_in_text && memchr::memchr(b'<', &text.as_bytes()[at + 1..tag.end]).is_some()) {
            self.take_tag_as_text(&text[at..tag.end]);
            return Ok(Step::Continue);
        }
        if !self.is_report {
            self.take_root(tag.name, at)?;
        }
        self.builder.start(tag, &self.attributes).map_err(|refusal| self.refused(refusal, at))?;
        self.at = tag.end;
        Ok(self.after_tag())
    }

    fn take_end_tag(&mut self) -> Result<Step, ParseError> {
        let at = self.at;
        let Some(end) = tag::tag_end(self.text, at) else {
            return Err(self.unreadable());
        };
        let name = tag::name_of(&self.text[at + 2..end]);
        self.builder.end(name).map_err(|refusal| self.refused(refusal, at))?;
        self.at = end;
        Ok(self.after_tag())
    }

    fn take_special(&mut self) -> Result<Step, ParseError> {
        let (text, at) = (self.text, self.at);
        self.at = match Special::read(text, at) {
            Special::Nothing { end } => end,
            Special::Declaration { end } => {
                self.builder.repair.declare(&text[at..end]);
                end
            }
            Special::Characters { raw, end } => {
                self.builder.text(raw);
                end
            }
            Special::DocumentType { declaration, end } => {
                if let Some(reason) = doctype::refusal(declaration) {
                    self.is_report = true;
                    return Err(self.unparsable(reason, at));
                }
                end
            }
            // Only this is gone on behind: after a search to the end of the text there is nothing to go on to, and to search
            // again from the next place would take quadratic time.
            Special::LoneBang if self.builder.is_in_text() => {
                self.builder.repair.note(Fault::UnescapedMarkup);
                self.builder.text(&text[at..at + 2]);
                at + 2
            }
            Special::LoneBang | Special::Unreadable => return Err(self.unreadable()),
        };
        Ok(Step::Continue)
    }

    /// Takes what is no markup: everything up to the next `<`, or a part of it.
    fn take_text(&mut self) -> Step {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let is_kept = self.builder.keeps_text();
        let length = if is_kept || self.builder.innermost().is_none() {
            match memchr::memchr2(b'<', b'&', bytes) {
                Some(0) => return self.take_reference(),
                end => end.unwrap_or(bytes.len()),
            }
        } else {
            memchr::memchr(b'<', bytes).unwrap_or(bytes.len())
        };
        self.take_characters(&rest[..length]);
        self.at += length;
        Step::Continue
    }

    /// Takes `&name;`, or a bare `&` with what comes after it.
    fn take_reference(&mut self) -> Step {
        let rest = &self.text[self.at..];
        let end = memchr::memchr3(b';', b'&', b'<', &rest.as_bytes()[1..]).map_or(rest.len(), |at| at + 1);
        if rest.as_bytes().get(end) == Some(&b';') {
            self.builder.reference(&rest[..=end], &rest[1..end]);
            self.at += end + 1;
        } else {
            self.take_characters(&rest[..end]);
            self.at += end;
        }
        Step::Continue
    }

    fn take_characters(&mut self, raw: &'a str) {
        if self.builder.innermost().is_none() {
            self.has_noise |= !prolog::is_blank_text(raw);
        } else if self.builder.is_in_text() {
            let repair = &mut self.builder.repair;
            if !repair.is_noted(Fault::UnescapedMarkup) && markup::has_unescaped(raw) {
                repair.note(Fault::UnescapedMarkup);
            }
            self.builder.text(raw);
        }
    }

    /// Takes `a < b` as what it means, although everything up to the next `>` would be a tag.
    ///
    /// Goes on at the end tag in there, else at the last start tag: never at one that may turn out to be text again, for
    /// each would be searched for its end, to the end of the document if need be.
    fn take_tag_as_text(&mut self, tag: &'a str) {
        self.builder.repair.note(Fault::UnescapedMarkup);
        let end_tag = memchr::memmem::find(&tag.as_bytes()[1..], b"</").map(|at| at + 1);
        let next = end_tag
            .or_else(|| memchr::memrchr_iter(b'<', &tag.as_bytes()[1..]).map(|at| at + 1).find(|at| prolog::begins_markup(&tag[*at..])));
        let length = next.unwrap_or(tag.len());
        self.take_characters(&tag[..length]);
        self.at += length;
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

    fn after_tag(&mut self) -> Step {
        if self.builder.innermost().is_none() {
            return Step::EndOfRoot;
        }
        if !self.builder.is_in_text() {
            self.at = tag::end_of_blanks(self.text.as_bytes(), self.at);
        }
        Step::Continue
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

    /// What is wrong with the markup that reading has come to.
    fn unreadable(&self) -> ParseError {
        let (message, at) = markup::complaint(self.text, self.at);
        self.unparsable(message, at)
    }

    fn unparsable(&self, message: impl Into<String>, at: usize) -> ParseError {
        ParseError::Unparsable { message: message.into(), position: Position::of(self.text.as_bytes(), at) }
    }
}
