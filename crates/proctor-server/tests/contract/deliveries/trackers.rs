//! Slack and trackers of issues.

use proctor_server::settings::PrivateTargets;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{header, requests, retry};
use crate::support::{NOW, TestApp, record};

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

const TEAM: &str = "9cfb482a-81e3-4154-b5b9-2c805e70a02d";
const LABEL: &str = "b0a5d5a3-2b7f-4a1e-9a3c-1d2e3f405162";

/// A server with this Linear, and a workflow that opens issues there.
async fn with_linear(server: &MockServer) -> TestApp {
    let url = server.uri();
    let app = TestApp::builder().manual_clock(NOW).settings(|settings| settings.delivery.linear_url = url + "/").start().await;
    let settings = json!({ "tracker": "linear", "team": TEAM, "token": "lin_api_x", "labels": [LABEL] });
    let made = app.only(retry(), json!({ "type": "issue", "settings": settings })).await;
    assert!(!made.to_string().contains("lin_api_x"), "{made}");
    app
}

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn bodies(requests: &[wiremock::Request]) -> Vec<Value> {
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

#[tokio::test]
async fn linear_gets_an_issue_with_an_id_of_ours_and_errors_are_failures_whatever_the_status() {
    let server = MockServer::start().await;
    let refused = json!({ "data": null, "errors": [{ "message": "Entity not found: Team" }] });
    Mock::given(method("POST")).respond_with(answer(&refused)).up_to_n_times(1).mount(&server).await;
    let made = json!({ "data": { "issueCreate": { "success": true, "issue": { "id": "x", "identifier": "ENG-1", "url": "u" } } } });
    Mock::given(method("POST")).respond_with(answer(&made)).mount(&server).await;
    let app = with_linear(&server).await;
    app.alarm().await;
    let waiting = app.deliveries().await.remove(0);
    assert_eq!((&waiting["status"], &waiting["answer"]["code"]), (&json!("waiting"), &json!(200)), "{waiting:#}");
    assert_eq!(waiting["error"], "Linear refused it: Entity not found: Team");
    app.later(13_000).await;
    let delivered = app.deliveries().await.remove(0);
    assert_eq!((&delivered["status"], &delivered["attempts"]), (&json!("delivered"), &json!(2)));
    assert!(delivered["answer"]["text"].as_str().unwrap().contains("ENG-1"));
    let sent = requests(&server).await;
    assert_eq!(sent.len(), 2);
    for request in &sent {
        assert_eq!((request.url.path(), header(request, "authorization")), ("/graphql", "lin_api_x"));
        assert_eq!(header(request, "content-type"), "application/json");
    }
    let bodies = bodies(&sent);
    assert_eq!(bodies[0], bodies[1], "the same issue");
    assert!(
        bodies[0]["query"].as_str().unwrap().starts_with("mutation IssueCreate($input: IssueCreateInput!) { issueCreate(input: $input)")
    );
    let input = &bodies[0]["variables"]["input"];
    assert_eq!((&input["teamId"], &input["labelIds"]), (&json!(TEAM), &json!([LABEL])));
    assert_eq!(input["title"], "Cart adds alarmed (passed_on_retry)");
    let (delivery, id) = (waiting["id"].as_str().unwrap(), input["id"].as_str().unwrap());
    assert!(input["description"].as_str().unwrap().ends_with(&format!("Proctor delivery: `{delivery}`")), "{input}");
    assert_eq!((&id[..14], &id[15..]), (&delivery[..14], &delivery[15..]));
    assert_eq!(&id[14..15], "4", "{id}");
}

#[tokio::test]
async fn an_issue_that_linear_has_already_is_not_opened_again() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
    let refused = json!({ "errors": [{ "message": "conflict" }] });
    let create = wiremock::matchers::body_string_contains("mutation");
    Mock::given(method("POST")).and(create).respond_with(answer(&refused)).mount(&server).await;
    let found = |request: &wiremock::Request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        answer(&json!({ "data": { "issue": { "id": asked["variables"]["id"], "identifier": "ENG-1" } } }))
    };
    Mock::given(method("POST")).respond_with(found).mount(&server).await;
    let app = with_linear(&server).await;
    app.alarm().await;
    assert_eq!(app.deliveries().await[0]["status"], "waiting");
    app.later(13_000).await;
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
    let sent = bodies(&requests(&server).await);
    assert_eq!((sent.len(), &sent[2]["variables"]["id"]), (3, &sent[0]["variables"]["input"]["id"]));
}

#[tokio::test]
async fn what_a_tracker_needs_is_asked_for() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    for (settings, reason) in [
        (json!({ "tracker": "jira", "token": "t" }), "settings.tracker must be one of github, linear"),
        (json!({ "tracker": "linear", "token": "t", "team": "ENG" }), "settings.team must be the id of a team of Linear, a UUID"),
        (json!({ "tracker": "linear", "team": TEAM }), "settings.token is required"),
        (
            json!({ "tracker": "linear", "token": "t", "team": TEAM, "labels": ["flaky"] }),
            "settings.labels must be ids of labels of Linear",
        ),
        (json!({ "token": "t", "team": TEAM }), "settings.repository must be an owner and a name"),
    ] {
        let workflow = json!({ "name": "w", "monitor": retry(), "alarm_actions": [{ "type": "issue", "settings": settings }] });
        let refused = app.post(&app.of_suite("/workflows"), &workflow).await;
        assert!(refused.status == 422 && refused.message().contains(reason), "{settings}: {}", refused.text);
    }
    // A sealed token opens for its team only.
    let action = |team: &str, token: &str| json!({ "type": "issue", "settings": { "tracker": "linear", "team": team, "token": token } });
    let workflow = json!({ "name": "w", "monitor": retry(), "alarm_actions": [action(TEAM, "lin_api_x")] });
    let made = app.post(&app.of_suite("/workflows"), &workflow).await.json();
    let sealed = made["alarm_actions"][0]["settings"]["token"].as_str().unwrap().to_owned();
    let path = app.of_suite(&format!("/workflows/{}", made["id"].as_str().unwrap()));
    let change = async |team| app.send(reqwest::Method::PATCH, &path, &json!({ "alarm_actions": [action(team, &sealed)] })).await.status;
    assert_eq!((change(TEAM).await, change(LABEL).await), (200, 422));
}
