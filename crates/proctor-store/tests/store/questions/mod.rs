//! Questions about executions, each answered a second time in the plainest way.

mod any;
mod ask;
mod limits;
mod model;
mod of_pages;

use proctor_core::suite::SuiteSettings;
use proctor_store::{QueryLimits, Store, Sweep};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::engines::{Place, at, on_both};
use crate::fixtures::suite;
use any::{any_question, any_uploads};
use ask::check_all;
use model::Model;

const CASES: usize = 8;
const QUESTIONS_PER_CASE: usize = 3;
const DAY_MS: i64 = 86_400_000;

/// One server keeps blocks in memory, the next one none.
async fn open(place: &Place, cache_bytes_max: usize) -> Store {
    let mut options = place.options(Sweep::DeadUploads);
    options.query_limits = QueryLimits { cache_bytes_max, ..QueryLimits::default() };
    // several rewrites a day
    options.compaction.memory_bytes_max = 1;
    options.compaction.rows_min = 30;
    Store::open(options, at(0)).await.unwrap()
}

/// Before anything is compacted, while it is, and after.
#[tokio::test]
async fn answers_are_those_of_the_plainest_way() {
    on_both(async |place: &Place| {
        let mut runner = TestRunner::deterministic();
        for cache_bytes_max in [QueryLimits::default().cache_bytes_max, 0] {
            let store = open(place, cache_bytes_max).await;
            let organization = match store.organization_by_slug("acme").await.unwrap() {
                Some(organization) => organization,
                None => suite(&store).await.0,
            };
            for case in 0..CASES / 2 {
                let name = format!("Suite {cache_bytes_max} {case}");
                let suite = store.create_suite(organization.id, SuiteSettings::named(&name), &name, at(0)).await.unwrap();
                let uploads = any_uploads().new_tree(&mut runner).unwrap().current();
                // The files of the first ones meet the segments of the rest.
                let compacted = case * uploads.len() / CASES;
                let model = Model::upload(place, &store, suite.id, uploads, compacted).await;
                let questions: Vec<_> =
                    (0..QUESTIONS_PER_CASE).map(|_| any_question(&model.runs).new_tree(&mut runner).unwrap().current()).collect();
                for question in &questions {
                    check_all(&store, &model, question).await;
                }
                let (compacted, ()) = tokio::join!(store.compact(at(10 * DAY_MS)), check_all(&store, &model, &questions[0]));
                compacted.unwrap();
                assert!(store.storage_by_day(suite.id).await.unwrap().iter().all(|day| day.segments == 0));
                // The second time from memory, where there is one.
                for question in questions.iter().chain(&questions[..1]) {
                    check_all(&store, &model, question).await;
                }
            }
            store.close().await;
        }
    })
    .await;
}
