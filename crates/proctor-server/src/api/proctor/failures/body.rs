//! A group of failures on the wire.

use proctor_core::verdict::Verdict;
use proctor_store::catalog::failures::FailureGroup;
use proctor_store::catalog::tests::KnownTest;
use serde::Serialize;

use crate::urls::SuiteUrls;
use crate::usecases::failures::{Group, RunGroup, RunGroupTest, WindowGroup, WindowGroupTest};

/// Failures with one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupBody {
    /// The fingerprint, 32 hexadecimal digits.
    id: String,
    /// The message in one line, volatile parts blanked.
    title: String,
    /// Where in the project's own code, the top first.
    frames: Vec<String>,
    /// What the newest of them says.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// Those that the answer is about.
    executions_count: u64,
    tests_count: u64,
    /// Over all the history of the suite, as are the next three.
    first_seen_at: String,
    first_run_id: String,
    last_seen_at: String,
    last_run_id: String,
    latest_execution_id: String,
    tests: Vec<GroupTestBody>,
}

/// A test in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct GroupTestBody {
    id: String,
    url: String,
    web_url: String,
    scope: String,
    name: String,
    location: String,
    state: &'static str,
    labels: Vec<String>,
    executions_count: u64,
    #[serde(flatten)]
    in_run: Option<InRunBody>,
}

/// What only a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct InRunBody {
    verdict: &'static str,
    passed_in_run: bool,
}

impl GroupBody {
    /// A group of a run.
    #[must_use]
    pub fn of_run(group: RunGroup, urls: &SuiteUrls) -> Self {
        let RunGroup { group, verdict, history, tests } = group;
        let of_test = |test: RunGroupTest| {
            let RunGroupTest { test, executions, verdict, passed_in_run } = test;
            let in_run = InRunBody { verdict: verdict.as_str(), passed_in_run };
            GroupTestBody::new(test, executions, Some(in_run), urls)
        };
        Self::new(group, history, Some(verdict), tests.into_iter().map(of_test).collect())
    }

    /// A group of a window.
    #[must_use]
    pub fn of_window(group: WindowGroup, urls: &SuiteUrls) -> Self {
        let WindowGroup { group, history, tests } = group;
        let of_test = |WindowGroupTest { test, executions }: WindowGroupTest| GroupTestBody::new(test, executions, None, urls);
        Self::new(group, history, None, tests.into_iter().map(of_test).collect())
    }

    fn new(group: Group, history: Option<FailureGroup>, verdict: Option<Verdict>, tests: Vec<GroupTestBody>) -> Self {
        let Group { fingerprint, sample, latest, tests: all_tests, executions, first, last } = group;
        // What the history does not know, the executions at hand do.
        let (first, last) = history.map_or((first, last), |known| {
            (first.min((known.first_seen_at, known.first_run_id)), last.max((known.last_seen_at, known.last_run_id)))
        });
        Self {
            id: fingerprint.id.to_string(),
            title: fingerprint.title,
            frames: fingerprint.frames,
            message: sample,
            verdict: verdict.map(Verdict::as_str),
            executions_count: executions,
            tests_count: all_tests.len() as u64,
            first_seen_at: first.0.to_string(),
            first_run_id: first.1.to_string(),
            last_seen_at: last.0.to_string(),
            last_run_id: last.1.to_string(),
            latest_execution_id: latest.to_string(),
            tests,
        }
    }
}

impl GroupTestBody {
    fn new(test: KnownTest, executions: u64, in_run: Option<InRunBody>, urls: &SuiteUrls) -> Self {
        let KnownTest { ordinal: _, id, scope, name, location, file_name: _, labels, state, owners: _, created_at: _ } = test;
        Self {
            id: id.to_string(),
            url: urls.test(id),
            web_url: urls.test_web(id),
            scope,
            name,
            location: location.unwrap_or_default(),
            state: state.as_str(),
            labels,
            executions_count: executions,
            in_run,
        }
    }
}
