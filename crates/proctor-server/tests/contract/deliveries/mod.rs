//! Actions that leave the house: what arrives, how often, and what must not.

mod durable;
mod limits;
mod mail;
mod places;
mod refused;
mod trackers;
mod webhooks;

use proctor_server::settings::PrivateTargets;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{NOW, TestApp, record};

pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// A server that may send to this machine.
pub(super) async fn start() -> TestApp {
    let settings = |settings: &mut proctor_server::Settings| settings.delivery.private_targets = PrivateTargets::Allowed;
    TestApp::builder().manual_clock(NOW).settings(settings).start().await
}

pub(super) async fn receiver(status: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/hook")).respond_with(ResponseTemplate::new(status).set_body_string("seen")).mount(&server).await;
    server
}

impl TestApp {
    pub(super) fn of_suite(&self, rest: &str) -> String {
        format!("/v2/proctor/organizations/{}/suites/{}{rest}", self.organization.slug, self.suite.suite.slug)
    }

    /// A workflow with this action on alarm and on recovery, and no other one.
    pub(super) async fn only(&self, monitor: Value, action: Value) -> Value {
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
    pub(super) async fn tell(&self, run: &str, commit: &str, data: &[Value]) {
        self.clock().advance_ms(HOUR_MS);
        let run_env = json!({ "key": run, "branch": "main", "commit_sha": commit });
        assert_eq!(self.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
        self.app.evaluator.settle().await.unwrap();
        self.app.deliverer.deliver().await.unwrap();
    }

    pub(super) async fn later(&self, millis: i64) {
        self.clock().advance_ms(millis);
        self.app.deliverer.deliver().await.unwrap();
    }

    pub(super) async fn deliveries(&self) -> Vec<Value> {
        self.get(&self.of_suite("/deliveries?per_page=100")).await.array()
    }

    /// Makes `adds` flaky.
    pub(super) async fn alarm(&self) {
        self.tell("r1", "c1", &[record("adds", "failed"), record("adds", "passed")]).await;
    }
}

pub(super) async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.expect("requests are kept")
}

pub(super) fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

pub(super) fn retry() -> Value {
    json!({ "type": "passed_on_retry" })
}

pub(super) fn webhook(server: &MockServer) -> Value {
    json!({ "type": "webhook", "settings": { "url": format!("{}/hook", server.uri()) } })
}

pub(super) async fn requests_of(server: &MockServer) -> Vec<Value> {
    requests(server).await.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}
