//! Our own OpenAPI document (`rest-api.md`, section 1.9) against the routes, and the copy in `docs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use proctor_server::openapi;
use proctor_server::router::router;
use reqwest::Method;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, TestApp, described, envelope, record};

/// Rewrites the copy instead of comparing with it, when set.
const REWRITE: &str = "PROCTOR_REWRITE_OPENAPI";
/// What the copy names in place of a server's address.
const COPY_SERVER: &str = "http://127.0.0.1:8787";
/// Where routes are the API's, and so must be described.
const API_PREFIXES: [&str; 4] = ["/v1", "/v2", "/graphql", "/.well-known"];
/// A method that no route has.
const NO_METHOD: &str = "PROPFIND";

struct Operation {
    method: Method,
    path: String,
    value: &'static Value,
}

impl Operation {
    /// The path with something in place of every parameter that is a slug and an id nowhere.
    fn example(&self) -> String {
        let parts: Vec<&str> = self.path.split('/').map(|part| if part.starts_with('{') { "nowhere" } else { part }).collect();
        parts.join("/")
    }

    /// The scopes of each way to be let in; none for a public one.
    fn security(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        let ways = self.value["security"].as_array().expect("security of its own");
        ways.iter()
            .flat_map(|way| way.as_object().expect("an object"))
            .map(|(scheme, scopes)| {
                (scheme.as_str(), scopes.as_array().expect("scopes").iter().map(|scope| scope.as_str().expect("text")).collect())
            })
            .collect()
    }
}

fn operations() -> Vec<Operation> {
    let paths = openapi::document()["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, operations)| {
            operations.as_object().expect("operations").iter().map(|(method, value)| Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                value,
            })
        })
        .collect()
}

/// What the router has, as path and methods: the paths as it prints them, the methods as it answers them to a wrong one.
async fn routes(app: &TestApp) -> BTreeMap<String, BTreeSet<String>> {
    let routes = router(app.app.clone());
    let printed = format!("{routes:?}");
    let mut found = BTreeMap::new();
    for path in printed.split("RouteId(").filter_map(|entry| entry.split_once("): \"")).filter_map(|(_, rest)| rest.split_once('"')) {
        let path = path.0.to_owned();
        let request = Request::builder().method(NO_METHOD).uri(path.replace(['{', '}'], "")).body(Body::empty()).expect("a request");
        let response = routes.clone().oneshot(request).await.expect("an answer");
        // A reserved word takes any method and answers as if it were no route.
        if response.status() == 405 {
            let allowed = response.headers()["allow"].to_str().expect("text");
            found.insert(path, allowed.split(',').filter(|method| *method != "HEAD").map(str::to_owned).collect());
        }
    }
    found
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let app = TestApp::start().await;
    let mut routes = routes(&app).await;
    assert!(routes.len() > 20, "the router prints its paths in another way than this test reads: {routes:#?}");
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations() {
        described.entry(operation.path).or_default().insert(operation.method.to_string());
    }
    // Pages are for people; what else is described must be there all the same.
    routes.retain(|path, _| described.contains_key(path) || API_PREFIXES.iter().any(|prefix| path.starts_with(prefix)));
    assert_eq!(described, routes, "left: src/openapi, right: src/router.rs");
}

#[tokio::test]
async fn who_may_call_is_as_described() {
    let app = TestApp::start().await;
    let powerless = app.token_with(&[]).await;
    for operation in operations() {
        // This one would end the token.
        if (operation.method == Method::DELETE) && operation.path == "/v2/access-token" {
            continue;
        }
        let (path, place) = (operation.example(), format!("{} {}", operation.method, operation.path));
        let anonymous = Answer::to(app.anonymous(operation.method.clone(), &path).json(&json!({}))).await;
        let lacking = app.send_as(&powerless, operation.method.clone(), &path, &json!({})).await;
        match operation.security()[..] {
            [] => assert!(anonymous.status < 400, "{place}: {}", anonymous.status),
            [("api_token", ref scopes)] => {
                assert_eq!(anonymous.status, 401, "{place}");
                match scopes[..] {
                    [] => assert_eq!(lacking.status, 200, "{place}"),
                    [scope, ..] => assert_eq!(lacking.message(), format!("Your access token doesn't have the {scope} scope"), "{place}"),
                }
            }
            [("upload_token", _), ..] => assert!(anonymous.status == 401 && matches!(lacking.status, 401 | 403), "{place}"),
            ref other => panic!("{place}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_document_is_served_with_the_servers_address() {
    let app = TestApp::start().await;
    let answer = Answer::to(app.anonymous(Method::GET, "/v2/analytics/openapi.yaml")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/openapi+yaml")));
    let served: Value = serde_saphyr::from_str(&answer.text).expect("YAML");
    let mut expected = openapi::document().clone();
    expected["servers"] = json!([{ "url": app.url("") }]);
    assert_eq!(served, expected);
}

#[test]
fn the_document_holds_together() {
    let document = openapi::document();
    let mut references = Vec::new();
    collect_references(document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
    let (operations, mut ids) = (operations(), BTreeSet::new());
    for operation in &operations {
        assert!(ids.insert(operation.value["operationId"].as_str().expect("text")), "{} is there twice", operation.value["operationId"]);
        assert!(operation.value["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{}", operation.value["operationId"]);
    }
    // The Go client's check for drift looks schemas up by these names.
    for name in ["Suite", "Run", "Execution", "Test", "TestWithMetrics"] {
        assert!(document["components"]["schemas"][name]["properties"]["url"].is_object() || name == "Execution", "{name}");
    }
}

#[test]
fn the_copy_in_docs_is_up_to_date() {
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.yaml");
    let text = openapi::yaml(COPY_SERVER).expect("YAML");
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&copy, text).expect("the copy is written");
    } else {
        let found = std::fs::read_to_string(&copy).expect("docs/openapi.yaml");
        assert!(found == text, "docs/openapi.yaml is out of date: run this test with {REWRITE}=1");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_described_is_found() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let (path, answer) = (app.s("/runs"), app.get(&app.s("/runs")).await);
    let faults = |changed: Value, status: u16| {
        let answer = Answer { status, headers: answer.headers.clone(), text: changed.to_string() };
        described::faults(&Method::GET, &path, &answer)
    };
    let run = answer.array().remove(0);
    let with = |key: &str, value: Value| {
        let mut changed = run.clone();
        changed[key] = value;
        json!([changed])
    };
    assert_eq!(faults(json!([run]), 200), Vec::<String>::new());
    for (key, value) in [("more", json!(1)), ("state", json!("done")), ("id", json!("7")), ("branch", json!(null))] {
        assert_eq!(faults(with(key, value), 200).len(), 1, "{key}");
    }
    assert_eq!(faults(json!([run]), 201), ["the status is not described"]);
    assert_eq!(faults(json!({ "message": "no" }), 422), ["the status is not described"]);
    assert_eq!(faults(json!({ "message": "no" }), 500), Vec::<String>::new());
    assert_eq!(faults(json!({ "error": "no" }), 500).len(), 2);
}

fn collect_references<'d>(value: &'d Value, into: &mut Vec<&'d str>) {
    match value {
        Value::Object(keys) => {
            into.extend(keys.get("$ref").and_then(Value::as_str));
            keys.values().for_each(|value| collect_references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
