//! `proctor workflow` against a data directory and against a running server.

use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Fixture, run};

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
