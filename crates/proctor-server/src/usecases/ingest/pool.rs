//! Where records are read: off the async threads, as many at once as there are cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Refusal;

/// Bodies up to this size are read where they are: that takes less time than handing them to another thread would cost
/// the thousands of small uploads that collectors send in batches of 100 results.
const IN_PLACE_BYTES_MAX: usize = 64 * 1024;

/// Where records are read.
#[derive(Debug)]
pub(super) struct Pool {
    cores: Arc<Semaphore>,
}

impl Pool {
    /// A pool for the cores of this machine.
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Runs a job over a body of `bytes`. A job that panics is [`Refusal::Internal`].
    ///
    /// Jobs wait here without a bound of their own: those that may wait were admitted before.
    pub(super) async fn run<T: Send + 'static>(&self, bytes: usize, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        if bytes <= IN_PLACE_BYTES_MAX {
            // The job is dropped by the panic, and everything it touched with it.
            return catch_unwind(AssertUnwindSafe(job)).map_err(|_| Refusal::Internal);
        }
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| Refusal::Internal)?;
        let job = move || {
            // Held by the job, not by who waits for it: an abandoned job still takes its core.
            let _core = core;
            job()
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| Refusal::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_reader_ends_its_upload_only() {
        let pool = Pool::new();
        for bytes in [1, IN_PLACE_BYTES_MAX + 1] {
            for _ in 0..20 {
                let broken: Result<(), Refusal> = pool.run(bytes, || panic!("a reader's bug")).await;
                assert!(matches!(broken, Err(Refusal::Internal)));
            }
            assert_eq!(pool.run(bytes, || 7).await.unwrap(), 7);
        }
    }
}
