//! A served server and what a test asks of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proctor_core::id::OrganizationId;
use proctor_core::organization::{Organization, Role, User};
use proctor_core::scope::Scope;
use proctor_core::suite::{Suite, SuiteSettings};
use proctor_core::time::Timestamp;
use proctor_server::App;
use proctor_server::clock::ManualClock;
use proctor_store::catalog::tokens::NewApiToken;
use reqwest::Method;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::answer::Answer;
use super::builder::Builder;

/// A served server with an organization `northwind`, an administrator and a suite `checkout-api`.
pub(crate) struct TestApp {
    /// Where it listens: for raw TCP.
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    /// The same parts that the server uses.
    pub(crate) app: App,
    pub(crate) manual_clock: Option<Arc<ManualClock>>,
    pub(crate) organization: Organization,
    pub(crate) admin: User,
    /// The administrator's API token with all scopes.
    pub(crate) token: String,
    /// The first suite.
    pub(crate) suite: SuiteFixture,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) server: Option<JoinHandle<std::io::Result<()>>>,
    pub(crate) _directory: tempfile::TempDir,
}

/// A suite and its upload token.
#[derive(Clone, Debug)]
pub(crate) struct SuiteFixture {
    pub(crate) suite: Suite,
    pub(crate) upload_token: String,
}

impl TestApp {
    /// A server with the default settings and the machine's clock.
    pub(crate) async fn start() -> Self {
        Builder::default().start().await
    }

    /// A server that is to differ.
    pub(crate) fn builder() -> Builder {
        Builder::default()
    }

    /// Stops the server in order and waits for its end.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.await.expect("no panic").expect("no error");
        }
    }

    /// The absolute URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The path of the organization's `A` prefix with `rest` behind it.
    pub(crate) fn a(&self, rest: &str) -> String {
        format!("/v2/analytics/organizations/{}{rest}", self.organization.slug)
    }

    /// The API path of the first suite with `rest` behind it.
    pub(crate) fn s(&self, rest: &str) -> String {
        self.a(&format!("/suites/{}{rest}", self.suite.suite.slug))
    }

    /// The manual clock.
    pub(crate) fn clock(&self) -> &ManualClock {
        self.manual_clock.as_deref().expect("built with a manual clock")
    }

    /// Now, by the server's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A request with the administrator's token.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        Answer::to(self.anonymous(Method::GET, path).bearer_auth(token)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(method, path).json(body)).await
    }

    pub(crate) async fn send_as(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        Answer::to(self.anonymous(method, path).bearer_auth(token).json(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// Uploads a JSON envelope to the first suite.
    pub(crate) async fn upload(&self, envelope: &Value) -> Answer {
        self.upload_to(&self.suite, envelope).await
    }

    /// Uploads a JSON envelope to a suite.
    pub(crate) async fn upload_to(&self, suite: &SuiteFixture, envelope: &Value) -> Answer {
        let authorization = format!("Token token=\"{}\"", suite.upload_token);
        Answer::to(self.anonymous(Method::POST, "/v1/uploads").header("authorization", authorization).json(envelope)).await
    }

    /// One more API token of the administrator, with these scopes only.
    pub(crate) async fn token_with(&self, scopes: &[&str]) -> String {
        self.token_of(&self.admin, scopes, &[self.organization.id], None).await
    }

    /// An API token.
    pub(crate) async fn token_of(
        &self,
        user: &User,
        scopes: &[&str],
        organizations: &[OrganizationId],
        expires_at: Option<Timestamp>,
    ) -> String {
        let secret = format!("prct_contract-test-{}", next_number());
        let token = NewApiToken {
            user_id: user.id,
            description: format!("token of {}", user.name),
            scopes: scopes.iter().map(|name| Scope::parse(name).expect("a scope's name")).collect(),
            organizations: organizations.to_vec(),
            expires_at,
        };
        self.app.store.create_api_token(token, &secret, self.now()).await.expect("a token");
        secret
    }

    /// One more user of the organization with a token of all scopes.
    pub(crate) async fn user(&self, name: &str, role: Role) -> (User, String) {
        let email = format!("{}-{}@northwind.test", name.to_lowercase(), next_number());
        let user = self.app.store.create_user(name, &email, self.now()).await.expect("a user");
        self.app.store.set_role(self.organization.id, user.id, role).await.expect("a role");
        let token = self.token_of(&user, proctor_core::scope::KNOWN_SCOPES, &[self.organization.id], None).await;
        (user, token)
    }

    /// One more organization, of which the administrator is an administrator too; no token of the fixture reaches it.
    pub(crate) async fn new_organization(&self, slug: &str) -> Organization {
        let organization = self.app.store.create_organization(slug, slug, self.now()).await.expect("an organization");
        self.app.store.set_role(organization.id, self.admin.id, Role::Administrator).await.expect("a role");
        organization
    }

    /// One more suite.
    pub(crate) async fn new_suite(&self, name: &str) -> SuiteFixture {
        self.new_suite_in(self.organization.id, SuiteSettings::named(name)).await
    }

    /// One more suite, with these settings.
    pub(crate) async fn new_suite_in(&self, organization: OrganizationId, settings: SuiteSettings) -> SuiteFixture {
        let upload_token = format!("upload{:026}", next_number());
        let suite = self.app.store.create_suite(organization, settings, &upload_token, self.now()).await.expect("a suite");
        SuiteFixture { suite, upload_token }
    }
}

/// A number that no other test of this process gets.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
