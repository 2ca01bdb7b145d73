//! `proctor demo`.

use crate::harness::{Server, proctor};

#[test]
fn the_demo_loads_serves_and_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let mut command = proctor();
    command.args(["demo", "--listen", "127.0.0.1:0", "--runs", "64"]).env("TMPDIR", temporary.path());
    let server = Server::spawn(command);
    let lines = server.lines_until("Ctrl-C");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    assert!(lines.len() <= 30, "{lines:#?}");
    let text = lines.join("\n");
    assert!(text.contains("8 suites · 64 runs"), "{text}");

    let token = text.split("TOKEN=").nth(1).unwrap().split_whitespace().next().unwrap();
    let suites = server.get_as(token, "/v2/analytics/organizations/demo/suites");
    assert_eq!(suites.as_array().map(Vec::len), Some(9), "eight of the demo and an empty one");
    let runs = server.get_as(token, "/v2/analytics/organizations/demo/suites/ledger/runs");
    assert_eq!(runs.as_array().map(Vec::len), Some(8));
    let run = text.split("RUN=").nth(1).unwrap().split_whitespace().next().unwrap();
    let path = format!("/v2/analytics/organizations/demo/suites/checkout-api/runs/{run}/failed_executions");
    assert!(!server.get_as(token, &path).as_array().unwrap().is_empty());

    server.terminate();
    assert_eq!(server.wait().0, 0);
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}
