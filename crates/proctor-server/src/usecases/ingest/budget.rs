//! The memory that all bodies together may take.
//!
//! Bytes are counted as they arrive, so that a declared length reserves nothing. What does not fit is refused at once: a sender
//! that is told to retry in a second is better off than one that waits behind others until its own timeout.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;

/// Bytes that one permit stands for: small enough that many small uploads fit, large enough that 32 bits count all memory.
const UNIT_BYTES: usize = 16 * 1024;

/// The memory that all bodies together may take.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
}

impl Budget {
    /// A budget of `bytes_max`, but always enough for one body of `body_bytes_max`.
    pub(super) fn new(bytes_max: u64, body_bytes_max: u64) -> Self {
        let bytes = usize::try_from(bytes_max.max(body_bytes_max)).unwrap_or(usize::MAX);
        let units = bytes.div_ceil(UNIT_BYTES).saturating_add(1).min(Semaphore::MAX_PERMITS);
        Self { units: Arc::new(Semaphore::new(units)) }
    }

    /// A share of the budget, empty at first.
    pub(super) fn share(&self) -> Share {
        Share { units: Arc::clone(&self.units), permit: None }
    }
}

/// What one upload holds of the budget; given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    units: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Holds enough for `bytes`.
    pub(super) fn grow_to(&mut self, bytes: usize) -> Result<(), Refusal> {
        let missing = bytes.div_ceil(UNIT_BYTES).saturating_sub(self.held());
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| Refusal::Busy)?;
        let more = Arc::clone(&self.units).try_acquire_many_owned(missing).map_err(|_| Refusal::Busy)?;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
        Ok(())
    }

    /// Gives back what is not needed for `bytes`.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        let surplus = self.held().saturating_sub(bytes.div_ceil(UNIT_BYTES));
        if let Some(permit) = &mut self.permit {
            drop(permit.split(surplus));
        }
    }

    fn held(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_large_body_fits_alone_and_the_next_does_not() {
        let budget = Budget::new(1, 1_000_000);
        let mut first = budget.share();
        first.grow_to(1_000_000).unwrap();
        assert!(matches!(budget.share().grow_to(100_000), Err(Refusal::Busy)));
        first.shrink_to(10);
        budget.share().grow_to(100_000).unwrap();
        drop(first);
        budget.share().grow_to(1_000_000).unwrap();
    }
}
