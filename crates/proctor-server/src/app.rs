//! The composition root: what every handler can reach.

use std::sync::Arc;

use proctor_store::Store;

use crate::clock::Clock;
use crate::settings::Settings;

/// What every handler can reach. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct App {
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The settings.
    pub settings: Arc<Settings>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self { store, clock, settings: Arc::new(settings) }
    }
}
