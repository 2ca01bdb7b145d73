//! What a server does without being asked: evaluating workflows, keeping its calendar, delivering messages, retention.

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::App;
use crate::usecases::retention::apply_retention;

/// The background work of a server, under way.
#[derive(Debug)]
pub(super) struct Background {
    evaluating: JoinHandle<()>,
    keeping: JoinHandle<()>,
    delivering: JoinHandle<()>,
    retention: JoinHandle<()>,
}

impl Background {
    /// Begins all of it.
    pub(super) fn start(app: &App) -> Self {
        let retention = apply_retention(app.store.clone(), Arc::clone(&app.clock), app.settings.retention.every);
        Self {
            evaluating: tokio::spawn(app.evaluator.clone().run()),
            keeping: tokio::spawn(app.calendar.clone().run()),
            delivering: tokio::spawn(app.deliverer.clone().run()),
            retention: tokio::spawn(retention),
        }
    }

    /// Breaks it off: what is half done is undone by the store, and done at the next start; what was sent and not recorded is sent again
    /// under the same id.
    pub(super) async fn stop(self) {
        let Self { evaluating, keeping, delivering, retention } = self;
        let work = [evaluating, keeping, delivering, retention];
        work.iter().for_each(JoinHandle::abort);
        for work in work {
            // Until the store can be closed: it ends where it next waits, with an error because it was aborted.
            let _ = work.await;
        }
    }
}
