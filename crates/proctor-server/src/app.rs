//! The composition root: what every handler can reach.

use std::sync::Arc;

use proctor_store::Store;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::delivery::Deliverer;
use crate::rate_limit::RateLimiter;
use crate::settings::Settings;
use crate::usecases::calendar::Calendar;
use crate::usecases::ingest::Ingest;
use crate::usecases::workflows::Evaluator;

/// What every handler can reach. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct App {
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The requests of this minute.
    pub rate_limiter: Arc<RateLimiter>,
    /// Changes of execution tags that are being read: their bodies are large.
    pub execution_tag_requests: Arc<Semaphore>,
    /// What all uploads share.
    pub ingest: Arc<Ingest>,
    /// What evaluates workflows.
    pub evaluator: Arc<Evaluator>,
    /// What does things when their time has come.
    pub calendar: Calendar,
    /// What sends messages of workflows.
    pub deliverer: Deliverer,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let evaluator = Arc::new(Evaluator::new(store.clone(), Arc::clone(&clock)));
        let ingest = Arc::new(Ingest::new(store.clone(), Arc::clone(&clock), Arc::clone(&evaluator), &settings));
        let execution_tag_requests = Arc::new(Semaphore::new(settings.execution_tags.concurrent_max.min(Semaphore::MAX_PERMITS)));
        let settings = Arc::new(settings);
        let deliverer = Deliverer::new(store.clone(), Arc::clone(&clock), Arc::clone(&settings));
        let calendar = Calendar::new(store.clone(), Arc::clone(&clock), Arc::clone(&settings));
        Self { store, clock, settings, rate_limiter: Arc::default(), execution_tag_requests, ingest, evaluator, calendar, deliverer }
    }
}
