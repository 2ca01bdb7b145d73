//! What a new store gets at its first start, and what it does not get again.

use proctor_core::time::Timestamp;
use proctor_server::usecases::bootstrap::{BootstrapOptions, bootstrap};
use proctor_store::secret::SealingKey;
use proctor_store::{CompactionOptions, Database, QueryLimits, Store, StoreOptions, Sweep};

use crate::support::TestApp;

#[tokio::test]
async fn an_empty_store_gets_all_that_is_needed() {
    let directory = tempfile::tempdir().expect("a directory");
    let now = Timestamp::from_millis(1_775_758_925_031);
    let options = StoreOptions {
        database: Database::Sqlite(directory.path().join("catalog.sqlite")),
        sealing_key: SealingKey::new([7; 32]),
        stale_after_ms: 1_000,
        commit_queue_max: 16,
        compaction: CompactionOptions::default(),
        sweep: Sweep::Nothing,
        query_limits: QueryLimits::default(),
    };
    let store = Store::open(options, now).await.expect("the store opens");
    let made = bootstrap(&store, &BootstrapOptions::default(), now).await.expect("bootstraps");
    let shown = format!("{made:?}");
    let first = made.first.expect("an organization");
    assert_eq!((first.organization.slug.as_str(), first.suite.slug.as_str()), ("default", "tests"));
    let secret = first.api_token.expect("a token");
    assert!(!shown.contains(&secret) && !shown.contains(&first.upload_token));
    let token = store.api_token_by_secret(&secret).await.expect("readable").expect("the token");
    assert!(token.allows(first.organization.id) && token.has_scope("write_tokens"));
    let (_, suite) = store.suite_by_upload_token(&first.upload_token).await.expect("readable").expect("the suite");
    assert_eq!(suite.id, first.suite.id);
    let again = bootstrap(&store, &BootstrapOptions::default(), now).await.expect("bootstraps");
    assert!(again.first.is_none() && !again.made_bootstrap_token);
    assert_eq!(store.all_organizations().await.expect("readable").len(), 1);
}

#[tokio::test]
async fn the_bootstrap_token_appears_once() {
    let app = TestApp::start().await;
    let options = BootstrapOptions { bootstrap_token: Some("bootstrap-token-of-the-operator".to_owned()), ..BootstrapOptions::default() };
    let first = bootstrap(&app.app.store, &options, app.now()).await.expect("bootstraps");
    assert!(first.made_bootstrap_token && first.first.is_none(), "the store has an organization already");
    let second = bootstrap(&app.app.store, &options, app.now()).await.expect("bootstraps again");
    assert!(!second.made_bootstrap_token);
    assert_eq!(app.get_as("bootstrap-token-of-the-operator", &app.s("/runs")).await.status, 200);
    let blank = BootstrapOptions { bootstrap_token: Some("with blank".to_owned()), ..options };
    assert!(bootstrap(&app.app.store, &blank, app.now()).await.is_err());
}
