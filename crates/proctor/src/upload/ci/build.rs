//! A build as its CI system describes it.

/// What is known of a build. The names are those of `run_env` (`uploads.md`, section 4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Build {
    /// The CI system.
    pub(crate) ci: &'static str,
    /// What all jobs of the build share.
    pub(crate) key: Option<String>,
    /// Branch or ref.
    pub(crate) branch: Option<String>,
    /// Revision.
    pub(crate) commit_sha: Option<String>,
    /// Number of the build, as text.
    pub(crate) number: Option<String>,
    /// Job inside the build.
    pub(crate) job_id: Option<String>,
    /// Commit message.
    pub(crate) message: Option<String>,
    /// Link to the build.
    pub(crate) url: Option<String>,
}
