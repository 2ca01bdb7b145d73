//! Every recorded request, replayed byte for byte on a raw connection, records what the recordings' table says.

use std::collections::{BTreeMap, HashSet};

use http::{HeaderMap, HeaderName, HeaderValue};
use proctor_core::result::TestResult;
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_server::auth::upload_token::token_in;
use serde_json::Value;

use crate::support::{SuiteFixture, TestApp};
use crate::uploads_support::{Raw, RawAnswer, capture, runs_of};

/// Replays a recording.
async fn replay(app: &TestApp, name: &str) -> RawAnswer {
    let headers: Value = serde_json::from_slice(&capture(&format!("{name}.headers.json")).unwrap()).unwrap();
    let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let body = capture(&format!("{folder}{}", headers["body_file"].as_str().unwrap())).unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", headers["method"].as_str().unwrap(), headers["path"].as_str().unwrap());
    for (name, value) in header_list(&headers) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut raw = Raw::connect(app).await;
    raw.send(head + "\r\n").await;
    raw.send(body).await;
    raw.answer().await
}

fn header_list(headers: &Value) -> Vec<(&str, &str)> {
    headers["headers"].as_array().unwrap().iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect()
}

/// The token that the recording sends.
fn token_of(name: &str) -> String {
    let headers: Value = serde_json::from_slice(&capture(&format!("{name}.headers.json")).unwrap()).unwrap();
    let map: HeaderMap = header_list(&headers)
        .into_iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    token_in(&map).expect("a token")
}

/// A fresh suite that takes what the recording sends; whichever suite had that token before loses it.
async fn suite_for(app: &TestApp, name: &str, before: &mut BTreeMap<String, SuiteFixture>, identical: IdenticalUploads) -> SuiteFixture {
    let token = token_of(name);
    if let Some(suite) = before.remove(&token) {
        let other = format!("no longer {}", suite.suite.slug);
        app.app.store.rotate_upload_token(app.organization.id, suite.suite.id, &other).await.unwrap();
    }
    let settings = SuiteSettings { identical_uploads: identical, ..SuiteSettings::named(name) };
    let suite = app.app.store.create_suite(app.organization.id, settings, &token, app.now()).await.unwrap();
    let fixture = SuiteFixture { suite, upload_token: token.clone() };
    before.insert(token, fixture.clone());
    fixture
}

fn expected() -> Option<Value> {
    Some(serde_json::from_slice(&capture("expected.json")?).unwrap())
}

// contract: uploads 7
// contract: uploads 8
// contract: uploads 11
// contract: uploads 12
// contract: uploads 23
// contract: uploads 24
// contract: uploads 31
// contract: uploads 43
#[tokio::test]
async fn each_recording_alone() {
    let Some(expected) = expected() else { return };
    let app = TestApp::start().await;
    let mut suites = BTreeMap::new();
    for (name, expected) in expected["uploads"].as_object().unwrap() {
        let suite = suite_for(&app, name, &mut suites, IdenticalUploads::LostReply).await;
        let answer = replay(&app, name).await;
        assert_eq!(u64::from(answer.status), expected["status"].as_u64().unwrap(), "{name}: {}", answer.body);
        if answer.status == 202 {
            check(&app, name, expected, &suite, &answer.json()).await;
        } else {
            assert!(answer.json()["message"].as_str().unwrap().contains("update"), "{}", answer.body);
        }
    }
}

async fn check(app: &TestApp, name: &str, expected: &Value, suite: &SuiteFixture, answer: &Value) {
    let store = &app.app.store;
    assert_eq!((&answer["queued"], &answer["skipped"]), (&expected["executions"], &Value::from(0)), "{name}");
    let runs = runs_of(app, suite).await;
    assert_eq!(runs.len(), 1, "{name}");
    assert_eq!(
        (Some(runs[0].key.as_str()), runs[0].details.branch.as_deref()),
        (expected["run_key"].as_str(), expected["branch"].as_str()),
        "{name}"
    );
    let id = answer["id"].as_str().unwrap().parse().unwrap();
    let upload = store.upload(suite.suite.id, id).await.unwrap().unwrap();
    assert_eq!(upload.format.map(|format| format.as_str()), expected["format"].as_str(), "{name}");
    let tags: BTreeMap<&str, &str> = upload.tags.as_slice().iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let wanted: BTreeMap<&str, &str> =
        expected["upload_tags"].as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect();
    assert_eq!(tags, wanted, "{name}");
    let stored = store.executions_of_upload(suite.suite.id, id).await.unwrap();
    assert_eq!(stored.len() as u64, expected["executions"].as_u64().unwrap(), "{name}");
    for result in TestResult::ALL {
        let wanted = expected["results"][result.as_str()].as_u64().unwrap_or(0);
        assert_eq!(runs[0].counts.of(result), wanted, "{name} {}", result.as_str());
        assert_eq!(stored.iter().filter(|one| one.result == result).count() as u64, wanted, "{name} {}", result.as_str());
    }
    let distinct: HashSet<_> = stored.iter().map(|one| one.test_id).collect();
    assert_eq!(distinct.len() as u64, expected["distinct_tests"].as_u64().unwrap(), "{name}");
}

/// Replays several into one suite and says how many executions each run has.
async fn replay_into_one(app: &TestApp, names: &[&str]) -> Vec<(u64, u64)> {
    let suite = suite_for(app, names[0], &mut BTreeMap::new(), IdenticalUploads::LostReply).await;
    let answers = futures_util::future::join_all(names.iter().map(|name| replay(app, name))).await;
    assert!(answers.iter().all(|answer| answer.status == 202), "{answers:?}");
    let runs = runs_of(app, &suite).await;
    runs.iter().map(|run| (run.counts.total(), run.counts.of(TestResult::Failed))).collect()
}

// contract: uploads 18
// contract: uploads 19
// contract: uploads 20
// contract: uploads 21
#[tokio::test]
async fn batches_share_runs_where_their_keys_say_so() {
    if capture("expected.json").is_none() {
        return;
    }
    let app = TestApp::start().await;
    assert_eq!(replay_into_one(&app, &["python-pytest-batch-1", "python-pytest-batch-2", "python-pytest-batch-3"]).await, [(250, 1)]);
    let ruby = replay_into_one(&app, &["ruby-rspec-batch-1", "ruby-rspec-batch-2", "ruby-rspec-batch-3"]).await;
    assert_eq!(ruby.iter().map(|(total, _)| *total).collect::<Vec<_>>(), [5, 5, 5]);
    assert_eq!(replay_into_one(&app, &["javascript-jest-chunk-1", "javascript-jest-chunk-2"]).await, [(5_200, 0)]);
}

/// The pair that is equal after decoding (`uploads.md`, 13.3).
#[tokio::test]
async fn compression_does_not_make_an_upload_another_one() {
    if capture("expected.json").is_none() {
        return;
    }
    let app = TestApp::start().await;
    let suite = suite_for(&app, "curl-junit-in-json-1", &mut BTreeMap::new(), IdenticalUploads::Always).await;
    let (first, second) = (replay(&app, "curl-junit-in-json-1").await, replay(&app, "curl-junit-in-json-gzip-1").await);
    assert_eq!((second.status, &second.body), (202, &first.body));
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert!(second.head.contains(&format!("proctor-identical-upload: {id}")) && !first.head.contains("proctor-identical"));
    assert_eq!(runs_of(&app, &suite).await[0].counts.total(), 38);
    assert_eq!(app.app.store.upload(suite.suite.id, id.parse().unwrap()).await.unwrap().unwrap().resends, 1);
}
