//! `proctor storage`, `backup`, `restore` and `export` beside a running server.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Fixture, Server, run};

const RUNS: &str = "/v2/analytics/organizations/default/suites/tests/runs";

/// Sends so many runs of three results each.
fn send(fixture: &Fixture, runs: std::ops::Range<u32>) {
    for number in runs {
        let results = json!([
            { "scope": "Cart", "name": "adds", "result": "passed", "history": { "duration": 0.25 } },
            { "scope": "Cart", "name": "removes", "result": "failed", "failure_reason": format!("in run {number}") },
            { "scope": "Cart", "name": "empties", "result": "skipped" },
        ]);
        let file = fixture.file(&format!("{number}.json"), results.to_string());
        fixture.upload(&[&file, "--key", &format!("run-{number}"), "--branch", "main"]).expect(0);
    }
}

fn data_dir(fixture: &Fixture) -> String {
    fixture.directory.path().join("data").to_str().unwrap().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn storage_is_shown_for_a_directory_and_for_a_server() {
    let fixture = Fixture::new();
    send(&fixture, 0..2);
    let directory = data_dir(&fixture);
    let places = [["--data-dir", directory.as_str()].to_vec(), ["--server", &fixture.server.url, "--token", API_TOKEN].to_vec()];
    for place in places {
        let storage = |args: &[&str]| run(&["storage"].iter().chain(args).chain(&place).copied().collect::<Vec<_>>()).expect(0);
        let one = storage(&["tests", "--json"]).json();
        assert_eq!((&one["executions"], &one["suite"], &one["retention_days"]), (&json!(6), &json!("tests"), &Value::Null));
        assert!(one["bytes"].as_u64().unwrap() > 0 && one["bytes_per_execution"].as_f64().unwrap() > 1.0, "{one}");
        assert_eq!(one["days"].as_array().unwrap().iter().map(|day| day["executions"].as_u64().unwrap()).sum::<u64>(), 6);
        assert_eq!(storage(&["--json"]).json()[0]["executions"], 6);
        let table = storage(&["default/tests"]).stdout;
        assert!(table.starts_with("tests\n\nDAY") && table.contains("Executions are kept for ever"), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    }
    let updated = run(&["suite", "update", "tests", "--retention-days", "90", "--data-dir", &directory]).expect(0);
    assert!(updated.stdout.contains("executions kept  90 days"), "{updated:?}");
    let server = ["--server", &fixture.server.url, "--token", API_TOKEN];
    run(&["suite", "update", "tests", "--aggregates-days", "400", server[0], server[1], server[2], server[3]]).expect(0);
    let shown = run(&["storage", "tests", "--json", "--data-dir", &directory]).expect(0).json();
    assert_eq!((&shown["retention_days"], &shown["aggregates_days"]), (&json!(90), &json!(400)));
    run(&["suite", "update", "tests", "--retention-days", "forever", "--data-dir", &directory]).expect(0);
    let shown = run(&["storage", "tests", "--json", "--data-dir", &directory]).expect(0).json();
    assert_eq!(shown["retention_days"], Value::Null);
    run(&["suite", "update", "tests", "--retention-days", "0", "--data-dir", &directory]).expect(2);
}

#[test]
fn a_restored_server_answers_the_same() {
    let fixture = Fixture::new();
    send(&fixture, 0..5);
    let directory = data_dir(&fixture);
    let (folder, archive) = (fixture.directory.path().join("backup"), fixture.directory.path().join("backup.tar"));
    let made = run(&["backup", "--data-dir", &directory, "--to", text(&folder), "--with-key", "--json"]).expect(0).json();
    assert_eq!(made["has_key"], true);
    let made = run(&["backup", "--data-dir", &directory, "--to", text(&archive)]).expect(0);
    assert!(made.stdout.contains("The key that seals upload tokens is not in it"), "{made:?}");
    assert!(run(&["backup", "--data-dir", &directory, "--to", text(&folder)]).expect(2).stderr.contains("not an empty folder"));
    run(&["backup", "--data-dir", &directory, "--to", text(&archive)]).expect(2);
    let expected = answers(&fixture.server);
    // What comes later is in neither.
    send(&fixture, 5..6);
    for (number, backup) in [folder, archive].iter().enumerate() {
        let restored = fixture.directory.path().join(format!("restored-{number}"));
        run(&["restore", text(backup), "--data-dir", text(&restored)]).expect(0);
        assert!(run(&["restore", text(backup), "--data-dir", text(&restored)]).expect(2).stderr.contains("not an empty folder"));
        let server = Server::start(&restored);
        assert_eq!(answers(&server), expected);
        if number == 0 {
            let suite = server.get("/v2/analytics/organizations/default/suites/tests?show_api_token=true");
            assert_eq!(suite["api_token"], fixture.upload_token.as_str());
        }
    }
    let leftovers: Vec<PathBuf> = std::fs::read_dir(fixture.directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(leftovers.iter().all(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.')), "{leftovers:?}");
}

/// All runs, and the failures of each, but for what names the address of the server.
fn answers(server: &Server) -> Vec<String> {
    let runs = server.get(RUNS);
    let failures = |run: &Value| server.get(&format!("{RUNS}/{}/failed_executions", run["id"].as_str().unwrap()));
    let all = std::iter::once(runs.clone()).chain(runs.as_array().unwrap().iter().map(failures));
    all.map(|answer| answer.to_string().replace(&server.url, "URL")).collect()
}

#[test]
fn damaged_backups_are_refused_and_leave_nothing() {
    let fixture = Fixture::new();
    send(&fixture, 0..1);
    let backup = fixture.directory.path().join("backup");
    run(&["backup", "--data-dir", &data_dir(&fixture), "--to", text(&backup)]).expect(0);
    let target = fixture.directory.path().join("restored");
    let restore = || run(&["restore", text(&backup), "--data-dir", text(&target)]);
    let catalog = backup.join("proctor.db");
    let whole = std::fs::read(&catalog).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (bytes, fault) in [(damaged.as_slice(), "its SHA-256 is another"), (&whole[1..], "its size is another")] {
        std::fs::write(&catalog, bytes).unwrap();
        assert!(restore().expect(1).stderr.contains(fault));
        assert_eq!(std::fs::read_dir(&target).unwrap().count(), 0);
    }
    std::fs::write(&catalog, &whole).unwrap();
    let manifest = backup.join("manifest.json");
    let text_of_manifest = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text_of_manifest.replace("\"proctor.db\"", "\"../proctor.db\"")).unwrap();
    assert!(restore().expect(1).stderr.contains("leads out of the backup"));
    std::fs::remove_file(&manifest).unwrap();
    assert!(restore().expect(2).stderr.contains("not a finished backup"));
    run(&["backup", "--database-url", "postgres://nobody@127.0.0.1:1/none", "--to", text(&target)]).expect(2);
    let missing = fixture.directory.path().join("missing");
    assert!(run(&["backup", "--data-dir", text(&missing), "--to", text(&target)]).expect(2).stderr.contains("there is no store"));
}

#[test]
fn a_suite_is_exported_beside_its_server() {
    let fixture = Fixture::new();
    send(&fixture, 0..3);
    let directory = data_dir(&fixture);
    let export = |name: &str, args: &[&str]| {
        let file = fixture.directory.path().join(name);
        let fixed = ["export", "--suite", "tests", "--data-dir", &directory, "--json", "--to", text(&file)];
        (run(&fixed.iter().chain(args).copied().collect::<Vec<_>>()), file.clone())
    };
    let (finished, file) = export("all.parquet", &[]);
    assert_eq!(finished.expect(0).json()["executions"], 9);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert_eq!(export("none.parquet", &["--until", "2020-01-01"]).0.expect(0).json()["executions"], 0);
    assert!(export("all.parquet", &[]).0.expect(2).stderr.contains("is there already"));
    assert!(export("x.parquet", &["--from", "2026-02-01", "--until", "2026-01-01"]).0.expect(2).stderr.contains("before"));
    export("x.parquet", &["--from", "yesterday"]).0.expect(2);
    run(&["export", "--suite", "none", "--data-dir", &directory, "--to", text(&file.with_extension("x"))]).expect(1);
}
