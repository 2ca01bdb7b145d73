use super::{Build, detect};
use crate::env::Env;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Asserts what is detected: `[ci, key, branch, commit_sha, number, job_id, message, url]`, `""` for nothing.
#[track_caller]
fn assert_build(env: impl Into<Env>, expected: [&'static str; 8]) {
    let [ci, key, branch, commit_sha, number, job_id, message, url] = expected;
    let given = |value: &str| Some(value).filter(|value| !value.is_empty()).map(str::to_owned);
    let build = Build {
        ci,
        key: given(key),
        branch: given(branch),
        commit_sha: given(commit_sha),
        number: given(number),
        job_id: given(job_id),
        message: given(message),
        url: given(url),
    };
    assert_eq!(detect(&env.into()), build);
}

#[test]
fn buildkite() {
    let build_id = "0199d3c2-7f0e-4a51-9c55-5f2f0a8c9e10";
    assert_build(
        [
            ("CI", "true"),
            ("BUILDKITE", "true"),
            ("BUILDKITE_BUILD_ID", build_id),
            ("BUILDKITE_BRANCH", "main"),
            ("BUILDKITE_COMMIT", "b7c1f0a9"),
            ("BUILDKITE_BUILD_NUMBER", "42"),
            ("BUILDKITE_JOB_ID", "job-1"),
            ("BUILDKITE_MESSAGE", "Fix \"it\"\n\nfor good"),
            ("BUILDKITE_BUILD_URL", "https://ci.example/42"),
        ],
        ["buildkite", build_id, "main", "b7c1f0a9", "42", "job-1", "Fix \"it\"\n\nfor good", "https://ci.example/42"],
    );
}

#[test]
fn github_actions_on_a_branch_and_in_a_pull_request() {
    let on_branch = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTION", "__run"),
        ("GITHUB_RUN_NUMBER", "7"),
        ("GITHUB_RUN_ATTEMPT", "1"),
        ("GITHUB_RUN_ID", "991"),
        ("GITHUB_REPOSITORY", "acme/web"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_HEAD_REF", ""),
        ("GITHUB_SHA", "c0ffee"),
    ];
    let url = "https://github.com/acme/web/actions/runs/991";
    assert_build(on_branch, ["github_actions", "__run-7-1", "refs/heads/main", "c0ffee", "7", "", "", url]);
    let mut in_pull_request = on_branch;
    in_pull_request[6].1 = "refs/pull/5/merge";
    in_pull_request[7].1 = "retry-declines";
    assert_build(in_pull_request, ["github_actions", "__run-7-1", "retry-declines", "c0ffee", "7", "", "", url]);
}

#[test]
fn gitlab() {
    assert_build(
        [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_ID", "5501"),
            ("CI_PIPELINE_IID", "55"),
            ("CI_PIPELINE_URL", "https://gitlab.example/p/5501"),
            ("CI_COMMIT_REF_NAME", "main"),
            ("CI_COMMIT_SHA", "abc"),
            ("CI_COMMIT_MESSAGE", "Tidy"),
            ("CI_JOB_ID", "9"),
        ],
        ["gitlab", "5501", "main", "abc", "55", "9", "Tidy", "https://gitlab.example/p/5501"],
    );
}

#[test]
fn circleci() {
    assert_build(
        [
            ("CIRCLECI", "true"),
            ("CIRCLE_WORKFLOW_ID", "wf-1"),
            ("CIRCLE_BUILD_NUM", "11"),
            ("CIRCLE_BRANCH", "main"),
            ("CIRCLE_SHA1", "abc"),
            ("CIRCLE_BUILD_URL", "https://circle.example/11"),
        ],
        ["circleci", "wf-1-11", "main", "abc", "11", "", "", "https://circle.example/11"],
    );
}

#[test]
fn jenkins_with_the_git_plugin_and_as_a_multibranch_job() {
    let plain = [
        ("JENKINS_URL", "https://jenkins.example/"),
        ("BUILD_TAG", "jenkins-web-12"),
        ("BUILD_NUMBER", "12"),
        ("BUILD_URL", "https://jenkins.example/job/web/12/"),
        ("GIT_BRANCH", "origin/main"),
        ("GIT_COMMIT", "abc"),
        ("BRANCH_NAME", ""),
        ("CHANGE_BRANCH", ""),
    ];
    let url = "https://jenkins.example/job/web/12/";
    assert_build(plain, ["jenkins", "jenkins-web-12", "main", "abc", "12", "", "", url]);
    let mut multibranch = plain;
    multibranch[6].1 = "PR-4";
    multibranch[7].1 = "fix-cart";
    assert_build(multibranch, ["jenkins", "jenkins-web-12", "fix-cart", "abc", "12", "", "", url]);
}

#[test]
fn azure_pipelines() {
    assert_build(
        [
            ("TF_BUILD", "True"),
            ("BUILD_BUILDID", "77"),
            ("BUILD_BUILDNUMBER", "20261124.3"),
            ("BUILD_SOURCEBRANCH", "refs/heads/main"),
            ("BUILD_SOURCEVERSION", "abc"),
            ("BUILD_SOURCEVERSIONMESSAGE", "Tidy"),
            ("SYSTEM_JOBID", "job-3"),
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.example/acme/"),
            ("SYSTEM_TEAMPROJECT", "web"),
        ],
        [
            "azure_pipelines",
            "77",
            "refs/heads/main",
            "abc",
            "20261124.3",
            "job-3",
            "Tidy",
            "https://dev.azure.example/acme/web/_build/results?buildId=77",
        ],
    );
}

#[test]
fn nothing_known_is_generic() {
    assert_build([], ["generic", "", "", "", "", "", "", ""]);
    assert_build([("CI", "true"), ("GITLAB_CI", "false"), ("BUILDKITE_BUILD_ID", " ")], ["generic", "", "", "", "", "", "", ""]);
}

#[test]
fn the_variables_of_the_collectors_override_every_system() {
    assert_build(
        [
            ("BUILDKITE_ANALYTICS_KEY", "k"),
            ("BUILDKITE_ANALYTICS_BRANCH", "b"),
            ("BUILDKITE_ANALYTICS_SHA", "s"),
            ("BUILDKITE_ANALYTICS_NUMBER", "n"),
            ("BUILDKITE_ANALYTICS_JOB_ID", "j"),
            ("BUILDKITE_ANALYTICS_MESSAGE", "m"),
            ("BUILDKITE_ANALYTICS_URL", "https://build.example"),
        ],
        ["generic", "k", "b", "s", "n", "j", "m", "https://build.example"],
    );
    let build = detect(&Env::from([("CIRCLECI", "true"), ("CIRCLE_BRANCH", "x"), ("BUILDKITE_ANALYTICS_BRANCH", "main")]));
    assert_eq!((build.ci, build.branch, build.key), ("circleci", text("main"), None));
}
