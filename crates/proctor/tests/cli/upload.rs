//! `proctor upload` against the built server.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::harness::{API_TOKEN, Finished, Fixture, proctor, report, run};

#[test]
fn files_of_several_formats_become_one_run() {
    let fixture = Fixture::new();
    let files = ["rspec.json", "junit-vitest.xml", "go-test.jsonl"].map(report);
    let finished = fixture.upload(&[&files[0], &files[1], &files[2], "--json", "--key", "build-7", "--branch", "main"]).expect(0);
    let receipt = finished.json();
    assert_eq!((&receipt["ok"], &receipt["queued"], &receipt["skipped"]), (&json!(true), &json!(14 + 11 + 13), &json!(0)));
    let uploads = receipt["uploads"].as_array().unwrap();
    let formats: Vec<_> = uploads.iter().map(|upload| upload["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["rspec-json", "junit", "go-jsonl"]);
    assert!(uploads.iter().all(|upload| upload["run_url"] == uploads[0]["run_url"]));

    let runs = fixture.server.get("/v2/analytics/organizations/default/suites/tests/runs");
    assert_eq!(runs.as_array().map(Vec::len), Some(1));
    assert_eq!((&runs[0]["branch"], &runs[0]["result"]), (&json!("main"), &json!("failed")));
    let failed = format!("/v2/analytics/organizations/default/suites/tests/runs/{}/failed_executions", runs[0]["id"].as_str().unwrap());
    assert_eq!(fixture.server.get(&failed).as_array().map(Vec::len), Some(4 + 4 + 5));
}

#[test]
fn the_receipt_tells_what_was_left_out() {
    let fixture = Fixture::new();
    let file = fixture.file("a.json", r#"[{"name":"a","result":"passed"},{"scope":"s"}]"#);
    let finished = fixture.upload(&[&file]).expect(1);
    assert!(
        finished.stdout.contains("1 result stored, 1 left out") && finished.stdout.contains("data[1]: name is missing"),
        "{finished:?}"
    );
    assert!(finished.stdout.contains("run: http://"), "{finished:?}");
}

#[test]
fn the_ci_system_describes_the_run() {
    let fixture = Fixture::new();
    let file = fixture.file("a.json", r#"[{"name":"a","result":"passed"}]"#);
    let mut command = proctor();
    command.args(["upload", &file, "--json", "--url", &fixture.server.url, "--tag", "team=billing"]);
    command.env("BUILDKITE_ANALYTICS_TOKEN", &fixture.upload_token).env("CIRCLECI", "true").env("CIRCLE_WORKFLOW_ID", "wf");
    command.env("CIRCLE_BUILD_NUM", "11").env("CIRCLE_BRANCH", "faster").env("CIRCLE_SHA1", "abc123");
    let receipt = Finished::of(command.output().unwrap()).expect(0).json();
    let upload_id = receipt["uploads"][0]["upload_id"].as_str().unwrap();
    let upload = fixture.server.get(&format!("/v2/analytics/organizations/default/suites/tests/uploads/{upload_id}"));
    assert_eq!(upload["tags"], json!({ "team": "billing" }));
    let run_env = &upload["run_env"];
    assert_eq!((&run_env["CI"], &run_env["key"]), (&json!("circleci"), &json!("wf-11")));
    assert_eq!((&run_env["branch"], &run_env["commit_sha"]), (&json!("faster"), &json!("abc123")));
}

#[test]
fn stdin_is_a_report_too() {
    let fixture = Fixture::new();
    let mut command = proctor();
    command.args(["upload", "-", "--url", &fixture.server.url, "--token", &fixture.upload_token]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(br#"[{"name":"a","result":"passed"}]"#).unwrap();
    let finished = Finished::of(child.wait_with_output().unwrap()).expect(0);
    assert!(finished.stdout.starts_with("stdin (json): 1 result stored\n"), "{finished:?}");
}

#[test]
fn history_keeps_its_time() {
    let fixture = Fixture::new();
    let file = fixture.file("old.json", r#"[{"name":"a","result":"passed"}]"#);
    let past = ["--received-at", "2025-03-01T10:00:00Z", "--suite", "default/tests", "--token", API_TOKEN, "--url"];
    run(&["upload", &file].iter().chain(&past).chain(&[fixture.server.url.as_str()]).copied().collect::<Vec<_>>()).expect(0);
    // The upload token of the collectors does not hide the API token.
    let mut command = proctor();
    command.args(["upload", &file, "--key", "k", "--received-at", "2025-03-01T09:00:00Z", "--suite", "default/tests", "--url"]);
    command.arg(&fixture.server.url).env("BUILDKITE_ANALYTICS_TOKEN", &fixture.upload_token).env("PROCTOR_TOKEN", API_TOKEN);
    Finished::of(command.output().unwrap()).expect(0);
    let runs = fixture.server.get("/v2/analytics/organizations/default/suites/tests/runs");
    assert_eq!(runs[0]["created_at"], "2025-03-01T10:00:00.000Z");
}

#[test]
fn exit_codes_tell_scripts_what_happened() {
    let fixture = Fixture::new();
    let good = fixture.file("good.json", r#"[{"name":"a","result":"passed"}]"#);
    let broken = fixture.file("broken.json", r#"[{"name":"a","resu"#);
    let prose = fixture.file("notes.txt", "nothing but prose");
    fixture.upload(&[&good]).expect(0);
    let refused = fixture.upload(&[&broken, "--format", "json"]).expect(1);
    assert!(refused.stdout.contains("refused (422)") && refused.stdout.contains("next: "), "{refused:?}");
    fixture.upload(&[&prose]).expect(1);
    fixture.upload(&[&good, &broken, "--format", "json"]).expect(1);
    for missing in ["nothing.xml", "nothing-*.xml"] {
        let finished = fixture.upload(&[missing]).expect(2);
        assert!(finished.stderr.contains("next: "), "{finished:?}");
    }
    run(&["upload", &good, "--url", &fixture.server.url]).expect(2);
    run(&["upload", &good, "--url", &fixture.server.url, "--token", "wrong"]).expect(1);
    run(&["upload", &good, "--url", "http://127.0.0.1:1", "--token", "t", "--retries", "0"]).expect(3);
    run(&["upload"]).expect(2);
    let tags: Vec<String> = (0..11).flat_map(|number| ["--tag".to_owned(), format!("k{number}=v")]).collect();
    let many = fixture.upload(&std::iter::once(good.as_str()).chain(tags.iter().map(String::as_str)).collect::<Vec<_>>()).expect(2);
    assert!(many.stderr.contains("more than 10 tags"), "{many:?}");
    let secure = fixture.server.url.replace("http://", "https://");
    let finished = run(&["upload", &good, "--url", &secure, "--token", "t", "--retries", "0"]).expect(3);
    assert!(finished.stdout.contains("http:// instead of https://"), "{finished:?}");
}
