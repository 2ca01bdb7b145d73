//! Uploads of the demo as bodies.

use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use serde_json::{Value, json};

use crate::demo::plan::PlannedRun;
use crate::demo::suites::DemoSuite;
use crate::demo::template::TestTemplate;

/// An upload to be sent.
#[derive(Debug)]
pub(super) struct Upload {
    /// When it is said to have come.
    pub(super) at: Timestamp,
    /// The JSON envelope.
    pub(super) body: String,
}

/// A test and what it came to.
#[derive(Clone, Debug)]
pub(super) struct Sent<'t> {
    /// The test.
    pub(super) test: &'t TestTemplate,
    /// The result.
    pub(super) result: TestResult,
    /// Seconds.
    pub(super) duration: f64,
    /// Whether it may pass when it is run again.
    pub(super) is_flaky: bool,
}

/// The suite's report, as its tool wrote it. It is full of failures, so it comes from a branch of somebody who tries things.
pub(super) fn native(suite: &DemoSuite, run: &PlannedRun) -> Upload {
    let mut run_env = run_env(suite, run);
    run_env["branch"] = json!("try-proctor");
    // Where the tool wrote absolute paths, they begin with this.
    run_env["cwd"] = json!("/app");
    let body = json!({ "format": suite.format.as_str(), "run_env": run_env, "tags": tags(), "data": suite.report });
    Upload { at: run.at, body: body.to_string() }
}

/// The results in the format of the collectors, with `nameless` results among them that nobody can take in.
pub(super) fn rendered(suite: &DemoSuite, run: &PlannedRun, at: Timestamp, sent: &[Sent<'_>], nameless: usize) -> Upload {
    let nameless = std::iter::repeat_n(json!({ "scope": "", "result": "passed" }), nameless);
    let data: Vec<Value> = sent.iter().map(result).chain(nameless).collect();
    let body = json!({ "format": "json", "run_env": run_env(suite, run), "tags": tags(), "data": data });
    Upload { at, body: body.to_string() }
}

fn run_env(suite: &DemoSuite, run: &PlannedRun) -> Value {
    json!({
        "CI": "buildkite",
        "key": run.key,
        "number": run.number.to_string(),
        "branch": run.branch,
        "commit_sha": run.commit,
        "message": run.message,
        "url": format!("https://ci.example/builds/{}", run.number),
        "collector": "proctor-demo",
        "version": env!("CARGO_PKG_VERSION"),
        "test_runner": suite.test_runner,
    })
}

fn tags() -> Value {
    json!({ "host.arch": "arm64", "cloud.region": "eu-central-1" })
}

fn result(sent: &Sent<'_>) -> Value {
    let Sent { test, result, duration, is_flaky: _ } = sent;
    let mut value = json!({
        "scope": test.scope,
        "name": test.name,
        "location": test.location,
        "file_name": test.file_name,
        "result": result.as_str(),
        "history": { "section": "top", "start_at": 0.0, "end_at": duration, "duration": duration },
    });
    if *result == TestResult::Failed {
        value["failure_reason"] = json!(test.failure.as_deref().unwrap_or("expected true, got false"));
        let details = test.details.iter().map(|(expanded, backtrace)| json!({ "expanded": expanded, "backtrace": backtrace }));
        value["failure_expanded"] = details.collect();
    }
    value
}
