//! Runs: everything uploaded to one suite under one run key.

use crate::id::{RunId, SuiteId, Uuid};
use crate::lifecycle::RunStatus;
use crate::result::ResultCounts;
use crate::run_env::RunEnv;
use crate::time::Timestamp;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id, given at creation.
    pub id: RunId,
    /// Its suite.
    pub suite_id: SuiteId,
    /// `run_env[key]`, unique in the suite.
    pub key: String,
    /// What the senders said about it.
    pub details: RunDetails,
    /// Where it is in its life.
    pub status: RunStatus,
    /// Executions of all processed uploads, by result.
    pub counts: ResultCounts,
    /// Server time of its creation.
    pub created_at: Timestamp,
}

/// What uploads say about their run. The first that gives a value wins; later ones fill gaps (`uploads.md`, section 10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunDetails {
    /// Branch without `refs/heads/`.
    pub branch: Option<String>,
    /// Revision, free text.
    pub commit_sha: Option<String>,
    /// Link to the build.
    pub url: Option<String>,
    /// Number of the build, free text.
    pub number: Option<String>,
    /// Commit message.
    pub message: Option<String>,
    /// The CI system.
    pub ci: Option<String>,
    /// The build that the run belongs to.
    pub build_id: Option<Uuid>,
}

impl RunDetails {
    /// What one upload says. `build_id` also takes the sender's upload tag `build.id`, see [`Self::or_build_id`].
    #[must_use]
    pub fn of(run_env: &RunEnv) -> Self {
        let text = |value: Option<&str>| value.map(str::to_owned);
        Self {
            branch: text(run_env.branch()),
            commit_sha: text(run_env.commit_sha()),
            url: text(run_env.get("url")),
            number: text(run_env.get("number")),
            message: text(run_env.get("message")),
            ci: text(run_env.ci()),
            build_id: run_env.build_id(),
        }
    }

    /// Takes `build_id` where the run environment gave none (`rest-api.md`, 2.1).
    #[must_use]
    pub fn or_build_id(mut self, build_id: Option<Uuid>) -> Self {
        self.build_id = self.build_id.or(build_id);
        self
    }

    /// These details with gaps filled from `later`.
    #[must_use]
    pub fn filled_from(self, later: Self) -> Self {
        Self {
            branch: self.branch.or(later.branch),
            commit_sha: self.commit_sha.or(later.commit_sha),
            url: self.url.or(later.url),
            number: self.number.or(later.number),
            message: self.message.or(later.message),
            ci: self.ci.or(later.ci),
            build_id: self.build_id.or(later.build_id),
        }
    }
}
