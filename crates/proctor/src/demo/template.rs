//! The tests of a suite, read from its report.

use anyhow::Context;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_core::result::TestResult;
use proctor_formats::ParseContext;

use crate::demo::suites::DemoSuite;

/// Bytes of a failure text that are kept: one of pytest's is 73 KB long, and it will fail often.
const FAILURE_BYTES_MAX: usize = 4 * 1024;

/// A test, as its report knows it.
#[derive(Clone, Debug)]
pub(super) struct TestTemplate {
    /// Scope.
    pub(super) scope: String,
    /// Name.
    pub(super) name: String,
    /// `file:line`.
    pub(super) location: Option<String>,
    /// The file.
    pub(super) file_name: Option<String>,
    /// The result in the report.
    pub(super) result: TestResult,
    /// Seconds; never zero.
    pub(super) duration: f64,
    /// Why it failed in the report.
    pub(super) failure: Option<String>,
    /// The failures in detail: explanation and backtrace.
    pub(super) details: Vec<(Vec<String>, Vec<String>)>,
}

/// Reads the tests of the suite's report, each once.
///
/// # Errors
/// When the report cannot be read: a mistake in this program.
pub(super) fn read_tests(suite: &DemoSuite) -> anyhow::Result<Vec<TestTemplate>> {
    let mut tests = Tests::default();
    let context = ParseContext { cwd: Some("/app"), test_runner: Some(suite.test_runner) };
    proctor_formats::parse(suite.format, suite.report.as_bytes(), &context, &mut tests)
        .with_context(|| format!("failed to read the report of {}", suite.name))?;
    Ok(tests.0)
}

#[derive(Default)]
struct Tests(Vec<TestTemplate>);

impl RecordSink for Tests {
    fn accept(&mut self, _: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        let test = TestTemplate::of(record);
        // Attempts of one test are one test.
        match self.0.iter_mut().find(|known| known.scope == test.scope && known.name == test.name) {
            Some(known) if known.failure.is_none() => *known = test,
            Some(_) => {}
            None => self.0.push(test),
        }
        Ok(())
    }

    fn reject(&mut self, _: Rejection) -> Result<(), TooManyRecords> {
        Ok(())
    }

    fn warn(&mut self, _: Warning) {}

    fn notice(&mut self, _: Notice) {}
}

impl TestTemplate {
    fn of(record: Record<'_>) -> Self {
        let lines = |lines: Vec<std::borrow::Cow<'_, str>>| lines.into_iter().take(30).map(|line| shortened(&line)).collect();
        let details = record.failure_expanded.into_iter().take(3).map(|detail| (lines(detail.expanded), lines(detail.backtrace)));
        let details: Vec<_> = details.collect();
        let absolute = |path: std::borrow::Cow<'_, str>| path.strip_prefix("/app/").map_or_else(|| path.to_string(), str::to_owned);
        Self {
            scope: record.scope.into_owned(),
            name: record.name.into_owned(),
            location: record.location.map(absolute),
            file_name: record.file_name.map(absolute),
            result: record.result,
            duration: record.duration.unwrap_or(0.0).clamp(0.004, 20.0),
            failure: record.failure_reason.map(|reason| shortened(&reason)).filter(|reason| !reason.is_empty()),
            details,
        }
    }
}

fn shortened(text: &str) -> String {
    proctor_core::text::cut(text, FAILURE_BYTES_MAX).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::suites::SUITES;

    #[test]
    fn every_report_holds_tests_that_pass_and_tests_that_fail() {
        for suite in &SUITES {
            let tests = read_tests(suite).unwrap();
            let any = |result| tests.iter().any(|test| test.result == result);
            assert!(tests.len() >= 8 && any(TestResult::Passed) && any(TestResult::Failed), "{}: {}", suite.name, tests.len());
        }
    }
}
