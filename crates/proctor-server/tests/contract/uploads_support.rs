//! What the tests of uploads share: bodies, forms, raw connections, and what was stored.

use std::path::PathBuf;
use std::time::Duration;

use proctor_core::id::{RunId, UploadId};
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_store::PageRequest;
use proctor_store::catalog::runs::RunFilter;
use proctor_store::catalog::uploads::Upload;
use proctor_store::executions::StoredExecution;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, SuiteFixture, TestApp};

/// The envelope of an upload of Test Engine results.
pub(crate) fn envelope(key: &str, data: Value) -> Value {
    json!({ "format": "json", "run_env": { "key": key }, "data": data })
}

/// A result record.
pub(crate) fn record(name: &str, result: &str) -> Value {
    json!({ "scope": "Cart", "name": name, "result": result, "location": "cart_spec.rb:3", "history": { "duration": 0.25 } })
}

/// This many passed records.
pub(crate) fn passed(count: usize) -> Value {
    (0..count).map(|number| record(&format!("test {number}"), "passed")).collect()
}

/// A file of the recordings, or `None` where they are absent: they are no part of the project.
pub(crate) fn capture(name: &str) -> Option<Vec<u8>> {
    let shared = match std::env::var_os("PROCTOR_SHARED") {
        Some(shared) => PathBuf::from(shared),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    if !shared.join("captures").is_dir() {
        eprintln!("the recordings are absent: {name} was not checked");
        return None;
    }
    Some(std::fs::read(shared.join("captures").join(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// A multipart form and its content type.
pub(crate) struct Form {
    body: Vec<u8>,
}

impl Form {
    pub(crate) const CONTENT_TYPE: &str = "multipart/form-data; boundary=----proctor";

    pub(crate) fn new() -> Self {
        Self { body: Vec::new() }
    }

    pub(crate) fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.body.extend_from_slice(format!("------proctor\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes());
        self.body.extend_from_slice(value.as_ref());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) fn without_end(self) -> Vec<u8> {
        self.body
    }

    pub(crate) fn bytes(mut self) -> Vec<u8> {
        self.body.extend_from_slice(b"------proctor--\r\n");
        self.body
    }
}

/// Uploads any body to the first suite.
pub(crate) async fn upload_bytes(app: &TestApp, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    upload_with(app, &[("content-type", content_type)], body).await
}

/// Uploads any body with these headers to the first suite.
pub(crate) async fn upload_with(app: &TestApp, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    let mut request = app.anonymous(Method::POST, "/v1/uploads").body(body).header("authorization", token(&app.suite));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await
}

/// Uploads a form to the first suite.
pub(crate) async fn upload_form(app: &TestApp, form: Form) -> Answer {
    upload_bytes(app, Form::CONTENT_TYPE, form.bytes()).await
}

/// The `Authorization` of a suite.
pub(crate) fn token(suite: &SuiteFixture) -> String {
    format!("Token token=\"{}\"", suite.upload_token)
}

/// The id of the upload that an answer tells of.
#[track_caller]
pub(crate) fn upload_id(answer: &Answer) -> UploadId {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().expect("an id").parse().expect("a UUID")
}

/// The id of the run that an answer tells of.
#[track_caller]
pub(crate) fn run_id(answer: &Answer) -> RunId {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["run_id"].as_str().expect("an id").parse().expect("a UUID")
}

/// The executions of the upload that an answer tells of, by index.
pub(crate) async fn executions(app: &TestApp, answer: &Answer) -> Vec<StoredExecution> {
    app.app.store.executions_of_upload(app.suite.suite.id, upload_id(answer)).await.expect("the store reads")
}

/// The upload that an answer tells of.
pub(crate) async fn stored_upload(app: &TestApp, answer: &Answer) -> Upload {
    app.app.store.upload(app.suite.suite.id, upload_id(answer)).await.expect("the store reads").expect("an upload")
}

/// The run that an answer tells of.
pub(crate) async fn stored_run(app: &TestApp, answer: &Answer) -> Run {
    app.app.store.run(app.suite.suite.id, run_id(answer)).await.expect("the store reads").expect("a run")
}

/// All runs of a suite, newest first.
pub(crate) async fn runs_of(app: &TestApp, suite: &SuiteFixture) -> Vec<Run> {
    let page = PageRequest { offset: 0, limit: 100 };
    app.app.store.runs(suite.suite.id, RunFilter::default(), page).await.expect("the store reads").items
}

/// The only run of the first suite over HTTP: its state and result.
pub(crate) async fn only_run_shows(app: &TestApp) -> Option<(String, String)> {
    let runs = app.get(&app.s("/runs")).await.array();
    assert!(runs.len() <= 1, "{runs:?}");
    let text = |name: &str| runs[0][name].as_str().expect("text").to_owned();
    (!runs.is_empty()).then(|| (text("state"), text("result")))
}

/// Waits until the only run of the first suite shows this.
pub(crate) async fn until_run_shows(app: &TestApp, state: &str, result: &str) {
    for _ in 0..500 {
        if only_run_shows(app).await == Some((state.to_owned(), result.to_owned())) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the run never showed {state} and {result}, but {:?}", only_run_shows(app).await);
}

/// How many executions ended in a result.
pub(crate) fn count(executions: &[StoredExecution], result: TestResult) -> usize {
    executions.iter().filter(|execution| execution.result == result).count()
}

/// A connection on which a test writes bytes as it likes.
pub(crate) struct Raw {
    stream: TcpStream,
}

impl Raw {
    pub(crate) async fn connect(app: &TestApp) -> Self {
        Self { stream: TcpStream::connect(app.address).await.expect("a connection") }
    }

    /// A connection on which the head of an upload has been sent.
    pub(crate) async fn upload(app: &TestApp, headers: &str) -> Self {
        let mut raw = Self::connect(app).await;
        let authorization = token(&app.suite);
        raw.send(format!("POST /v1/uploads HTTP/1.1\r\nHost: t\r\nAuthorization: {authorization}\r\n{headers}\r\n")).await;
        raw
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the server reads");
        self.stream.flush().await.expect("the server reads");
    }

    /// Reads one answer, interim ones included.
    pub(crate) async fn answer(&mut self) -> RawAnswer {
        let answer = tokio::time::timeout(Duration::from_secs(20), self.read()).await;
        answer.expect("an answer in time")
    }

    /// Whether nothing has come so far.
    pub(crate) async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.stream.readable()).await.is_err()
    }

    async fn read(&mut self) -> RawAnswer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.expect("an answer"));
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a number"))];
        self.stream.read_exact(&mut body).await.expect("a body");
        RawAnswer { status, head, body: String::from_utf8(body).expect("text") }
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl RawAnswer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{} is no JSON: {error}: {}", self.status, self.body))
    }
}

/// Bytes packed with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
