//! Starting a server for one test.

use std::sync::Arc;

use proctor_core::organization::Role;
use proctor_core::scope::Scope;
use proctor_core::suite::SuiteSettings;
use proctor_core::time::Timestamp;
use proctor_server::clock::ManualClock;
use proctor_server::{App, Clock, Settings, SystemClock};
use proctor_store::catalog::tokens::NewApiToken;
use proctor_store::secret::SealingKey;
use proctor_store::{CompactionOptions, Database, QueryLimits, Store, StoreOptions, Sweep};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::app::{SuiteFixture, TestApp};

/// The upload token of the first suite.
const UPLOAD_TOKEN: &str = "EXAMPLEexample0123456789EXAMPLEx";

/// What a test may choose about its server.
#[derive(Default)]
pub(crate) struct Builder {
    settings: Settings,
    manual_clock: Option<Arc<ManualClock>>,
    query_limits: QueryLimits,
}

impl Builder {
    /// Changes the settings.
    pub(crate) fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// What questions about executions may take.
    pub(crate) fn query_limits(mut self, limits: QueryLimits) -> Self {
        self.query_limits = limits;
        self
    }

    /// A clock that stands still at `at` (RFC 3339) until `app.clock()` advances it.
    pub(crate) fn manual_clock(mut self, at: &str) -> Self {
        let at = Timestamp::parse_rfc3339(at).expect("a time");
        self.manual_clock = Some(Arc::new(ManualClock::new(at)));
        self
    }

    /// Starts the server with an organization, an administrator with a token of all scopes, and a suite.
    pub(crate) async fn start(self) -> TestApp {
        // There may be one provider per process only; the second test to come finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        let clock: Arc<dyn Clock> = match &self.manual_clock {
            Some(clock) => clock.clone(),
            None => Arc::new(SystemClock::default()),
        };
        let store = Store::open(options(&directory, &self.settings, self.query_limits), clock.now()).await.expect("the store opens");
        let app = App::new(store.clone(), clock.clone(), self.settings);
        let now = clock.now();
        let organization = store.create_organization("northwind", "Northwind", now).await.expect("an organization");
        let admin = store.create_user("Ines Aguado", "ines@northwind.test", now).await.expect("a user");
        store.set_role(organization.id, admin.id, Role::Administrator).await.expect("a role");
        let token = "prct_contract-test-administrator".to_owned();
        let new_token = NewApiToken {
            user_id: admin.id,
            description: "contract tests".to_owned(),
            scopes: Scope::all_known(),
            organizations: vec![organization.id],
            expires_at: None,
        };
        store.create_api_token(new_token, &token, now).await.expect("a token");
        let suite = store.create_suite(organization.id, SuiteSettings::named("Checkout API"), UPLOAD_TOKEN, now).await.expect("a suite");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        // Background work is done when a test says so.
        let server = tokio::spawn(proctor_server::serve_requests(listener, app.clone(), shutdown));
        TestApp {
            address,
            client: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client"),
            app,
            manual_clock: self.manual_clock,
            organization,
            admin,
            token,
            suite: SuiteFixture { suite, upload_token: UPLOAD_TOKEN.to_owned() },
            stop: Some(stop),
            server: Some(server),
            _directory: directory,
        }
    }
}

fn options(directory: &tempfile::TempDir, settings: &Settings, query_limits: QueryLimits) -> StoreOptions {
    StoreOptions {
        database: Database::Sqlite(directory.path().join("catalog.sqlite")),
        sealing_key: SealingKey::new([7; 32]),
        stale_after_ms: i64::try_from(settings.stale_after.as_millis()).expect("a sane period"),
        commit_queue_max: 1_024,
        compaction: CompactionOptions::default(),
        sweep: Sweep::DeadUploads,
        query_limits,
    }
}
