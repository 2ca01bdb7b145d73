//! `proctor upload` against servers that misbehave.

use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{Finished, proctor};

fn receipt() -> ResponseTemplate {
    let id = "0199d3c5-2a10-7d3e-8f21-0f6b1c9a4e77";
    ResponseTemplate::new(202).set_body_json(json!({
        "id": id, "run_id": id, "queued": 1, "skipped": 0, "errors": [],
        "run_url": "http://p/runs/1", "upload_id": id, "upload_url": "http://p/uploads/1",
    }))
}

async fn upload(server: &MockServer, retries: &str) -> Finished {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.json");
    std::fs::write(&file, r#"[{"name":"a","result":"passed"}]"#).unwrap();
    let mut command = proctor();
    command.arg("upload").arg(&file).args(["--json", "--token", "t", "--retries", retries, "--url", &server.uri()]);
    tokio::task::spawn_blocking(move || Finished::of(command.output().unwrap())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_pass_is_tried_again() {
    let server = MockServer::start().await;
    for status in [503, 429, 409] {
        let failing = ResponseTemplate::new(status).set_body_json(json!({ "message": "not now" })).insert_header("RateLimit-Reset", "0");
        Mock::given(method("POST")).respond_with(failing).up_to_n_times(1).mount(&server).await;
    }
    let accepted = Mock::given(method("POST")).and(path("/v1/uploads")).and(header("authorization", "Token token=\"t\""));
    accepted.and(header("content-encoding", "gzip")).respond_with(receipt()).expect(1).mount(&server).await;
    let finished = upload(&server, "5").await.expect(0);
    assert_eq!(finished.json()["uploads"][0]["tries"], 4);
    assert!(finished.stderr.contains("not now; trying again in"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_bounded_and_the_last_failure_is_told() {
    let server = MockServer::start().await;
    let failing = ResponseTemplate::new(500).set_body_json(json!({ "message": "Internal Server Error" }));
    Mock::given(method("POST")).respond_with(failing).expect(2).mount(&server).await;
    let upload = upload(&server, "1").await.expect(3).json()["uploads"][0].clone();
    assert_eq!((&upload["outcome"], &upload["status"]), (&json!("unreachable"), &json!(500)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lasts_is_not_tried_again() {
    let server = MockServer::start().await;
    let refusing = ResponseTemplate::new(413).set_body_json(json!({ "message": "Request body is too large" }));
    Mock::given(method("POST")).respond_with(refusing).expect(1).mount(&server).await;
    let upload = upload(&server, "5").await.expect(1).json()["uploads"][0].clone();
    assert_eq!((&upload["outcome"], &upload["message"]), (&json!("refused"), &json!("Request body is too large")));
}
