//! One test case and the record it becomes.

use std::borrow::Cow;

use proctor_core::limits;
use proctor_core::record::{FailureDetail, Record};
use proctor_core::result::TestResult;

use super::attributes::{Attributes, Key};
use super::failure::Failure;
use super::repair::Repair;
use super::selector::{PytestModules, Runner};
use super::suite::Suite;
use super::time::parse_seconds;

/// Lines of all failures of one case. Ingest cuts by bytes; this only keeps millions of empty lines out of memory.
const FAILURE_LINES_PER_CASE_MAX: usize = limits::FAILURE_EXPANDED_BYTES_MAX / 4;
/// Failures of one case.
const FAILURES_PER_CASE_MAX: usize = 10_000;

/// A `testcase` element that is being read.
#[derive(Debug, Default)]
pub(super) struct Case<'a> {
    /// Its attribute `classname`.
    pub(super) classname: Option<Cow<'a, str>>,
    /// Its attribute `name`, unless blank.
    pub(super) name: Option<Cow<'a, str>>,
    file: Option<Cow<'a, str>>,
    line: Option<Cow<'a, str>>,
    duration: Option<f64>,
    /// `time` is there and says nothing that can be understood.
    pub(super) is_duration_unreadable: bool,
    /// Some of the failure text was left out.
    pub(super) is_cut: bool,
    did_not_run: bool,
    had_failed_attempts: bool,
    failure_count: usize,
    failure_lines: usize,
    reason: Option<Cow<'a, str>>,
    failures: Vec<FailureDetail<'a>>,
}

impl<'a> Case<'a> {
    /// Reads the start tag.
    #[inline]
    pub(super) fn read(attributes: &Attributes<'a>, repair: &mut Repair) -> Self {
        let time = repair.attribute(attributes, Key::Time);
        let duration = time.as_deref().and_then(parse_seconds);
        Self {
            classname: repair.attribute(attributes, Key::Classname),
            name: repair.attribute(attributes, Key::Name).filter(|name| !name.trim().is_empty()),
            file: repair.attribute(attributes, Key::File).filter(|file| !file.is_empty()),
            line: repair.attribute(attributes, Key::Line),
            duration,
            is_duration_unreadable: duration.is_none() && time.is_some_and(|time| !time.trim().is_empty()),
            did_not_run: attributes.did_not_run,
            ..Self::default()
        }
    }

    /// The lines that another failure may have.
    pub(super) fn failure_lines_left(&self) -> usize {
        FAILURE_LINES_PER_CASE_MAX.saturating_sub(self.failure_lines)
    }

    /// Takes in a child `failure` or `error`.
    pub(super) fn fail(&mut self, failure: Failure<'a>) {
        self.failure_count += 1;
        self.is_cut |= failure.is_cut() || self.failure_count > FAILURES_PER_CASE_MAX;
        if self.failure_count > FAILURES_PER_CASE_MAX {
            return;
        }
        let (reason, detail) = failure.finish(self.reason.is_some());
        self.failure_lines += detail.expanded.len();
        self.failures.push(detail);
        if self.reason.is_none() {
            self.reason = reason;
        }
    }

    /// Takes in a child that says that the case did not run.
    pub(super) fn skip(&mut self) {
        self.did_not_run = true;
    }

    /// Takes in a child that tells of an earlier attempt that failed (Surefire, nextest).
    pub(super) fn note_failed_attempt(&mut self) {
        self.had_failed_attempts = true;
    }

    const fn result(&self) -> TestResult {
        if self.failure_count > 0 {
            TestResult::Failed
        } else if self.did_not_run {
            TestResult::Skipped
        } else {
            TestResult::Passed
        }
    }

    /// The record, with the parts that only its surroundings know.
    #[inline]
    pub(super) fn into_record<'r>(
        self,
        name: Cow<'a, str>,
        suites: &'r [Suite<'a>],
        runner: Runner,
        modules: &'r mut PytestModules,
    ) -> Record<'r>
    where
        'a: 'r,
    {
        let result = self.result();
        let suite = suites.last();
        let scope = self.classname.unwrap_or_default();
        let is_pytest = runner == Runner::Pytest || suite.is_some_and(|suite| suite.is_pytest);
        let module = if is_pytest { modules.path_of(&scope) } else { None };

        let suite_file = || suites.iter().rev().find_map(|suite| suite.file.as_deref());
        let file_name: Option<Cow<'r, str>> = match self.file.or_else(|| suite_file().map(Cow::Borrowed)) {
            Some(file) => Some(file),
            None if is_pytest => module.map(Cow::Borrowed),
            None => suite.is_some_and(|suite| suite.is_named_as_file && suite.name == scope).then(|| scope.clone()),
        };
        let selector = match module {
            Some(module) => Some(Cow::Borrowed(module)),
            None if runner == Runner::Gotest || (!is_pytest && file_name.is_none()) => {
                Some(scope.clone()).filter(|scope| !scope.is_empty())
            }
            None => None,
        };
        let line = self.line.filter(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()));
        let location = match (&file_name, line) {
            (Some(file), Some(line)) => Some(Cow::Owned(format!("{file}:{line}"))),
            (file, _) => file.clone(),
        };
        // Every field, and not those of `Record::new`, which would be written twice.
        Record {
            scope,
            name,
            location,
            file_name,
            result,
            duration: self.duration,
            start_at: None,
            end_at: None,
            failure_reason: self.reason,
            failure_expanded: self.failures,
            spans: Vec::new(),
            tags: Vec::new(),
            client_id: None,
            external_id: None,
            trace_id: None,
            selector,
            runner_retried: self.had_failed_attempts && result == TestResult::Passed,
        }
    }
}
