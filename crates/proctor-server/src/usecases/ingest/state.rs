//! What all uploads of a server share.

use std::sync::Arc;

use proctor_store::Store;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;
use super::budget::Budget;
use super::pool::Pool;
use crate::clock::Clock;
use crate::settings::{Settings, UploadSettings};
use crate::usecases::workflows::Evaluator;

/// What all uploads of a server share.
#[derive(Debug)]
pub struct Ingest {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: UploadSettings,
    pub(super) budget: Budget,
    pub(super) pool: Pool,
    pub(super) evaluator: Arc<Evaluator>,
    places: Arc<Semaphore>,
}

/// The place of one upload among those that are received at once; given back when dropped.
#[derive(Debug)]
pub struct Admission {
    _place: OwnedSemaphorePermit,
}

impl Ingest {
    /// Bounds as the settings say.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, evaluator: Arc<Evaluator>, settings: &Settings) -> Self {
        let settings = settings.uploads.clone();
        Self {
            store,
            clock,
            evaluator,
            budget: Budget::new(settings.in_flight_bytes_max, settings.decoded_bytes_max),
            pool: Pool::new(),
            places: Arc::new(Semaphore::new(settings.concurrent_max.min(Semaphore::MAX_PERMITS))),
            settings,
        }
    }

    /// A place for one more upload.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when as many as may be are being received.
    pub fn admit(&self) -> Result<Admission, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        Ok(Admission { _place: place })
    }
}
