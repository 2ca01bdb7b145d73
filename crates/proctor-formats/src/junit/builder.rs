//! From elements to records: what is open, what it means, and what becomes of it when it closes.

use std::borrow::Cow;

use proctor_core::limits;
use proctor_core::receipt::{RejectReason, Rejection, Warning, WarningKind};
use proctor_core::record::{RecordSink, TooManyRecords};

use crate::context::ParseContext;

use super::attributes::Attributes;
use super::case::Case;
use super::failure::Failure;
use super::repair::{Fault, Repair};
use super::selector::{PytestModules, Runner};
use super::suite::Suite;
use super::tag::Tag;

/// Lines of the trouble of a suite; its notice is cut by bytes.
const TROUBLE_LINES_MAX: usize = limits::FAILURE_REASON_BYTES_MAX / 4;
/// How far up the closing tag of an element inside a text looks for the opening one.
const UNBALANCED_TAGS_MAX: usize = 64;

/// What an element means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// `testsuites` or `testsuite`.
    Suite,
    /// `testcase`.
    Case,
    /// `failure` or `error` of a case.
    Failure,
    /// `failure` or `error` of a suite: no test.
    Trouble,
    /// Something whose content is text, whatever it looks like.
    Text,
    /// Something unknown, which may have cases in it.
    Other,
}

/// An element that is open, under its name as written.
#[derive(Clone, Copy, Debug)]
struct Open<'a> {
    name: &'a str,
    role: Role,
}

/// Why an end tag or a start tag cannot be taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The tag closes something that is not open, or not innermost.
    Mismatch(String),
    /// Nested too deep.
    TooDeep,
    /// The sink is full.
    Full(TooManyRecords),
}

impl From<TooManyRecords> for Refusal {
    fn from(full: TooManyRecords) -> Self {
        Self::Full(full)
    }
}

/// Builds records out of elements and hands them to a sink.
pub(super) struct Builder<'a, 's> {
    runner: Runner,
    /// Where records go.
    pub(super) sink: &'s mut dyn RecordSink,
    /// What had to be repaired.
    pub(super) repair: Repair,
    modules: PytestModules,
    /// Records found so far.
    index: u64,
    open: Vec<Open<'a>>,
    suites: Vec<Suite<'a>>,
    cases: Vec<Case<'a>>,
    failure: Option<Failure<'a>>,
}

impl<'a, 's> Builder<'a, 's> {
    /// A builder before the first element.
    pub(super) fn new(context: &ParseContext<'_>, sink: &'s mut dyn RecordSink, repair: Repair) -> Self {
        Self {
            runner: Runner::of(context.test_runner),
            sink,
            repair,
            modules: PytestModules::default(),
            index: 0,
            open: Vec::new(),
            suites: Vec::new(),
            cases: Vec::new(),
            failure: None,
        }
    }

    /// The innermost open element; `None` outside of the root.
    pub(super) fn innermost(&self) -> Option<&'a str> {
        self.open.last().map(|element| element.name)
    }

    /// Whether what comes next is text even if it looks like an element.
    pub(super) fn is_in_text(&self) -> bool {
        self.open.last().is_some_and(|element| matches!(element.role, Role::Failure | Role::Trouble | Role::Text))
    }

    /// Whether text is kept: it is that of a failure.
    pub(super) fn keeps_text(&self) -> bool {
        self.failure.is_some()
    }

    /// Opens the element that `tag` starts, and closes it if it is empty.
    pub(super) fn start(&mut self, tag: Tag<'a>, attributes: &Attributes<'a>) -> Result<(), Refusal> {
        let local_name = local_name(tag.name);
        let role = self.role_of(local_name);
        if tag.is_empty {
            if role == Role::Case {
                let case = Case::read(attributes, &mut self.repair);
                return Ok(self.finish_case(case)?);
            }
            self.enter(role, local_name, attributes);
            return self.leave(role);
        }
        if self.open.len() >= limits::NESTING_DEPTH_MAX {
            return Err(Refusal::TooDeep);
        }
        self.enter(role, local_name, attributes);
        self.open.push(Open { name: tag.name, role });
        Ok(())
    }

    /// Closes the element `name`, and with it those inside a text that were left open.
    pub(super) fn end(&mut self, name: &str) -> Result<(), Refusal> {
        let Some(innermost) = self.open.last() else {
            return Err(Refusal::Mismatch(format!("</{name}> closes nothing")));
        };
        if innermost.name == name {
            let role = innermost.role;
            self.open.pop();
            return self.leave(role);
        }
        if !self.is_in_text() {
            return Err(Refusal::Mismatch(format!("<{}> is closed by </{name}>", innermost.name)));
        }
        self.repair.note(Fault::UnbalancedText);
        let innermost = self.open.iter().rev().take(UNBALANCED_TAGS_MAX);
        let tags_in_text = innermost.clone().take_while(|element| element.role == Role::Text).count();
        let closed = innermost.take(tags_in_text + 1).position(|element| element.name == name);
        for _ in 0..closed.map_or(0, |position| position + 1) {
            if let Some(element) = self.open.pop() {
                self.leave(element.role)?;
            }
        }
        Ok(())
    }

    /// Takes in text without references: character data as it stands in the document.
    pub(super) fn text(&mut self, raw: &'a str) {
        if let Some(failure) = &mut self.failure {
            failure.push(self.repair.text(raw));
        }
    }

    /// Takes in the reference `raw`, which is `&name;`.
    pub(super) fn reference(&mut self, raw: &'a str, name: &str) {
        if let Some(failure) = &mut self.failure {
            match self.repair.reference(name) {
                Some(character) => failure.push_char(character),
                None => failure.push(self.repair.text(raw)),
            }
        }
    }

    fn role_of(&self, local_name: &str) -> Role {
        let parent = self.open.last().map(|element| element.role);
        match (parent, local_name) {
            (Some(Role::Failure | Role::Trouble | Role::Text), _) => Role::Text,
            (_, "testcase") => Role::Case,
            (_, "testsuite" | "testsuites") => Role::Suite,
            (Some(Role::Case), "failure" | "error") => Role::Failure,
            (Some(Role::Suite), "failure" | "error") => Role::Trouble,
            (Some(Role::Case), "skipped" | "disabled" | "ignored") => Role::Text,
            (Some(Role::Case), "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError") => Role::Text,
            (_, "properties" | "system-out" | "system-err") => Role::Text,
            _ => Role::Other,
        }
    }

    fn enter(&mut self, role: Role, local_name: &str, attributes: &Attributes<'a>) {
        match role {
            Role::Suite => self.suites.push(Suite::read(attributes, self.suites.last(), &mut self.repair)),
            Role::Case => self.cases.push(Case::read(attributes, &mut self.repair)),
            Role::Failure => {
                let lines_max = self.cases.last().map_or(0, Case::failure_lines_left);
                self.failure = Some(Failure::read(attributes, lines_max, &mut self.repair));
            }
            Role::Trouble => self.failure = Some(Failure::read(attributes, TROUBLE_LINES_MAX, &mut self.repair)),
            Role::Text if self.open.last().is_some_and(|parent| parent.role == Role::Case) => {
                if let Some(case) = self.cases.last_mut() {
                    match local_name {
                        "skipped" | "disabled" | "ignored" => case.skip(),
                        "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => case.note_failed_attempt(),
                        _ => {}
                    }
                }
            }
            Role::Text | Role::Other => {}
        }
    }

    fn leave(&mut self, role: Role) -> Result<(), Refusal> {
        match role {
            Role::Suite => {
                self.suites.pop();
            }
            Role::Case => {
                if let Some(case) = self.cases.pop() {
                    self.finish_case(case)?;
                }
            }
            Role::Failure => {
                if let (Some(case), Some(failure)) = (self.cases.last_mut(), self.failure.take()) {
                    case.fail(failure);
                }
            }
            Role::Trouble => {
                if let Some(failure) = self.failure.take() {
                    let suite_name = self.suites.last().map_or("", |suite| &*suite.name);
                    self.sink.notice(failure.into_notice(suite_name));
                }
            }
            Role::Text | Role::Other => {}
        }
        Ok(())
    }

    #[inline]
    fn finish_case(&mut self, mut case: Case<'a>) -> Result<(), TooManyRecords> {
        let index = self.index;
        self.index += 1;
        let Some(name) = case.name.take() else {
            let message = "name is missing".to_owned();
            return self.sink.reject(Rejection { index, reason: RejectReason::NameMissing, message });
        };
        let mut warn = |kind, message| self.sink.warn(Warning { index: Some(index), kind, message: Cow::Borrowed(message) });
        if case.classname.is_none() {
            warn(WarningKind::ScopeMissing, "classname is missing");
        }
        if case.is_duration_unreadable {
            warn(WarningKind::DurationUnreadable, "time is not a number of seconds");
        }
        if case.is_cut {
            warn(WarningKind::Truncated, "failure text has too many lines and was cut");
        }
        self.sink.accept(index, case.into_record(name, &self.suites, self.runner, &mut self.modules))
    }
}

/// A name without its namespace prefix.
pub(super) fn local_name(name: &str) -> &str {
    // What nearly every tag is named; to compare is faster than to look for a colon.
    if name == "testcase" {
        return name;
    }
    name.bytes().rposition(|byte| byte == b':').map_or(name, |colon| &name[colon + 1..])
}
