use super::*;
use crate::run_env::RunEnvEntry;

fn run_env_tags(entries: &[(&str, &str)]) -> RunEnvTags {
    let entry = |(key, text): &(&str, &str)| RunEnvEntry { key: (*key).to_owned(), text: (*text).to_owned(), json: format!("\"{text}\"") };
    RunEnvTags::of(&RunEnv::new(entries.iter().map(entry)))
}

fn tag_set(tags: &[(&str, &str)]) -> TagSet {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

// contract: uploads 49, 50
#[test]
fn precedence_is_that_of_the_contract() {
    let full = run_env_tags(&[
        ("key", "k1"),
        ("CI", "buildkite"),
        ("job_id", "j1"),
        ("branch", "refs/heads/main"),
        ("commit_sha", "c1"),
        ("collector", "rspec"),
        ("version", "2"),
        ("test_runner", "minitest"),
        ("language_version", "3.4"),
    ]);
    let silent = run_env_tags(&[("key", "k1"), ("CI", "generic")]);
    let nothing = TagSet::default();
    let sent =
        tag_set(&[("build.id", "sent"), ("scm.branch", "sent"), ("collector.name", "sent"), ("code.file.path", "sent"), ("team", "a")]);
    let later = tag_set(&[("mut.cause", "dns")]);
    let tags = |sent, run_env| ExecutionTags {
        sent,
        run_env,
        run_branch: Some("of-run"),
        run_commit_sha: None,
        file_name: Some("a.rb"),
        selector: Some("spec/a.rb"),
        later: &later,
    };
    for (key, untagged, tagged, tagged_and_silent) in [
        // the run environment wins
        ("build.id", Some("k1"), Some("k1"), Some("sent")),
        ("build.job_id", Some("j1"), Some("j1"), None),
        ("scm.branch", Some("main"), Some("main"), Some("sent")),
        ("scm.commit_sha", Some("c1"), Some("c1"), None),
        // the sender wins
        ("collector.name", Some("rspec"), Some("sent"), Some("sent")),
        ("collector.version", Some("2"), Some("2"), None),
        ("test.framework.name", Some("minitest"), Some("minitest"), None),
        ("language.version", Some("3.4"), Some("3.4"), None),
        ("code.file.path", Some("a.rb"), Some("sent"), Some("sent")),
        ("test.selector.primary", Some("spec/a.rb"), Some("spec/a.rb"), Some("spec/a.rb")),
        // nothing is derived
        ("team", None, Some("a"), Some("a")),
        ("host.type", None, None, None),
        ("mut.cause", Some("dns"), Some("dns"), Some("dns")),
    ] {
        assert_eq!(tags(&nothing, &full).value(key), untagged, "{key}");
        assert_eq!(tags(&sent, &full).value(key), tagged, "{key}");
        assert_eq!(tags(&sent, &silent).value(key), tagged_and_silent, "{key}");
    }
    // a silent upload is on the branch of its run
    assert_eq!(tags(&nothing, &silent).value("scm.branch"), Some("of-run"));
}
