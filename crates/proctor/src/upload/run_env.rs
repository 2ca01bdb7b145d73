//! What an upload says about its run.

use proctor_core::id::Uuid;

use crate::upload::args::RunArgs;
use crate::upload::ci::Build;

/// The form fields of `run_env`, values that are not known left out.
///
/// Without a key from anywhere the run gets a random one: the files of this call are one run.
pub(crate) fn run_env(args: &RunArgs, build: Build, working_directory: Option<String>) -> Vec<(&'static str, String)> {
    let Build { ci, key, branch, commit_sha, number, job_id, message, url } = build;
    let key = given(&args.key).or(key).unwrap_or_else(|| Uuid::new_v4().to_string());
    let values = [
        ("CI", Some(ci.to_owned())),
        ("key", Some(key)),
        ("branch", given(&args.branch).or(branch)),
        ("commit_sha", given(&args.commit).or(commit_sha)),
        ("number", given(&args.number).or(number)),
        ("job_id", given(&args.job_id).or(job_id)),
        ("message", given(&args.message).or(message)),
        ("url", given(&args.build_url).or(url)),
        ("location_prefix", given(&args.location_prefix)),
        ("test_runner", given(&args.test_runner)),
        ("cwd", working_directory),
        ("collector", Some("proctor".to_owned())),
        ("version", Some(env!("CARGO_PKG_VERSION").to_owned())),
    ];
    values.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect()
}

/// An option whose variable is empty in a script counts as not given.
fn given(option: &Option<String>) -> Option<String> {
    option.clone().filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'v>(values: &'v [(&str, String)], key: &str) -> Option<&'v str> {
        values.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }

    #[test]
    fn options_go_before_the_ci_system() {
        let args = RunArgs { branch: Some("from-option".to_owned()), key: Some(" ".to_owned()), ..RunArgs::default() };
        let build = Build { ci: "circleci", key: Some("wf-1".to_owned()), branch: Some("main".to_owned()), ..Build::default() };
        let values = run_env(&args, build, Some("/app".to_owned()));
        assert_eq!(value(&values, "branch"), Some("from-option"));
        assert_eq!(value(&values, "key"), Some("wf-1"));
        assert_eq!(value(&values, "cwd"), Some("/app"));
        assert_eq!(value(&values, "message"), None);
    }

    #[test]
    fn a_run_without_a_key_gets_one_of_its_own() {
        let key = || value(&run_env(&RunArgs::default(), Build::default(), None), "key").map(str::to_owned);
        assert!(key().is_some());
        assert_ne!(key(), key());
    }
}
