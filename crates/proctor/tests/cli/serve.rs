//! `proctor serve`: first start, restart, stop.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::harness::{API_TOKEN, DEADLINE, Fixture, Server, proctor, run, upload_token};

fn value_after<'l>(lines: &'l [String], label: &str) -> &'l str {
    let line = lines.iter().find(|line| line.trim_start().starts_with(label)).unwrap_or_else(|| panic!("no {label} in {lines:#?}"));
    line.rsplit(' ').next().unwrap()
}

#[test]
fn the_first_start_prints_tokens_and_commands_that_work() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start_with(directory.path(), &["--organization", "Acme Inc"]);
    let mut lines = server.lines_until("read it back");
    lines.extend(server.lines_until("/runs"));
    assert_eq!(value_after(&lines, "organization"), "acme-inc");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");

    // What is printed can be pasted into a shell.
    let script = lines.iter().skip_while(|line| !line.contains("# send")).map(String::as_str).collect::<Vec<_>>().join("\n");
    let shell = Command::new("sh").args(["-c", &script]).output().unwrap();
    let printed = String::from_utf8_lossy(&shell.stdout);
    assert!(printed.contains("\"queued\":1") && printed.contains("\"result\":\"passed\""), "{printed}");

    let api_token = value_after(&lines, "API token").to_owned();
    server.terminate();
    assert_eq!(server.wait().0, 0);

    let server = Server::start_with(directory.path(), &["--organization", "Acme Inc"]);
    let runs = server.get_as(&api_token, "/v2/analytics/organizations/acme-inc/suites/tests/runs");
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "{runs}");
    let link = format!("{}/sign-in/", server.url);
    server.terminate();
    let (code, rest) = server.wait();
    assert_eq!((code, rest.len()), (0, 2), "secrets are printed once; only the link that signs in is new each time: {rest:#?}");
    assert_eq!(rest[0], "sign in once, within 15 minutes:");
    assert!(rest[1].trim().starts_with(&link) && rest[1].chars().count() <= 80, "{rest:#?}");
}

#[test]
fn the_bootstrap_token_is_made_once_and_survives_restarts() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let server = Server::start(directory.path());
        let tokens = server.get("/v2/proctor/organizations/default/tokens");
        assert_eq!(tokens.as_array().map(Vec::len), Some(1), "{tokens}");
        server.terminate();
        assert_eq!(server.wait().0, 0);
    }
    let server = Server::start_with(directory.path(), &["--bootstrap-token", "another-token-of-these-tests"]);
    assert_eq!(server.get("/v2/proctor/organizations/default/tokens").as_array().map(Vec::len), Some(2));
}

#[test]
fn an_upload_under_way_is_finished_before_the_server_stops() {
    let fixture = Fixture::new();
    let body = r#"{"format":"json","run_env":{"key":"slow"},"data":[{"name":"a","result":"passed"}]}"#;
    let (first, rest) = body.split_at(60);
    let mut stream = TcpStream::connect(fixture.server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!(
        "POST /v1/uploads HTTP/1.1\r\nHost: proctor\r\nAuthorization: Token token=\"{}\"\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        fixture.upload_token,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server has begun to read the body once it says this.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).unwrap();

    fixture.server.terminate();
    // `timeout` signals twice.
    fixture.server.terminate();
    // It no longer listens: it has taken the signal in.
    let address = fixture.server.url.trim_start_matches("http://").to_owned();
    let deadline = std::time::Instant::now() + DEADLINE;
    while TcpStream::connect(&address).is_ok() {
        assert!(std::time::Instant::now() < deadline, "the server goes on listening");
        std::thread::yield_now();
    }
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let Fixture { directory, server, .. } = fixture;
    assert_eq!(server.wait().0, 0);

    let server = Server::start(&directory.path().join("data"));
    let runs = server.get("/v2/analytics/organizations/default/suites/tests/runs");
    assert_eq!(runs[0]["result"], "passed", "{runs}");
}

#[test]
fn health_is_told_by_the_binary_itself() {
    let fixture = Fixture::new();
    run(&["healthcheck", "--url", &fixture.server.url]).expect(0);
    let finished = run(&["healthcheck", "--url", "http://127.0.0.1:1"]).expect(3);
    assert!(finished.stderr.contains("next: "), "{finished:?}");
}

#[test]
fn mistakes_are_told_with_what_to_do_next() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(&directory.path().join("data"));
    let address = server.url.trim_start_matches("http://");
    let other = directory.path().join("other");
    let other = other.to_str().unwrap();
    for args in [
        ["serve", "--data-dir", other, "--listen", address],
        ["serve", "--data-dir", other, "--database-url", "mysql://db/x"],
        ["serve", "--data-dir", other, "--secret-key", "short"],
        ["serve", "--data-dir", other, "--bootstrap-token", "with blank"],
        ["serve", "--data-dir", other, "--organization", "!!!"],
        ["serve", "--data-dir", other, "--log", "=="],
    ] {
        let listen: &[&str] = if args[3] == "--listen" { &[] } else { &["--listen", "127.0.0.1:0"] };
        let finished = run(&args.iter().chain(listen).copied().collect::<Vec<_>>()).expect(2);
        assert!(finished.stderr.starts_with("error: ") && finished.stderr.contains("\n  next: "), "{finished:?}");
    }
}

#[test]
fn settings_come_from_the_environment_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = proctor();
    command.arg("serve").env("PROCTOR_LISTEN", "127.0.0.1:0").env("PROCTOR_DATA_DIR", directory.path());
    command.env("PROCTOR_BOOTSTRAP_TOKEN", API_TOKEN).env("PROCTOR_PUBLIC_URL", "https://ci.example/p/").env("PROCTOR_LOG", "warn");
    let server = Server::spawn(command);
    assert_eq!(upload_token(&server).len(), 32);
    let suite = server.get("/v2/analytics/organizations/default/suites/tests");
    assert_eq!(suite["url"], "https://ci.example/p/v2/analytics/organizations/default/suites/tests");
}
