//! A run on the wire.

use proctor_core::run::{Run, RunDetails};
use proctor_core::time::Timestamp;
use serde::Serialize;

use crate::settings::Settings;
use crate::urls::SuiteUrls;

/// A run on the wire. Unknown texts are `""`: the Swift client cannot read null there, scripts slice the commit.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RunBody {
    id: String,
    branch: String,
    commit_sha: String,
    state: &'static str,
    result: &'static str,
    url: String,
    web_url: String,
    build_id: String,
    created_at: String,
}

impl RunBody {
    /// The run as it is seen at `now`: a finished run without results turns stale by the mere passing of time.
    #[must_use]
    pub fn new(run: Run, urls: &SuiteUrls, settings: &Settings, now: Timestamp) -> Self {
        let Run { id, suite_id: _, key: _, details, status, counts: _, created_at } = run;
        let RunDetails { branch, commit_sha, url: _, number: _, message: _, ci: _, build_id } = details;
        let stale_after_ms = i64::try_from(settings.stale_after.as_millis()).unwrap_or(i64::MAX);
        let (state, result) = status.observed(now, stale_after_ms);
        Self {
            id: id.to_string(),
            branch: branch.unwrap_or_default(),
            commit_sha: commit_sha.unwrap_or_default(),
            state: state.as_str(),
            result: result.as_str(),
            url: urls.run(id),
            web_url: urls.run_web(id),
            build_id: build_id.map(|id| id.to_string()).unwrap_or_default(),
            created_at: created_at.to_string(),
        }
    }
}
