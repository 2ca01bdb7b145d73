//! One function per CI system. Buildkite, GitHub Actions and CircleCI put into `key` what the collectors put there
//! (`uploads.md`, section 4), so that a job may use both and still end up in one run.

use crate::env::Env;
use crate::upload::ci::Build;

pub(super) fn buildkite(env: &Env) -> Build {
    Build {
        ci: "buildkite",
        key: text(env, &["BUILDKITE_BUILD_ID"]),
        branch: text(env, &["BUILDKITE_BRANCH"]),
        commit_sha: text(env, &["BUILDKITE_COMMIT"]),
        number: text(env, &["BUILDKITE_BUILD_NUMBER"]),
        job_id: text(env, &["BUILDKITE_JOB_ID"]),
        message: text(env, &["BUILDKITE_MESSAGE"]),
        url: text(env, &["BUILDKITE_BUILD_URL"]),
    }
}

pub(super) fn github_actions(env: &Env) -> Build {
    let server = env.get("GITHUB_SERVER_URL").unwrap_or("https://github.com");
    Build {
        ci: "github_actions",
        key: joined(env, &["GITHUB_ACTION", "GITHUB_RUN_NUMBER", "GITHUB_RUN_ATTEMPT"]),
        // In a pull request GITHUB_REF names a merge that is on no branch.
        branch: text(env, &["GITHUB_HEAD_REF", "GITHUB_REF"]),
        commit_sha: text(env, &["GITHUB_SHA"]),
        number: text(env, &["GITHUB_RUN_NUMBER"]),
        job_id: None,
        message: None,
        url: both(env, "GITHUB_REPOSITORY", "GITHUB_RUN_ID").map(|(repository, run)| format!("{server}/{repository}/actions/runs/{run}")),
    }
}

pub(super) fn gitlab(env: &Env) -> Build {
    Build {
        ci: "gitlab",
        key: text(env, &["CI_PIPELINE_ID"]),
        branch: text(env, &["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"]),
        commit_sha: text(env, &["CI_COMMIT_SHA"]),
        number: text(env, &["CI_PIPELINE_IID"]),
        job_id: text(env, &["CI_JOB_ID"]),
        message: text(env, &["CI_COMMIT_MESSAGE"]),
        url: text(env, &["CI_PIPELINE_URL"]),
    }
}

pub(super) fn circleci(env: &Env) -> Build {
    Build {
        ci: "circleci",
        key: joined(env, &["CIRCLE_WORKFLOW_ID", "CIRCLE_BUILD_NUM"]),
        branch: text(env, &["CIRCLE_BRANCH"]),
        commit_sha: text(env, &["CIRCLE_SHA1"]),
        number: text(env, &["CIRCLE_BUILD_NUM"]),
        job_id: None,
        message: None,
        url: text(env, &["CIRCLE_BUILD_URL"]),
    }
}

pub(super) fn jenkins(env: &Env) -> Build {
    // The git plugin names the remote, `origin/main`; multibranch jobs say it plainly.
    let of_remote = env.get("GIT_BRANCH").map(|branch| branch.strip_prefix("origin/").unwrap_or(branch).to_owned());
    Build {
        ci: "jenkins",
        key: text(env, &["BUILD_TAG", "BUILD_URL"]),
        branch: text(env, &["CHANGE_BRANCH", "BRANCH_NAME"]).or(of_remote),
        commit_sha: text(env, &["GIT_COMMIT"]),
        number: text(env, &["BUILD_NUMBER"]),
        job_id: None,
        message: None,
        url: text(env, &["BUILD_URL"]),
    }
}

pub(super) fn azure(env: &Env) -> Build {
    let project = both(env, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT").map(|(server, project)| format!("{server}{project}"));
    let build = env.get("BUILD_BUILDID");
    Build {
        ci: "azure_pipelines",
        key: build.map(str::to_owned),
        branch: text(env, &["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"]),
        commit_sha: text(env, &["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"]),
        number: text(env, &["BUILD_BUILDNUMBER"]),
        job_id: text(env, &["SYSTEM_JOBID"]),
        message: text(env, &["BUILD_SOURCEVERSIONMESSAGE"]),
        url: project.zip(build).map(|(project, build)| format!("{project}/_build/results?buildId={build}")),
    }
}

fn text(env: &Env, names: &[&str]) -> Option<String> {
    env.first(names).map(str::to_owned)
}

/// The values of all the variables joined by `-`; nothing when one is missing.
fn joined(env: &Env, names: &[&str]) -> Option<String> {
    let values: Option<Vec<&str>> = names.iter().map(|name| env.get(name)).collect();
    values.map(|values| values.join("-"))
}

fn both<'e>(env: &'e Env, first: &str, second: &str) -> Option<(&'e str, &'e str)> {
    env.get(first).zip(env.get(second))
}
