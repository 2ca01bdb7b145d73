//! Questions that take more than they may.

use proctor_core::filter::TestFilters;
use proctor_core::result::TestResult::Passed;
use proctor_core::window::Window;
use proctor_store::queries::Selected;
use proctor_store::{QueryLimits, Store, StoreError, Sweep};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

#[tokio::test]
async fn what_takes_too_much_is_refused_and_named() {
    on_both(async |place| {
        let enough = QueryLimits::default();
        let filters = TestFilters::default();
        let selected = Selected { window: Window { from: at(0), until: at(10) }, filters: &filters, runs: None };
        let mut made = None;
        for (query_limits, what) in [
            (enough, None),
            (QueryLimits { memory_bytes_max: 1_000, ..enough }, Some("1 MiB of memory")),
            (QueryLimits { time_ms_max: 0, ..enough }, Some("0 milliseconds")),
        ] {
            let mut options = place.options(Sweep::Nothing);
            options.query_limits = query_limits;
            let store = Store::open(options, at(0)).await.unwrap();
            let suite = match made {
                Some(suite) => suite,
                None => {
                    let suite = suite(&store).await.1.id;
                    store.complete_upload(upload(suite, "k", at(1), results(suite, &[Passed; 3]))).await.unwrap();
                    *made.insert(suite)
                }
            };
            let answer = store.test_metrics(suite, selected).await.map(|tests| tests.len());
            let expected = what.map_or(Ok(3), |what| Err(StoreError::TooExpensive { what: what.to_owned() }));
            assert_eq!(answer, expected);
            // A window of nothing costs nothing.
            let nothing = Selected { window: Window { from: at(5), until: at(5) }, ..selected };
            if what != Some("0 milliseconds") {
                assert_eq!(store.test_metrics(suite, nothing).await.unwrap(), []);
            }
            store.close().await;
        }
    })
    .await;
}
