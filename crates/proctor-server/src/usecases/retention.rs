//! Retention as background work.

use std::sync::Arc;
use std::time::Duration;

use proctor_store::Store;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Clock;

/// A shorter pause would be a busy loop.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// Deletes what suites do not keep any more: at once, and then as often as `every` says. Runs until it is dropped, which undoes what is
/// half done. Several servers may do so on one store.
pub async fn apply_retention(store: Store, clock: Arc<dyn Clock>, every: Duration) {
    let mut ticks = interval(every.max(PAUSE_MIN));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match store.apply_retention(clock.now()).await {
            Ok(done) if done == Default::default() => {}
            Ok(done) => tracing::info!(
                executions_deleted = done.executions_deleted,
                executions_aggregated = done.executions_aggregated,
                aggregate_days_deleted = done.aggregate_days_deleted,
                failure_groups_forgotten = done.failure_groups_forgotten,
                days_postponed = done.days_postponed,
                "retention"
            ),
            Err(error) => tracing::warn!(%error, "retention failed; it is tried again"),
        }
    }
}
