use proctor_core::id::{RunId, SuiteId, Uuid};
use proctor_core::result::TestResult::{Failed, Passed};
use proctor_core::run::RunDetails;
use proctor_store::catalog::runs::RunFilter;
use proctor_store::{PageRequest, Store};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

async fn add_run(store: &Store, suite: SuiteId, key: &str, millis: i64, build_id: Option<Uuid>) {
    let mut upload = upload(suite, key, at(millis), results(suite, &[Passed]));
    upload.run = RunDetails { build_id, ..RunDetails::default() };
    store.complete_upload(upload).await.unwrap();
}

async fn page_of(store: &Store, suite: SuiteId, filter: RunFilter, offset: u64, limit: u32) -> (Vec<RunId>, u64) {
    let page = store.runs(suite, filter, PageRequest { offset, limit }).await.unwrap();
    (page.items.iter().map(|run| run.id).collect(), page.total)
}

// contract: general 44 (newest first, ties by id)
#[tokio::test]
async fn runs_are_listed_newest_first_from_either_end() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let build = Uuid::from_u128(5);
        for number in 0..25 {
            // several in one millisecond
            add_run(&store, suite, &format!("k{number}"), number / 3, (number % 2 == 0).then_some(build)).await;
        }
        let all = store.runs(suite, RunFilter::default(), PageRequest { offset: 0, limit: 100 }).await.unwrap();
        assert_eq!((all.items.len(), all.total), (25, 25));
        assert!(all.items.is_sorted_by(|a, b| (a.created_at, a.id) > (b.created_at, b.id)));
        let ids: Vec<RunId> = all.items.iter().map(|run| run.id).collect();
        for offset in 0..27 {
            let expected: Vec<RunId> = ids.iter().skip(offset).take(4).copied().collect();
            assert_eq!(page_of(&store, suite, RunFilter::default(), offset as u64, 4).await, (expected, 25), "{offset}");
        }
        let of_build = RunFilter { build_id: Some(build), through: None };
        let built: Vec<RunId> = all.items.iter().filter(|run| run.details.build_id == Some(build)).map(|run| run.id).collect();
        assert_eq!(page_of(&store, suite, of_build, 0, 100).await, (built.clone(), 13));
        assert_eq!(page_of(&store, suite, of_build, 11, 5).await, (built[11..].to_vec(), 13));
        let through = RunFilter { build_id: Some(build), through: Some(built[3]) };
        assert_eq!(page_of(&store, suite, through, 0, 100).await, (built[3..].to_vec(), 10));
        let unknown = RunFilter { build_id: None, through: Some(RunId::new(Uuid::nil())) };
        assert_eq!(page_of(&store, suite, unknown, 0, 2).await, (ids[..2].to_vec(), 25));
        let no_build = RunFilter { build_id: Some(Uuid::nil()), through: None };
        assert_eq!(page_of(&store, suite, no_build, 0, 2).await, (vec![], 0));
        assert_eq!(page_of(&store, suite, RunFilter::default(), u64::MAX, 2).await, (vec![], 25));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn pages_stay_in_place_while_uploads_arrive() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        for number in 0..23 {
            add_run(&store, suite, &format!("k{number}"), number / 2, None).await;
        }
        let (known, _) = page_of(&store, suite, RunFilter::default(), 0, 100).await;
        let filter = RunFilter { build_id: None, through: Some(known[0]) };
        let mut seen = Vec::new();
        for arrived in 0.. {
            let (page, total) = page_of(&store, suite, filter, seen.len() as u64, 4).await;
            assert_eq!(total, 23);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
            add_run(&store, suite, &format!("new{arrived}"), 20 + arrived, None).await;
            // one that is in the list already gets more
            add_run(&store, suite, "k3", 21 + arrived, None).await;
        }
        assert_eq!(seen, known);
        store.close().await;
    })
    .await;
}

// contract: failed executions
#[tokio::test]
async fn executions_are_listed_in_the_reverse_of_their_arrival() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let mut arrived = Vec::new();
        let mut run = None;
        for (millis, outcome) in [(5, vec![Failed, Passed, Failed]), (1, vec![Passed]), (5, vec![Passed, Failed]), (9, vec![])] {
            let upload = upload(suite, "k", at(millis), results(suite, &outcome));
            arrived.push((millis, upload.upload_id));
            store.complete_upload(upload).await.unwrap();
        }
        run = run.or(store.upload(suite, arrived[0].1).await.unwrap().unwrap().run_id);
        let run = run.unwrap();
        // by receive time, then by the order of the commits
        let mut expected = Vec::new();
        for (_, upload) in [arrived[1], arrived[0], arrived[2]] {
            expected.extend(store.executions_of_upload(suite, upload).await.unwrap());
        }
        expected.reverse();
        assert_eq!(expected.len(), 6);
        for (result, wanted) in
            [(None, expected.clone()), (Some(Failed), expected.iter().filter(|e| e.result == Failed).cloned().collect())]
        {
            for limit in [1, 2, 4, 10] {
                for offset in 0..8 {
                    let page = store.executions_of_run(suite, run, result, PageRequest { offset, limit }).await.unwrap();
                    let here: Vec<_> = wanted.iter().skip(offset as usize).take(limit as usize).cloned().collect();
                    assert_eq!((page.items, page.total), (here, wanted.len() as u64));
                }
            }
        }
        let elsewhere = SuiteId::new(Uuid::nil());
        let page = store.executions_of_run(elsewhere, run, None, PageRequest { offset: 0, limit: 5 }).await.unwrap();
        assert_eq!((page.items, page.total), (vec![], 0));
        assert_eq!(store.executions_of_upload(elsewhere, arrived[0].1).await.unwrap(), []);
        store.close().await;
    })
    .await;
}
