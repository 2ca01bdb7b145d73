//! A build on the wire.

use proctor_core::build_place::BuildPlace;
use proctor_core::lifecycle::{RunResult, RunState};
use proctor_core::run::{Run, RunDetails};
use proctor_core::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::App;
use crate::api::ids::graphql_id;
use crate::query::QueryParams;
use crate::usecases::builds::Build;

/// A build on the wire. The Go client decodes `number` as an integer.
#[derive(Debug, Serialize)]
pub struct BuildBody {
    id: String,
    graphql_id: String,
    url: String,
    web_url: String,
    number: u64,
    state: &'static str,
    blocked: bool,
    message: String,
    commit: String,
    branch: String,
    env: Map<String, Value>,
    meta_data: Map<String, Value>,
    source: &'static str,
    created_at: String,
    started_at: String,
    finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<[Value; 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_engine: Option<TestEngineBody>,
}

#[derive(Debug, Serialize)]
struct TestEngineBody {
    runs: Vec<RunBody>,
}

#[derive(Debug, Serialize)]
struct RunBody {
    id: String,
    suite: SuiteBody,
}

#[derive(Debug, Serialize)]
struct SuiteBody {
    id: String,
    slug: String,
}

/// Which parts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    has_jobs: bool,
    has_runs: bool,
}

impl Parts {
    /// By the query.
    pub(super) fn asked(query: &QueryParams) -> Self {
        Self { has_jobs: !query.flag("exclude_jobs"), has_runs: query.flag("include_test_engine") }
    }
}

impl BuildBody {
    /// The build, whose own address is `url`, as its runs tell of it; the oldest run that says something is believed.
    pub(super) fn new(build: &Build, place: &BuildPlace, url: &str, parts: Parts, app: &App) -> Self {
        let details = build.runs.iter().map(|run| run.run.details.clone()).fold(RunDetails::default(), RunDetails::filled_from);
        let RunDetails { branch, commit_sha, url: web_url, number: _, message, ci: _, build_id: _ } = details;
        let now = app.clock.now();
        let created_at = build.runs.iter().map(|run| run.run.created_at).min().unwrap_or(now);
        let stale_after_ms = i64::try_from(app.settings.stale_after.as_millis()).unwrap_or(i64::MAX);
        let state = BuildState::of(build.runs.iter().map(|run| run.run.status.observed(now, stale_after_ms)));
        let finished_at = build.runs.iter().map(|run| run.run.status.last_activity_at).max().filter(|_| state != BuildState::Running);
        Self {
            id: build.id.to_string(),
            graphql_id: graphql_id("Build", build.id),
            url: url.to_owned(),
            web_url: web_url.unwrap_or_default(),
            number: place.number,
            state: state.as_str(),
            blocked: false,
            message: message.unwrap_or_default(),
            commit: commit_sha.unwrap_or_default(),
            branch: branch.unwrap_or_default(),
            env: Map::new(),
            meta_data: Map::new(),
            source: "api",
            created_at: created_at.to_string(),
            started_at: created_at.to_string(),
            finished_at: finished_at.as_ref().map(Timestamp::to_string),
            jobs: parts.has_jobs.then_some([]),
            test_engine: parts.has_runs.then(|| TestEngineBody::new(build)),
        }
    }
}

impl TestEngineBody {
    fn new(build: &Build) -> Self {
        let body = |run: &Run| {
            let suite = build.suites.iter().find(|suite| suite.id == run.suite_id)?;
            Some(RunBody { id: run.id.to_string(), suite: SuiteBody { id: suite.id.to_string(), slug: suite.slug.clone() } })
        };
        Self { runs: build.runs.iter().filter_map(|run| body(&run.run)).collect() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BuildState {
    Running,
    Failed,
    Passed,
}

impl BuildState {
    fn of(runs: impl Iterator<Item = (RunState, RunResult)>) -> Self {
        runs.fold(Self::Passed, |state, (run, result)| match (state, run, result) {
            (Self::Running, _, _) | (_, RunState::Running, _) => Self::Running,
            (Self::Failed, _, _) | (_, _, RunResult::Failed) => Self::Failed,
            _ => Self::Passed,
        })
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Passed => "passed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_above_failed_above_passed() {
        let (running, finished) = (RunState::Running, RunState::Finished);
        let of = |runs: &[(RunState, RunResult)]| BuildState::of(runs.iter().copied()).as_str();
        assert_eq!(of(&[(finished, RunResult::Passed), (finished, RunResult::Stale)]), "passed");
        assert_eq!(of(&[(finished, RunResult::Failed), (finished, RunResult::Passed)]), "failed");
        assert_eq!(of(&[(finished, RunResult::Failed), (running, RunResult::Pending), (finished, RunResult::Failed)]), "running");
    }
}
