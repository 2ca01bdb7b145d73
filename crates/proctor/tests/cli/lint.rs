//! `proctor lint` agrees with the server.

use crate::harness::{Fixture, report, run};

#[test]
fn lint_and_receipts_agree() {
    let fixture = Fixture::new();
    let mixed = r#"[{"name":"a","result":"passed"},{"scope":"s"},7,{"name":"b","result":"odd"},{"name":" "}]"#;
    let mut files =
        ["rspec.json", "jest.json", "playwright.json", "cucumber.json", "go-test.jsonl", "cargo-nextest.xml"].map(report).to_vec();
    files.push(fixture.file("mixed.json", mixed));
    for file in files {
        let linted = run(&["lint", &file, "--json"]);
        let uploaded = fixture.upload(&[&file, "--json"]);
        assert_eq!(linted.code, uploaded.code, "{linted:?} {uploaded:?}");
        let (verdict, answer) = (&linted.json()["files"][0], &uploaded.json()["uploads"][0]);
        for key in ["format", "queued", "skipped"] {
            assert_eq!(verdict[key], answer[key], "{file} {key}");
        }
        let path = format!("/v2/analytics/organizations/default/suites/tests/uploads/{}", answer["upload_id"].as_str().unwrap());
        let receipt = fixture.server.get(&path);
        assert_eq!(verdict["problems"], receipt["problems"], "{file}");
        assert_eq!(verdict["notices"].as_array().map(Vec::len), receipt["notices"].as_array().map(Vec::len), "{file}");
    }
}

#[test]
fn refusals_are_the_servers() {
    let fixture = Fixture::new();
    for (name, contents) in [("a.json", r#"[{"name":"a""#), ("a.xml", "<testsuite><testcase")] {
        let file = fixture.file(name, contents);
        let format = if name == "a.xml" { "junit" } else { "json" };
        let linted = run(&["lint", &file, "--json", "--format", format]);
        let uploaded = fixture.upload(&[&file, "--json", "--format", format]);
        assert_eq!(linted.code, uploaded.code, "{linted:?} {uploaded:?}");
        let is_refused = linted.json()["files"][0]["reason_code"] == "unparsable_data";
        assert_eq!(is_refused, uploaded.json()["uploads"][0]["status"] == 422);
    }
}

#[test]
fn a_file_of_no_format_is_a_finding_and_a_missing_one_a_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let prose = directory.path().join("notes.txt");
    std::fs::write(&prose, "nothing but prose").unwrap();
    let finished = run(&["lint", prose.to_str().unwrap()]).expect(1);
    assert!(finished.stdout.contains("would be refused (unsupported_format)"), "{finished:?}");
    run(&["lint", "no-such-file.xml"]).expect(2);

    // One that cannot be read keeps no other from being checked.
    let broken = directory.path().join("broken.gz");
    std::fs::write(&broken, b"\x1f\x8bgarbage").unwrap();
    let good = directory.path().join("good.json");
    std::fs::write(&good, r#"[{"name":"a","result":"passed"}]"#).unwrap();
    let finished = run(&["lint", broken.to_str().unwrap(), good.to_str().unwrap()]).expect(1);
    assert!(finished.stdout.contains("failed to read the file") && finished.stdout.contains("1 result: 1 passed"), "{finished:?}");
}

#[test]
fn names_of_files_do_not_steer_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let odd = directory.path().join("a\u{1b}[31m\nb.json");
    std::fs::write(&odd, r#"[{"name":"a","result":"passed"}]"#).unwrap();
    let linted = run(&["lint", odd.to_str().unwrap()]).expect(0).stdout;
    assert!(linted.ends_with("a\\u001b[31m\\nb.json (json): 1 result: 1 passed\n"), "{linted:?}");
    assert!(!run(&["lint", "absent\u{1b}[31m"]).expect(2).stderr.contains('\u{1b}'));
}
