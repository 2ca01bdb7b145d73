//! Actions that leave the house: what arrives, how often, and what must not.

use std::sync::{Arc, Mutex};

use proctor_core::time::Timestamp;
use proctor_server::delivery::{MailSettings, signature};
use proctor_server::settings::PrivateTargets;
use proctor_store::catalog::outbox::ClaimLimits;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{NOW, TestApp, record};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A server that may send to this machine.
async fn start() -> TestApp {
    let settings = |settings: &mut proctor_server::Settings| settings.delivery.private_targets = PrivateTargets::Allowed;
    TestApp::builder().manual_clock(NOW).settings(settings).start().await
}

async fn receiver(status: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/hook")).respond_with(ResponseTemplate::new(status).set_body_string("seen")).mount(&server).await;
    server
}

impl TestApp {
    fn of_suite(&self, rest: &str) -> String {
        format!("/v2/proctor/organizations/{}/suites/{}{rest}", self.organization.slug, self.suite.suite.slug)
    }

    /// A workflow with this action on alarm and on recovery, and no other one.
    async fn only(&self, monitor: Value, action: Value) -> Value {
        for workflow in self.get(&self.of_suite("/workflows")).await.array() {
            self.delete(&self.of_suite(&format!("/workflows/{}", workflow["id"].as_str().unwrap()))).await;
        }
        let workflow = json!({ "name": "telling", "monitor": monitor, "alarm_actions": [action], "recover_actions": [action] });
        let answer = self.post(&self.of_suite("/workflows"), &workflow).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        self.app.evaluator.settle().await.unwrap();
        answer.json()
    }

    /// Uploads, an hour later than what was before, and has it evaluated and told.
    async fn tell(&self, run: &str, commit: &str, data: &[Value]) {
        self.clock().advance_ms(HOUR_MS);
        let run_env = json!({ "key": run, "branch": "main", "commit_sha": commit });
        assert_eq!(self.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
        self.app.evaluator.settle().await.unwrap();
        self.app.deliverer.deliver().await.unwrap();
    }

    async fn later(&self, millis: i64) {
        self.clock().advance_ms(millis);
        self.app.deliverer.deliver().await.unwrap();
    }

    async fn deliveries(&self) -> Vec<Value> {
        self.get(&self.of_suite("/deliveries?per_page=100")).await.array()
    }

    /// Makes `adds` flaky.
    async fn alarm(&self) {
        self.tell("r1", "c1", &[record("adds", "failed"), record("adds", "passed")]).await;
    }
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.expect("requests are kept")
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn retry() -> Value {
    json!({ "type": "passed_on_retry" })
}

fn webhook(server: &MockServer) -> Value {
    json!({ "type": "webhook", "settings": { "url": format!("{}/hook", server.uri()) } })
}

// contract: workflows 30, 31
#[tokio::test]
async fn webhooks_are_signed_and_come_again_under_the_same_id() {
    let (app, server) = (start().await, MockServer::start().await);
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500).set_body_string("x".repeat(5_000)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let settings = json!({ "url": format!("{}/hook", server.uri()), "secret": "topsecret", "headers": { "X-Team": "payments" } });
    let workflow = app.only(retry(), json!({ "type": "webhook", "settings": settings })).await;
    let shown = workflow.to_string();
    assert!(!shown.contains("topsecret") && !shown.contains("payments"), "{shown}");
    app.alarm().await;
    let waiting = app.deliveries().await;
    assert_eq!((waiting.len(), &waiting[0]["status"], &waiting[0]["attempts"]), (1, &json!("waiting"), &json!(1)));
    assert_eq!((&waiting[0]["answer"]["code"], waiting[0]["answer"]["text"].as_str().unwrap().len()), (&json!(500), 1_024));
    app.later(7_000).await;
    assert_eq!(requests(&server).await.len(), 1, "not before its time");
    app.later(6_000).await;
    app.later(HOUR_MS).await;
    let requests = requests(&server).await;
    let [first, second] = requests.as_slice() else { panic!("{requests:#?}") };
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
    assert_eq!(header(first, "x-proctor-delivery"), waiting[0]["id"]);
    assert_eq!(header(first, "x-proctor-delivery"), header(second, "x-proctor-delivery"));
    for request in [first, second] {
        assert_eq!((header(request, "user-agent"), header(request, "content-type")), ("Proctor", "application/json"));
        assert_eq!((header(request, "x-proctor-event"), header(request, "x-team")), ("workflow.alarm", "payments"));
        let signed = header(request, "x-proctor-signature");
        let seconds: i64 = signed[2..].split(',').next().unwrap().parse().unwrap();
        assert_eq!(signature("topsecret", Timestamp::from_millis(seconds * 1_000), &request.body).unwrap(), signed);
    }
    let body: Value = serde_json::from_slice(&first.body).unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "event",
            "subject",
            "workflow_id",
            "workflow_url",
            "workflow_event",
            "event_id",
            "occurred_at",
            "suite",
            "owners",
            "labels",
            "state"
        ]
    );
    assert_eq!((&body["event"], &body["workflow_id"]), (&json!("workflow.alarm"), &workflow["id"]));
    assert_eq!((&body["subject"]["type"], &body["subject"]["test_full_name"]), (&json!("test"), &json!("Cart adds")));
    assert_eq!((&body["state"], &body["suite"]["slug"]), (&json!("enabled"), &json!("checkout-api")));
    let event = body["workflow_event"].as_object().unwrap();
    let keys: Vec<&String> = event.keys().collect();
    assert_eq!(
        keys,
        [
            "type",
            "timestamp",
            "execution_id",
            "execution_run_id",
            "execution_commit_sha",
            "execution_branch",
            "window_days",
            "window_executions",
            "commit_count_threshold_high",
            "commit_count_threshold_low",
            "executions_in_window",
            "days_in_window",
            "commit_count"
        ]
    );
    assert_eq!((&event["execution_commit_sha"], &event["execution_branch"]), (&json!("c1"), &json!("main")));
    assert_eq!((&event["commit_count"], &event["executions_in_window"]), (&json!(1), &json!(2)));

    app.clock().advance_ms(8 * DAY_MS);
    app.app.evaluator.settle().await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    let last = requests_of(&server).await.pop().unwrap();
    assert_eq!((&last["event"], &last["workflow_event"]["execution_id"]), (&json!("workflow.recover"), &Value::Null));
}

async fn requests_of(server: &MockServer) -> Vec<Value> {
    requests(server).await.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

// contract: workflows 30
#[tokio::test]
async fn each_monitor_has_its_own_fields() {
    let fields = [
        (
            json!({ "type": "transition_count", "window": 4, "alarm": 0.25, "recover": 0.1 }),
            "type timestamp branch_filter score score_threshold_high score_threshold_low window transitions executions_in_window execution_id",
        ),
        (
            json!({ "type": "probabilistic_flakiness", "score_threshold_high": 0.05, "score_threshold_low": 0.01 }),
            "type timestamp branch_filter score score_threshold_high score_threshold_low",
        ),
        (json!({ "type": "new_test" }), "type timestamp execution_id execution_branch execution_commit_sha"),
        (
            json!({ "type": "duration_threshold", "window": 1, "alarm": 0.000_001, "recover": 0.000_000_1 }),
            "type timestamp aggregation window executions_in_window duration duration_threshold_high duration_threshold_low execution_id",
        ),
    ];
    for (monitor, fields) in fields {
        let (app, server) = (start().await, receiver(200).await);
        app.only(monitor.clone(), webhook(&server)).await;
        app.tell("r0", "c0", &[record("old", "passed")]).await;
        app.tell("r1", "c1", &[record("adds", "failed"), record("adds", "passed")]).await;
        let bodies = requests_of(&server).await;
        let body = bodies.iter().find(|body| body["subject"]["test_full_name"] == "Cart adds").unwrap_or_else(|| panic!("{monitor}"));
        let keys: Vec<&str> = body["workflow_event"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(" "), fields);
        assert_eq!(body["workflow_event"]["type"], monitor["type"]);
        let is_known = |(key, value): (&String, &Value)| key == "branch_filter" || !value.is_null();
        assert!(body["workflow_event"].as_object().unwrap().iter().all(is_known), "{body:#}");
    }
}

#[tokio::test]
async fn private_addresses_are_not_reached_unless_the_operator_allows_it() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let server = receiver(200).await;
    let by_name = format!("http://localhost:{}/hook", server.address().port());
    let by_number = format!("{}/hook", server.uri());
    let mapped = format!("http://[::ffff:127.0.0.1]:{}/hook", server.address().port());
    let odd = format!("http://0x7f000001:{}/hook", server.address().port());
    let actions: Vec<Value> =
        [by_name, by_number, mapped, odd].iter().map(|url| json!({ "type": "webhook", "settings": { "url": url } })).collect();
    let workflow = json!({ "name": "telling", "monitor": retry(), "alarm_actions": actions });
    assert_eq!(app.post(&app.of_suite("/workflows"), &workflow).await.status, 201);
    app.app.evaluator.settle().await.unwrap();
    app.alarm().await;
    let deliveries = app.deliveries().await;
    assert_eq!(deliveries.len(), 4);
    for delivery in deliveries {
        assert_eq!(delivery["status"], "failed", "{delivery:#}");
        assert_eq!(delivery["error"], "the address is not public, and the server does not allow private ones");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed_and_a_receiver_that_is_gone_is_left_alone() {
    let (app, server) = (start().await, MockServer::start().await);
    let elsewhere = receiver(200).await;
    let to = format!("{}/hook", elsewhere.uri());
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", to))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(410)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    app.only(retry(), webhook(&server)).await;
    app.alarm().await;
    assert_eq!(app.deliveries().await[0]["answer"]["code"], 302);
    app.later(13_000).await;
    assert!(requests(&elsewhere).await.is_empty());
    let gone = app.deliveries().await.remove(0);
    assert_eq!((&gone["status"], &gone["answer"]["code"]), (&json!("failed"), &json!(410)));
    app.tell("r2", "c2", &[record("divides", "failed"), record("divides", "passed")]).await;
    assert_eq!(requests(&server).await.len(), 2, "the action is paused");
    assert_eq!(app.deliveries().await[0]["status"], "cancelled");

    let again = app.of_suite(&format!("/deliveries/{}/redeliver", gone["id"].as_str().unwrap()));
    let answer = app.post(&again, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (202, &json!("waiting")));
    app.later(0).await;
    let one = app.get(&app.of_suite(&format!("/deliveries/{}", gone["id"].as_str().unwrap()))).await.json();
    assert_eq!((&one["status"], &one["id"]), (&json!("delivered"), &gone["id"]));
    let reader = app.token_with(&["read_suites"]).await;
    assert_eq!(app.send_as(&reader, reqwest::Method::POST, &again, &json!({})).await.status, 403);
    assert_eq!(app.post(&app.of_suite("/deliveries/5d0f7c1e-93aa-8b64-a2c7-4e1b0c9d7f52/redeliver"), &json!({})).await.status, 404);
    assert_eq!(app.get(&app.of_suite("/deliveries?status=failed")).await.array().len(), 0);
    assert_eq!(app.get(&app.of_suite("/deliveries?status=lost")).await.status, 400);
}

// contract: workflows 34
#[tokio::test]
async fn a_workflow_tells_no_more_than_its_limit_in_a_minute_and_the_rest_in_the_next() {
    let (app, server) = (start().await, receiver(200).await);
    let label = json!({ "type": "add_label", "label": "shaky" });
    let workflow = app.only(retry(), webhook(&server)).await;
    let id = workflow["id"].as_str().unwrap().to_owned();
    let actions = json!({ "alarm_actions": [label, webhook(&server)] });
    assert_eq!(app.send(reqwest::Method::PATCH, &app.of_suite(&format!("/workflows/{id}")), &actions).await.status, 200);
    let data: Vec<Value> = (0..700)
        .flat_map(|number| {
            let name = format!("t{number}");
            [record(&name, "failed"), record(&name, "passed")]
        })
        .collect();
    app.tell("r1", "c1", &data).await;
    assert_eq!(requests(&server).await.len(), 500);
    let queue = app.get(&app.of_suite(&format!("/workflows/{id}/queue"))).await.json();
    assert_eq!(queue, json!({ "events_last_minute": 700, "limit": 500, "queued": 200, "cancelled": 0, "digested": 0 }));
    let labelled = app.get(&app.s("/tests?label=shaky&per_page=1")).await;
    assert_eq!(labelled.status, 200, "{}", labelled.text);
    app.later(MINUTE_MS).await;
    assert_eq!(requests(&server).await.len(), 700);
    let told: std::collections::HashSet<String> =
        requests(&server).await.iter().map(|request| header(request, "x-proctor-delivery").to_owned()).collect();
    assert_eq!(told.len(), 700);
}

#[tokio::test]
async fn what_waits_too_long_becomes_one_message_and_what_recovers_meanwhile_none() {
    let (app, server) = (start().await, receiver(200).await);
    let workflow = app.only(json!({ "type": "passed_on_retry", "window_executions": 2 }), webhook(&server)).await;
    let id = workflow["id"].as_str().unwrap().to_owned();
    let path = app.of_suite(&format!("/workflows/{id}"));
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "events_per_minute": 1 })).await.status, 200);
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "events_per_minute": 0 })).await.status, 422);
    let flaky = |name: &str| [record(name, "failed"), record(name, "passed")];
    app.tell("r1", "c1", &[flaky("a"), flaky("b"), flaky("c"), flaky("d")].concat()).await;
    assert_eq!(requests(&server).await.len(), 1);
    // `b` recovers while its alarm waits.
    let run_env = json!({ "key": "r2", "branch": "main", "commit_sha": "c2" });
    let data = [record("b", "passed"), record("b", "passed"), record("b", "passed")];
    assert_eq!(app.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
    app.app.evaluator.settle().await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    app.later(MINUTE_MS).await;
    let queue = app.get(&format!("{path}/queue")).await.json();
    assert_eq!((&queue["cancelled"], requests(&server).await.len()), (&json!(2), 2), "{queue}");
    assert_eq!(queue["queued"], 1);
    app.tell("r3", "c3", &[flaky("e"), flaky("f"), flaky("g")].concat()).await;
    let events: Vec<Value> = requests_of(&server).await.into_iter().map(|body| body["event"].clone()).collect();
    assert_eq!(events, ["workflow.alarm", "workflow.alarm", "workflow.alarm"]);
    app.later(MINUTE_MS).await;
    app.clock().advance_ms(2 * HOUR_MS);
    app.tell("r4", "c4", &[flaky("h"), flaky("i")].concat()).await;
    let bodies = requests_of(&server).await;
    let digest = bodies.iter().find(|body| body["event"] == "workflow.digest").unwrap_or_else(|| panic!("{bodies:#?}"));
    assert!(digest["tests"].as_u64().unwrap() >= 1 && digest["workflow_url"].as_str().unwrap().ends_with(&id));
    assert_eq!(app.get(&format!("{path}/queue")).await.json()["queued"], 0);
}

// contract: workflows 35
#[tokio::test]
async fn a_dry_run_tells_nobody() {
    let (app, server) = (start().await, receiver(200).await);
    let workflow = app.only(retry(), webhook(&server)).await;
    let path = app.of_suite(&format!("/workflows/{}", workflow["id"].as_str().unwrap()));
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "dry_run": true })).await.status, 200);
    app.alarm().await;
    assert_eq!(app.get(&app.of_suite("/events")).await.array().len(), 1);
    assert!(app.deliveries().await.is_empty() && requests(&server).await.is_empty());
}

#[tokio::test]
async fn slack_and_github_get_texts_with_variables_in_their_own_markup() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(201)).mount(&server).await;
    let github = server.uri();
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.private_targets = PrivateTargets::Allowed;
        settings.delivery.github_url = github;
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    let text = "<!here> {{subject.test_full_name}} {{verb}}: {{workflow_event.commit_count}} {{nothing}}";
    let slack = json!({ "type": "slack", "settings": { "url": format!("{}/services/T0/B0/X", server.uri()), "text": text } });
    let issue = json!({ "type": "issue", "settings": { "repository": "acme/web", "token": "ghp_x", "labels": ["flaky"] } });
    let workflow = json!({ "name": "telling", "monitor": retry(), "alarm_actions": [slack, issue] });
    let made = app.post(&app.of_suite("/workflows"), &workflow).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.text.contains("ghp_x") && !made.text.contains("/services/"), "{}", made.text);
    app.app.evaluator.settle().await.unwrap();
    app.tell("r1", "c1", &[record("adds <b> *", "failed"), record("adds <b> *", "passed")]).await;
    let requests = requests(&server).await;
    let of = |at: &str| requests.iter().find(|request| request.url.path() == at).unwrap_or_else(|| panic!("{requests:#?}"));
    let slack: Value = serde_json::from_slice(&of("/services/T0/B0/X").body).unwrap();
    assert_eq!(slack["text"], "<!here> Cart adds &lt;b&gt; * alarmed: 1 {{nothing}}");
    assert_eq!(slack["blocks"][0]["text"]["text"], slack["text"]);
    let request = of("/repos/acme/web/issues");
    assert_eq!(header(request, "authorization"), "Bearer ghp_x");
    let issue: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((&issue["title"], &issue["labels"]), (&json!("Cart adds <b> * alarmed (passed_on_retry)"), &json!(["flaky"])));
    let body = issue["body"].as_str().unwrap();
    assert!(body.starts_with("The test [Cart adds \\<b\\> \\*](http"), "{body}");
    let id = header(of("/services/T0/B0/X"), "x-proctor-delivery");
    let ids: Vec<Value> = app.deliveries().await.into_iter().map(|delivery| delivery["id"].clone()).collect();
    assert!(ids.iter().any(|known| known == id));
    assert!(ids.iter().any(|known| body.ends_with(&format!("<!-- proctor-delivery: {} -->", known.as_str().unwrap()))), "{body}");
}

/// A mail server that takes everything; what it was told.
async fn mail_server() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(String::new())));
    let told = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 mail.test\r\n").await.unwrap();
            let mut is_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                told.lock().unwrap().push_str(&format!("{line}\n"));
                let reply: &[u8] = match (is_data, line.as_str()) {
                    (true, ".") => {
                        is_data = false;
                        b"250 queued as 7\r\n"
                    }
                    (true, _) => continue,
                    (false, "DATA") => {
                        is_data = true;
                        b"354 go on\r\n"
                    }
                    (false, line) if line.starts_with("EHLO") => b"250 mail.test\r\n",
                    (false, _) => b"250 ok\r\n",
                };
                write.write_all(reply).await.unwrap();
            }
        }
    });
    (port, heard)
}

#[tokio::test]
async fn mail_goes_to_the_addresses_of_the_action_and_carries_the_id() {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "Proctor <ci@proctor.test>").unwrap());
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    app.only(retry(), json!({ "type": "email", "settings": { "to": ["team@northwind.test"] } })).await;
    app.alarm().await;
    let delivery = app.deliveries().await.remove(0);
    assert_eq!((&delivery["status"], &delivery["answer"]["code"]), (&json!("delivered"), &json!(250)), "{delivery:#}");
    let heard = heard.lock().unwrap().clone();
    for line in [
        "MAIL FROM:<ci@proctor.test>".to_owned(),
        "RCPT TO:<team@northwind.test>".to_owned(),
        "Subject: [Checkout API] Cart adds alarmed".to_owned(),
        format!("Message-ID: <{}@proctor>", delivery["id"].as_str().unwrap()),
    ] {
        assert!(heard.contains(&line), "{line} in {heard}");
    }
    assert!(heard.contains("text/plain") && heard.contains("text/html"), "{heard}");
}

#[tokio::test]
async fn mail_without_a_server_or_without_anybody_to_read_it_fails_at_once() {
    let app = start().await;
    app.only(retry(), json!({ "type": "email", "settings": {} })).await;
    app.alarm().await;
    let delivery = app.deliveries().await.remove(0);
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!(delivery["error"], "this server has no mail server: see --smtp-url");
}

#[tokio::test]
async fn who_dies_between_claim_and_sending_loses_nothing() {
    let (app, server) = (start().await, receiver(200).await);
    app.only(retry(), webhook(&server)).await;
    app.clock().advance_ms(HOUR_MS);
    let run_env = json!({ "key": "r1", "branch": "main", "commit_sha": "c1" });
    let data = [record("adds", "failed"), record("adds", "passed")];
    // The server's own deliverer may not come first: it dies with the server.
    assert_eq!(app.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
    app.app.evaluator.settle().await.unwrap();
    let limits = ClaimLimits { messages_max: 10, lease_ms: MINUTE_MS };
    let claimed = app.app.store.claim_messages(limits, app.now()).await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    let sent = requests(&server).await.len();
    assert_eq!(sent + claimed.len(), 1, "claimed here or sent there, not both");
    app.later(2 * MINUTE_MS).await;
    assert_eq!(requests(&server).await.len(), 1);
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
}
