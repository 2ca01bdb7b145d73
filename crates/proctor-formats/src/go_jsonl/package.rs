//! A package while its tests run.

use std::borrow::Cow;
use std::collections::HashMap;

use proctor_core::record::{FailureDetail, Record};
use proctor_core::result::TestResult;

use super::build::{Builds, joined};
use super::event::{Action, Event};
use crate::json::{Halt, Records, Slot};

/// What a package has told so far.
#[derive(Debug, Default)]
pub(super) struct Package<'a> {
    running: HashMap<Cow<'a, str>, Running<'a>>,
    /// Output that belongs to no test.
    output: Vec<Slot<'a>>,
    has_failed_test: bool,
    /// Tests started so far.
    started: usize,
}

/// A test that has not ended.
#[derive(Debug, Default)]
struct Running<'a> {
    output: Vec<Slot<'a>>,
    /// Position among the tests of the package; `None` without a `run` event.
    started: Option<usize>,
}

impl<'a> Package<'a> {
    /// Takes an event that does not end the package.
    pub(super) fn take(&mut self, event: Event<'a>, records: &mut Records<'_>) -> Result<(), Halt> {
        let Some(test) = event.test else {
            self.output.extend(event.output);
            return Ok(());
        };
        let result = match event.action {
            Action::Run => {
                self.started += 1;
                self.running.insert(test, Running { output: Vec::new(), started: Some(self.started) });
                return Ok(());
            }
            Action::Pass => TestResult::Passed,
            Action::Fail => TestResult::Failed,
            Action::Skip => TestResult::Skipped,
            Action::Output | Action::BuildOutput | Action::Other => {
                if let Some(output) = event.output {
                    self.running.entry(test).or_default().output.push(output);
                }
                return Ok(());
            }
        };
        self.has_failed_test |= result == TestResult::Failed;
        let running = self.running.remove(&test).unwrap_or_default();
        let mut record = Record::new(event.package.unwrap_or_default(), test, result);
        record.duration = records.remarks.seconds(event.elapsed, 1.0);
        record.selector = Some(record.scope.clone());
        if result == TestResult::Failed {
            explain(&mut record, &running.output);
        }
        records.accept(record)
    }

    /// The package is over: what failed although no test says so.
    pub(super) fn end(self, name: &str, event: &Event<'a>, builds: &mut Builds<'a>, records: &mut Records<'_>) -> Result<(), Halt> {
        if event.action != Action::Fail {
            return Ok(());
        }
        let output = joined(&self.output);
        let did_not_build = event.failed_build.is_some() || ["[build failed]", "[setup failed]"].iter().any(|mark| output.contains(mark));
        if did_not_build {
            let compiler = event.failed_build.as_ref().map(|path| builds.take_output_of(path)).unwrap_or_default();
            records.notice(format!("{name} does not build"), format!("{compiler}{output}").trim());
        }
        let mut unfinished: Vec<_> = self.running.into_iter().filter(|(_, running)| running.started.is_some()).collect();
        unfinished.sort_by_key(|(_, running)| running.started);
        for (test, running) in unfinished {
            let mut record = Record::new(name, test, TestResult::Unknown);
            record.selector = Some(Cow::Owned(name.to_owned()));
            explain(&mut record, &running.output);
            records.accept(record)?;
        }
        if self.has_failed_test || did_not_build {
            return Ok(());
        }
        let mut record = Record::new(name, "TestMain", TestResult::Failed);
        record.duration = records.remarks.seconds(event.elapsed, 1.0);
        record.selector = Some(Cow::Owned(name.to_owned()));
        explain(&mut record, &self.output);
        records.accept(record)
    }
}

/// Takes the reason of a failure from the output: the first line that is neither blank nor the framework's own.
fn explain(record: &mut Record<'_>, output: &[Slot<'_>]) {
    let output = joined(output);
    let mut lines = output.lines().map(str::trim);
    let reason = lines.find(|line| !line.is_empty() && !line.starts_with("===") && !line.starts_with("---"));
    record.failure_reason = reason.map(|line| Cow::Owned(line.to_owned()));
    let expanded: Vec<_> = output.lines().map(|line| Cow::Owned(line.to_owned())).collect();
    if !expanded.is_empty() {
        record.failure_expanded = vec![FailureDetail { expanded, backtrace: Vec::new() }];
    }
}
