//! Which CI system runs this process.

use crate::env::Env;
use crate::upload::ci::Build;
use crate::upload::ci::systems;

/// What the CI system says, overridden by the `BUILDKITE_ANALYTICS_*` variables that every collector reads.
pub(crate) fn detect(env: &Env) -> Build {
    let said = said_by_system(env);
    let or = |name: &str, said: Option<String>| env.get(name).map(str::to_owned).or(said);
    Build {
        ci: said.ci,
        key: or("BUILDKITE_ANALYTICS_KEY", said.key),
        branch: or("BUILDKITE_ANALYTICS_BRANCH", said.branch),
        commit_sha: or("BUILDKITE_ANALYTICS_SHA", said.commit_sha),
        number: or("BUILDKITE_ANALYTICS_NUMBER", said.number),
        job_id: or("BUILDKITE_ANALYTICS_JOB_ID", said.job_id),
        message: or("BUILDKITE_ANALYTICS_MESSAGE", said.message),
        // Not the address of the server, in spite of its name.
        url: or("BUILDKITE_ANALYTICS_URL", said.url),
    }
}

/// Each system is known by a variable that no other one sets. Buildkite first: its agents also run inside other systems.
fn said_by_system(env: &Env) -> Build {
    if env.get("BUILDKITE_BUILD_ID").is_some() {
        systems::buildkite(env)
    } else if env.is_on("GITHUB_ACTIONS") || env.get("GITHUB_RUN_ID").is_some() {
        systems::github_actions(env)
    } else if env.is_on("GITLAB_CI") {
        systems::gitlab(env)
    } else if env.is_on("CIRCLECI") {
        systems::circleci(env)
    } else if env.get("JENKINS_URL").is_some() || env.get("BUILD_TAG").is_some_and(|tag| tag.starts_with("jenkins-")) {
        systems::jenkins(env)
    } else if env.is_on("TF_BUILD") {
        systems::azure(env)
    } else {
        Build { ci: "generic", ..Build::default() }
    }
}
