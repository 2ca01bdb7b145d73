//! `proctor workflow` against a data directory and against a running server.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{API_TOKEN, Finished, Fixture, proctor, run};

const FILE: &str = "\
workflows:
  - name: Slow tests
    monitor: {type: duration_threshold, alarm: 2.0, recover: 1.2}
    alarm_actions:
      - {type: add_label, label: slow}
  - name: Flaky tests
    dry_run: true
    monitor: {type: passed_on_retry}
";

/// Runs the same story against both: `target` are the options that say where.
fn story(fixture: &Fixture, target: &[&str], organization: &str) {
    let proctor = |args: &[&str]| run(&args.iter().chain(target).copied().collect::<Vec<_>>());
    let made = proctor(&["suite", "create", "Flows", "--org", organization, "--json"]).expect(0).json();
    let path = format!("{organization}/{}", made["slug"].as_str().unwrap());
    let workflow = |args: &[&str]| proctor(&[&["workflow"], args, &["--suite", &path]].concat());
    let names = || -> Vec<Value> {
        let listed = workflow(&["list", "--json"]).expect(0).json();
        listed.as_array().unwrap().iter().map(|workflow| workflow["name"].clone()).collect()
    };
    assert_eq!(names(), ["Flaky tests"]);
    assert!(workflow(&["show", "Flaky tests"]).expect(0).stdout.contains("type: passed_on_retry"));

    let file = fixture.file("flows.yaml", FILE);
    let differences = workflow(&["diff", &file]).expect(1).stdout;
    assert!(differences.contains("+ Slow tests") && differences.contains("~ Flaky tests (dry_run"), "{differences}");
    workflow(&["apply", &file]).expect(0);
    assert!(workflow(&["diff", &file]).expect(0).stdout.contains("No differences."));
    assert_eq!(names(), ["Flaky tests", "Slow tests"]);
    let exported = fixture.file("exported.yaml", &workflow(&["export"]).expect(0).stdout);
    workflow(&["diff", &exported, "--prune"]).expect(0);

    let one = fixture.file("one.yaml", "monitor: {type: failure_rate}\nname: Failing tests\n");
    assert_eq!(workflow(&["create", &one, "--json"]).expect(0).json()["version"], 1);
    let changes = fixture.file("changes.yaml", "status: paused\n");
    let updated = workflow(&["update", "Failing tests", &changes, "--json"]).expect(0).json();
    assert_eq!((&updated["version"], &updated["status"]), (&json!(2), &json!("paused")));
    let bad = fixture.file("bad.yaml", "name: x\nmonitor: {type: failure_rate, alarm: 2}\n");
    assert!(workflow(&["create", &bad]).stderr.contains("monitor.alarm must be between 0 and 1"));
    assert_eq!(workflow(&["diff", &file, "--prune", "--json"]).expect(1).json(), json!({ "steps": ["- Failing tests"] }));
    workflow(&["delete", "Failing tests"]).expect(2);
    workflow(&["delete", "Failing tests", "--yes"]).expect(0);
    workflow(&["show", "Failing tests"]).expect(1);

    let token = made["api_token"].as_str().unwrap();
    let results = r#"[{"name":"a","result":"failed"},{"name":"a","result":"passed"}]"#;
    let upload = fixture.file("results.json", results);
    let flags = ["--url", &fixture.server.url, "--token", token, "--branch", "main", "--commit", "c1", "--key", "k1"];
    run(&[&["upload", upload.as_str()], flags.as_slice()].concat()).expect(0);
    let report = workflow(&["backtest", "--name", "Flaky tests", "--json"]).expect(0).json();
    assert_eq!((&report["tests_flagged"], &report["executions"], &report["runs_failed"]), (&json!(1), &json!(2), &json!(1)));
    assert!(workflow(&["backtest", &one]).expect(0).stdout.contains("tests flagged"));

    let stricter = fixture.file("stricter.yaml", "name: Flaky tests\nmonitor: {type: passed_on_retry, commit_count_threshold_high: 2}\n");
    let preview = workflow(&["preview", &stricter, "--days", "2", "--json"]).expect(0).json();
    assert_eq!((&preview["alarmed"]["count"], &preview["saved"]["removed"]["tests"][0]["name"]), (&json!(0), &json!("a")));
    assert_eq!(preview["events_per_day"].as_array().unwrap().len(), 2);
    let unsaved = workflow(&["preview", &one, "--json"]).expect(0).json();
    assert_eq!((&unsaved["saved"], &unsaved["executions"]), (&Value::Null, &json!(2)));
    assert!(workflow(&["preview", &stricter]).expect(0).stdout.contains("no longer alarmed"));
}

const HOOK: &str = "\
workflows:
  - name: Hook
    monitor: {type: failure_rate}
    alarm_actions:
      - {type: webhook, settings: {url: 'https://a.example/hook', secret: abc, headers: {X-Team: web, X-Key: k}}}
      - {type: slack, settings: {url: 'https://hooks.slack.com/services/x'}}
";

/// Files with secrets in the open, and files that are refused.
fn story_of_files(fixture: &Fixture, target: &[&str]) {
    let proctor = |args: &[&str]| run(&[args, target].concat());
    let made = proctor(&["suite", "create", "Hooks", "--json"]).expect(0).json();
    let path = format!("default/{}", made["slug"].as_str().unwrap());
    let workflow = |args: &[&str]| proctor(&[&["workflow"], args, &["--suite", &path]].concat());
    let versions =
        || workflow(&["list", "--json"]).expect(0).json().as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>();

    let file = fixture.file("hook.yaml", HOOK);
    assert_eq!(workflow(&["diff", &file]).expect(1).stdout, "+ Hook\n");
    assert_eq!(workflow(&["apply", &file]).expect(0).stdout, "+ Hook\n");
    assert_eq!(workflow(&["diff", &file]).expect(0).stdout, "No differences.\n");
    assert_eq!(workflow(&["apply", &file]).expect(0).stdout, "The workflows are those of the file.\n");
    assert_eq!(versions(), [1, 1]);
    let other = fixture.file("other.yaml", HOOK.replace("abc", "abd"));
    assert_eq!(workflow(&["diff", &other]).expect(1).stdout, "~ Hook (alarm_actions)\n");
    // A secret that was sealed for one address does not go to another.
    let exported = workflow(&["export"]).expect(0).stdout;
    let moved = fixture.file("moved.yaml", exported.replace("a.example", "b.example"));
    for verb in ["diff", "apply"] {
        let refused = workflow(&[verb, &moved]).expect(1);
        assert!(refused.stdout.is_empty() && refused.stderr.contains("the workflow Hook cannot be applied"), "{refused:?}");
        assert!(refused.stderr.contains("because: ") && refused.stderr.contains("next: "), "{refused:?}");
    }

    let rule = "monitor: {type: new_test}";
    let twice =
        fixture.file("twice.yaml", format!("workflows:\n  - {{name: A, {rule}}}\n  - {{name: B, {rule}}}\n  - {{name: A, {rule}}}\n"));
    for verb in ["diff", "apply"] {
        let refused = workflow(&[verb, &twice]).expect(2);
        assert!(refused.stderr.contains("workflows[0] and workflows[2] have the same name: A"), "{refused:?}");
    }
    assert_eq!(versions(), [1, 1]);
    let bare = fixture.file("bare.yaml", format!("workflows:\n  - {{name: y, {rule}}}\n"));
    let refused = workflow(&["diff", &bare]).expect(2);
    assert!(refused.stderr.contains("must be a string") && refused.stderr.contains("quotes"), "{refused:?}");
}

#[test]
fn files_and_a_data_directory() {
    let fixture = Fixture::new();
    let data_dir = fixture.directory.path().join("data");
    story_of_files(&fixture, &["--data-dir", data_dir.to_str().unwrap()]);
}

#[test]
fn files_and_a_server() {
    let fixture = Fixture::new();
    let url = fixture.server.url.clone();
    story_of_files(&fixture, &["--server", &url, "--token", API_TOKEN]);
}

#[test]
fn names_do_not_steer_the_terminal() {
    let fixture = Fixture::new();
    let data_dir = fixture.directory.path().join("data");
    let at = ["--suite", "default/tests", "--data-dir", data_dir.to_str().unwrap()];
    let long = "a long name ".repeat(10);
    let document = |name: &str| json!({ "name": name, "monitor": { "type": "probabilistic_flakiness" } });
    let file = json!({ "workflows": [document("esc\u{1b}[31mred\nb"), document(long.trim()), document("\u{202e}\u{9b}")] });
    let mut apply = proctor();
    apply.args(["workflow", "apply", "-"]).args(at).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut apply = apply.spawn().unwrap();
    apply.stdin.take().unwrap().write_all(file.to_string().replace('\u{9b}', "\\u009b").as_bytes()).unwrap();
    let applied = Finished::of(apply.wait_with_output().unwrap()).expect(0).stdout;
    assert!(applied.starts_with("+ esc\\u001b[31mred\\nb\n"), "{applied:?}");
    let workflow = |args: &[&str]| run(&[&["workflow"], args, &at].concat()).expect(0).stdout;
    let listed = workflow(&["list"]);
    assert!(listed.contains("esc\\u001b[31mred\\nb ") && listed.contains("\\u202e\\u009b"), "{listed:?}");
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
    let exported = workflow(&["export"]);
    for text in [&applied, &listed, &exported] {
        assert!(!text.contains(|letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}')), "{text:?}");
    }
    let exported = fixture.file("exported.yaml", exported);
    assert_eq!(workflow(&["diff", &exported, "--prune"]), "No differences.\n");
    let names: Value = serde_json::from_str(&workflow(&["list", "--json"])).unwrap();
    assert!(names.as_array().unwrap().iter().any(|workflow| workflow["name"] == "esc\u{1b}[31mred\nb"));

    let results = json!([{ "name": "ev\u{1b}[31mil\nline2", "result": "failed" }, { "name": "ev\u{1b}[31mil\nline2", "result": "passed" }]);
    let results = fixture.file("results.json", results.to_string());
    fixture.upload(&[&results, "--branch", "main", "--commit", "c1", "--key", "k1"]).expect(0);
    let report = workflow(&["backtest", "--name", "Flaky tests"]);
    assert!(report.contains("ev\\u001b[31mil\\nline2 ") && !report.contains('\u{1b}'), "{report:?}");
    let rule = fixture.file("rule.yaml", "monitor: {type: passed_on_retry}");
    let preview = workflow(&["preview", &rule]);
    assert!(preview.contains("ev\\u001b[31mil\\nline2 ") && !preview.contains('\u{1b}'), "{preview:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_are_done_are_told_when_a_later_one_fails() {
    let server = MockServer::start().await;
    let suite = json!({ "id": "1", "slug": "tests", "name": "Tests", "default_branch": "main", "application_name": null, "color": null,
        "emoji": null, "oidc_policy": null });
    let base = "/v2/proctor/organizations/default/suites/tests/workflows";
    let made = json!({ "id": "1", "version": 1, "history": "waiting", "created_at": "", "updated_at": "", "name": "A" });
    let answers = [
        (Mock::given(method("GET")).and(path("/v2/analytics/organizations/default/suites/tests")), 200, suite),
        (Mock::given(method("GET")).and(path(base)), 200, json!([])),
        (Mock::given(method("POST")).and(path(base)).and(body_partial_json(json!({ "name": "A" }))), 201, made),
        (Mock::given(method("POST")).and(path(base)), 422, json!({ "message": "name has already been taken" })),
    ];
    for (given, status, body) in answers {
        given.respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("two.yaml");
    std::fs::write(&file, "workflows:\n  - {name: A, monitor: {type: new_test}}\n  - {name: B, monitor: {type: new_test}}\n").unwrap();
    for (options, told) in [(vec![], "+ A\n"), (vec!["--json"], "{\"steps\":[\"+ A\"]}\n")] {
        let mut command = proctor();
        command.args(["workflow", "apply", "--suite", "default/tests", "--token", "t", "--server", &server.uri()]).arg(&file).args(options);
        let finished = tokio::task::spawn_blocking(move || Finished::of(command.output().unwrap())).await.unwrap().expect(1);
        assert_eq!(finished.stdout, told);
        assert!(finished.stderr.contains("failed at '+ B', with 1 of 2 changes made"), "{finished:?}");
        assert!(finished.stderr.contains("name has already been taken"), "{finished:?}");
    }
}

#[test]
fn workflows_of_a_data_directory() {
    let fixture = Fixture::new();
    let data_dir = fixture.directory.path().join("data");
    story(&fixture, &["--data-dir", data_dir.to_str().unwrap()], "default");
}

#[test]
fn workflows_of_a_server() {
    let fixture = Fixture::new();
    let url = fixture.server.url.clone();
    story(&fixture, &["--server", &url, "--token", API_TOKEN], "default");
}
