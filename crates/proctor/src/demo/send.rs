//! The demo's conversation with its own server: suites and uploads over HTTP, as any client does it.

use anyhow::{Context, bail};
use proctor_core::time::Timestamp;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::demo::suites::DemoSuite;

/// The demo as a client.
#[derive(Clone, Debug)]
pub(super) struct DemoClient {
    /// The HTTP client.
    pub(super) http: Client,
    /// The address of the server.
    pub(super) base: String,
    /// The organization.
    pub(super) organization: String,
    /// An API token with every scope.
    pub(super) token: String,
}

/// What an upload came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    /// Results stored.
    pub(super) queued: u64,
    /// Records left out.
    pub(super) skipped: u64,
}

impl DemoClient {
    /// Makes a suite and returns its slug.
    ///
    /// # Errors
    /// When the server does not make it.
    pub(super) async fn create_suite(&self, suite: &DemoSuite) -> anyhow::Result<String> {
        let url = format!("{}/v2/analytics/organizations/{}/suites", self.base, self.organization);
        let body = json!({ "name": suite.name, "emoji": suite.emoji, "default_branch": "main" });
        let answer = self.http.post(url).bearer_auth(&self.token).json(&body).send().await?;
        let answer = expect(answer, 201).await.with_context(|| format!("failed to make the suite {}", suite.name))?;
        answer["slug"].as_str().map(str::to_owned).context("the answer names no slug")
    }

    /// Makes a workflow of a suite.
    ///
    /// # Errors
    /// When the server does not make it.
    pub(super) async fn create_workflow(&self, suite: &str, document: &Value) -> anyhow::Result<()> {
        let url = format!("{}/v2/proctor/organizations/{}/suites/{suite}/workflows", self.base, self.organization);
        let answer = self.http.post(url).bearer_auth(&self.token).json(document).send().await?;
        expect(answer, 201).await.with_context(|| format!("failed to make a workflow of {suite}")).map(drop)
    }

    /// Sends an upload that is said to have come at `at`.
    ///
    /// # Errors
    /// When the server does not take it.
    pub(super) async fn upload(&self, suite: &str, at: Timestamp, body: String) -> anyhow::Result<Taken> {
        let request = self.http.post(format!("{}/v1/uploads", self.base)).bearer_auth(&self.token);
        let request = request.header("Proctor-Suite", format!("{}/{suite}", self.organization));
        let request = request.header("Proctor-Received-At", at.to_string()).header("Content-Type", "application/json");
        let answer = request.body(body).send().await?;
        let answer = expect(answer, 202).await.with_context(|| format!("failed to upload to {suite}"))?;
        Ok(Taken { queued: answer["queued"].as_u64().unwrap_or(0), skipped: answer["skipped"].as_u64().unwrap_or(0) })
    }

    /// The newest run of the suite that failed.
    ///
    /// # Errors
    /// When the server does not list the runs.
    pub(super) async fn failed_run(&self, suite: &str) -> anyhow::Result<Option<String>> {
        let url = format!("{}/v2/analytics/organizations/{}/suites/{suite}/runs?per_page=100", self.base, self.organization);
        let answer = expect(self.http.get(url).bearer_auth(&self.token).send().await?, 200).await.context("failed to list runs")?;
        let runs = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(runs.iter().find(|run| run["result"] == "failed").and_then(|run| run["id"].as_str()).map(str::to_owned))
    }
}

async fn expect(answer: Response, status: u16) -> anyhow::Result<Value> {
    let actual = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if actual.as_u16() != status {
        bail!("the server answers {actual}: {}", body["message"].as_str().unwrap_or_default());
    }
    Ok(body)
}
