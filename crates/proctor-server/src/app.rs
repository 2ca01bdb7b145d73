//! The composition root: what every handler can reach.

use std::sync::Arc;

use proctor_store::Store;

use crate::clock::Clock;
use crate::rate_limit::RateLimiter;
use crate::settings::Settings;
use crate::usecases::ingest::Ingest;

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
    /// What all uploads share.
    pub ingest: Arc<Ingest>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let ingest = Arc::new(Ingest::new(store.clone(), Arc::clone(&clock), &settings));
        Self { store, clock, settings: Arc::new(settings), rate_limiter: Arc::default(), ingest }
    }
}
