//! `proctor org`, `suite` and `token` against a data directory and against a running server.

use serde_json::Value;

use crate::harness::{API_TOKEN, Finished, Fixture, run};

/// Runs the same story against both: `target` are the options that say where.
fn story(fixture: &Fixture, target: &[&str], organization: &str) {
    let proctor = |args: &[&str]| run(&args.iter().chain(target).chain(&["--json"]).copied().collect::<Vec<_>>());
    let json = |args: &[&str]| proctor(args).expect(0).json();

    let made = json(&["suite", "create", "Web Shop", "--org", organization, "--color", "#1F6FEB", "--default-branch", "trunk"]);
    assert_eq!((&made["slug"], &made["default_branch"]), (&Value::from("web-shop"), &Value::from("trunk")));
    let first_token = made["api_token"].as_str().unwrap().to_owned();
    let path = format!("{organization}/web-shop");
    assert_eq!(json(&["suite", "show", &path, "--show-token"])["api_token"], first_token.as_str());
    assert_eq!(json(&["suite", "show", &path]).get("api_token"), None);
    assert!(proctor(&["suite", "create", "web shop", "--org", organization]).expect(1).stderr.contains("next: "));

    let updated = json(&["suite", "update", &path, "--name", "Shop", "--color", ""]);
    assert_eq!((&updated["slug"], &updated["color"]), (&Value::from("shop"), &Value::Null));
    assert_eq!(updated["default_branch"], "trunk");
    let path = format!("{organization}/shop");
    let rotated = json(&["suite", "rotate-token", &path])["api_token"].as_str().unwrap().to_owned();
    let file = fixture.file("a.json", r#"[{"name":"a","result":"passed"}]"#);
    run(&["upload", &file, "--url", &fixture.server.url, "--token", &first_token]).expect(1);
    run(&["upload", &file, "--url", &fixture.server.url, "--token", &rotated]).expect(0);
    assert!(json(&["suite", "list", "--org", organization]).as_array().unwrap().iter().any(|suite| suite["slug"] == "shop"));

    let labelled = json(&["suite", "update", &path, "--label-tag-keys", "team,tier", "--muting", "off"]);
    assert_eq!(labelled["label_tag_keys"], Value::from(vec!["team", "tier"]));
    assert_eq!(json(&["suite", "update", &path, "--label-tag-keys", ""])["label_tag_keys"], Value::from(Vec::<Value>::new()));
    teams(&proctor, organization);
    summaries(&proctor, &path, target[0] == "--server");

    // Nobody is there to be asked.
    let asked: Finished = proctor(&["suite", "delete", &path]).expect(2);
    assert!(asked.stderr.contains("--yes"), "{asked:?}");
    json(&["suite", "delete", &path, "--yes"]);
    proctor(&["suite", "show", &path]).expect(1);

    let token = json(&["token", "create", "--org", organization, "--description", "CI", "--scope", "read_suites", "--expires-in", "90d"]);
    let secret = token["token"].as_str().unwrap();
    let suites = format!("/v2/analytics/organizations/{organization}/suites");
    assert!(fixture.server.get_as(secret, &suites).is_array());
    let listed = json(&["token", "list", "--org", organization]);
    assert!(listed.as_array().unwrap().iter().any(|listed| listed["id"] == token["id"] && listed.get("token").is_none()));
    json(&["token", "revoke", token["id"].as_str().unwrap(), "--org", organization, "--yes"]);
    assert!(fixture.server.get_as(secret, &suites)["message"].as_str().unwrap().starts_with("Authentication required"));
}

#[test]
fn summaries_are_listed_within_80_columns_and_mistakes_told_in_words() {
    let fixture = Fixture::new();
    let data_dir = fixture.directory.path().join("data");
    let summary = |args: &[&str]| run(&[&["suite", "summary"], args, &["--data-dir", data_dir.to_str().unwrap()]].concat());
    let nobody = summary(&["add", "default/tests"]).expect(2).stderr;
    assert!(nobody.contains("--team") && nobody.contains("--to"), "{nobody}");
    let odd = summary(&["preview", "default/tests", "nope"]).expect(2).stderr;
    assert!(odd.contains("this is no id"), "{odd}");
    assert_eq!(summary(&["list", "default/tests"]).expect(0).stdout, "No summaries.\n");
    let to: Vec<String> = (0..12).map(|number| format!("quality-{number}@acme.example")).collect();
    for _ in 0..2 {
        summary(&["add", "default/tests", "--to", &to.join(","), "--time-zone", "America/Argentina/Buenos_Aires"]).expect(0);
    }
    let listed = summary(&["list", "default/tests"]).expect(0).stdout;
    assert!(listed.contains("quality-11@acme.example") && listed.contains("Buenos_Aires"), "{listed}");
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
}

/// The team `test-engine` is gone; addresses do without.
fn summaries(proctor: &dyn Fn(&[&str]) -> Finished, suite: &str, is_server: bool) {
    let json = |args: &[&str]| proctor(&[&["suite", "summary"], args].concat()).expect(0).json();
    let made = json(&["add", suite, "--to", "a@x.test,b@x.test", "--weekday", "friday", "--time-zone", "Europe/Berlin"])[0].clone();
    assert_eq!((&made["weekday"], &made["hour"]), (&Value::from("friday"), &Value::from(8)));
    let id = made["id"].as_str().unwrap();
    let listed = json(&["list", suite]);
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["id"], &listed[0]["addresses"][1]),
        (1, &made["id"], &Value::from("b@x.test"))
    );
    let preview = json(&["preview", suite, id]);
    assert!(preview["subject"].as_str().unwrap().starts_with("[Shop] 0 flaky tests"), "{preview}");
    let sent = proctor(&["suite", "summary", "send", suite, id]).expect(if is_server { 1 } else { 2 });
    assert!(sent.stderr.contains(if is_server { "--smtp-url" } else { "--server" }), "{sent:?}");
    for args in [&["--to", "x"][..], &["--weekday", "Friday", "--to", "a@b"], &["--time-zone", "Mars", "--to", "a@b"], &[]] {
        proctor(&[&["suite", "summary", "add", suite], args].concat()).expect(2);
    }
    proctor(&["suite", "summary", "add", suite, "--team", "nobody"]).expect(1);
    json(&["delete", suite, id]);
    assert_eq!(json(&["list", suite]), Value::Array(Vec::new()));
    proctor(&["suite", "summary", "delete", suite, id]).expect(1);
}

/// The suite `shop` is there.
fn teams(proctor: &dyn Fn(&[&str]) -> Finished, organization: &str) {
    let json = |args: &[&str]| proctor(args).expect(0).json();
    let made = json(&["team", "create", "Test Engine", "--org", organization, "--description", "Builds it"]);
    assert_eq!((&made["slug"], &made["description"]), (&Value::from("test-engine"), &Value::from("Builds it")));
    assert!(proctor(&["team", "create", "test engine", "--org", organization]).expect(1).stderr.contains("next: "));
    let team = format!("{organization}/test-engine");
    assert_eq!(json(&["team", "list", "--org", organization])[0]["id"], made["id"]);
    for access in ["read", "edit"] {
        assert_eq!(json(&["team", "link", &team, "shop", "--access", access])["suite"], format!("{organization}/shop"));
    }
    proctor(&["team", "link", &team, "nothing"]).expect(1);
    assert!(proctor(&["team", "add-member", &team, "nobody@example.test"]).expect(1).stderr.contains("next: "));
    assert!(proctor(&["team", "delete", &team]).expect(2).stderr.contains("--yes"));
    json(&["team", "delete", &team, "--yes"]);
    assert_eq!(proctor(&["team", "delete", &team, "--yes"]).expect(1).stdout, "");
}

#[test]
fn a_data_directory_is_administered_while_its_server_runs() {
    let fixture = Fixture::new();
    let data_dir = fixture.directory.path().join("data");
    let target = ["--data-dir", data_dir.to_str().unwrap()];
    story(&fixture, &target, "default");
    run(&["org", "create", "Acme Inc", target[0], target[1]]).expect(0);
    let organizations = run(&["org", "list", "--json", target[0], target[1]]).expect(0).json();
    assert_eq!(organizations[1]["slug"], "acme-inc");
    story(&fixture, &target, "acme-inc");

    let policy = fixture.file("policy.yml", "a: [b");
    let broken = run(&["suite", "update", "tests", "--oidc-policy", &policy, target[0], target[1]]).expect(2);
    assert!(broken.stderr.contains("is not valid YAML"), "{broken:?}");
    let off = run(&["suite", "update", "tests", "--uploads", "off", target[0], target[1]]).expect(0);
    assert!(off.stdout.contains("uploads         off"), "{off:?}");
    let second = run(&["serve", "--listen", "127.0.0.1:0", target[0], target[1]]).expect(3);
    assert!(second.stderr.contains("another server") && second.stderr.contains("next: stop"), "{second:?}");
}

#[test]
fn a_running_server_is_administered_over_its_api() {
    let fixture = Fixture::new();
    let target = ["--server", &fixture.server.url, "--token", API_TOKEN];
    story(&fixture, &target, "default");
    let made = run(&["org", "create", "Acme Inc", "--json", "--server", &fixture.server.url, "--token", API_TOKEN]).expect(0).json();
    assert_eq!(made["slug"], "acme-inc");
    let secret = made["api_token"]["token"].as_str().unwrap();
    story(&fixture, &["--server", &fixture.server.url, "--token", secret], "acme-inc");
}

#[test]
fn a_mistyped_directory_does_not_become_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let finished = run(&["suite", "list", "--data-dir", missing.to_str().unwrap()]).expect(2);
    assert!(finished.stderr.contains("there is no store at") && finished.stderr.contains("next: "), "{finished:?}");
    assert!(!missing.exists());
    run(&["suite", "list", "--server", "http://127.0.0.1:1", "--token", "t"]).expect(3);
    run(&["suite", "list", "--server", "http://127.0.0.1:1"]).expect(2);
}
