//! What a death between claim and sending does.

use std::collections::HashMap;

use proctor_store::catalog::outbox::{Claim, ClaimLimits, Turn};
use serde_json::json;

use super::{HOUR_MS, MINUTE_MS, receiver, requests, retry, start, webhook};
use crate::support::record;

#[tokio::test]
async fn who_dies_between_claim_and_sending_loses_nothing() {
    let (app, server) = (start().await, receiver(200).await);
    app.only(retry(), webhook(&server)).await;
    app.clock().advance_ms(HOUR_MS);
    let run_env = json!({ "key": "r1", "branch": "main", "commit_sha": "c1" });
    let data = [record("adds", "failed"), record("adds", "passed")];
    // The server's own deliverer may not come first: it dies with the server.
    assert_eq!(app.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
    app.app.evaluator.settle().await.unwrap();
    let limits = ClaimLimits { messages_max: 10, lease_ms: MINUTE_MS };
    let claim = Claim { limits, turn: Turn::InOrder, of_host_max: 10, under_way: HashMap::new() };
    let claimed = app.app.store.claim_messages(&claim, app.now()).await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    let sent = requests(&server).await.len();
    assert_eq!(sent + claimed.len(), 1, "claimed here or sent there, not both");
    app.later(2 * MINUTE_MS).await;
    assert_eq!(requests(&server).await.len(), 1);
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
}
