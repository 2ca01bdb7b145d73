use proctor_core::execution::Execution;
use proctor_core::id::SuiteId;
use proctor_core::result::TestResult::Passed;
use proctor_store::Store;
use proctor_store::catalog::uploads::{Completed, OnDefaultBranch};

use crate::engines::{Place, at, on_both};
use crate::fixtures::{execution, results, segment, suite, upload};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_give_each_test_one_ordinal() {
    on_both(async |place| {
        let (one, two) = (place.open().await, place.open().await);
        let suite = suite(&one).await.1.id;
        let names: Vec<String> = (0..120).map(|number| format!("t{number}")).collect();
        let mut uploads = Vec::new();
        for number in 0..40_usize {
            // overlapping ranges, so that each upload finds tests of others
            let names = (0..).zip(&names[number * 2..number * 2 + 40]);
            let executions: Vec<_> = names.map(|(index, name)| execution(index, "s", name, Passed)).collect();
            let upload = upload(suite, &format!("k{}", number % 3), at(1), segment(suite, &executions));
            uploads.push(if number % 2 == 0 { one.complete_upload(upload) } else { two.complete_upload(upload) });
        }
        for stored in futures_util::future::join_all(uploads).await {
            assert!(matches!(stored.unwrap(), Completed::Stored { .. }));
        }
        assert_eq!(place.number("SELECT COUNT(*) FROM tests").await, 118);
        assert_eq!(place.number("SELECT COUNT(DISTINCT ordinal) FROM tests").await, 118);
        assert_eq!(place.number("SELECT MAX(ordinal) FROM tests").await, 117);
        assert_eq!(place.number("SELECT next_test_ordinal FROM suites").await, 118);
        assert_eq!(place.number("SELECT run_count FROM suites").await, 3);
        assert_eq!(place.number("SELECT COUNT(*) FROM runs").await, 3);
        one.close().await;
        two.close().await;
    })
    .await;
}

async fn seen(store: &Store, place: &Place, suite: SuiteId, on_default: OnDefaultBranch, location: Option<&str>) -> String {
    let executions = [Execution { location: location.map(Into::into), ..execution(0, "s", "n", Passed) }];
    let mut upload = upload(suite, "k", at(1), segment(suite, &executions));
    upload.on_default_branch = on_default;
    store.complete_upload(upload).await.unwrap();
    place.word("SELECT COALESCE(location, '-') FROM tests").await
}

// contract: uploads 60, and section 8
#[tokio::test]
async fn a_test_remembers_where_it_was_seen_last() {
    on_both(async |place| {
        use OnDefaultBranch::{No, Yes};
        let (store, other) = (place.open().await, place.open().await);
        let suite = suite(&store).await.1.id;
        let steps = [
            (No, None, "-"),
            (No, Some("a:1"), "a:1"),
            (No, None, "a:1"),
            (No, Some("a:2"), "a:2"),
            (Yes, Some("a:2"), "a:2"),
            // seen on the default branch: others do not replace it
            (No, Some("a:3"), "a:2"),
            (Yes, None, "a:2"),
            (Yes, Some("a:4"), "a:4"),
        ];
        for (step, (on_default, location, expected)) in steps.into_iter().enumerate() {
            // two servers by turns: what one remembers, the other one changes
            let store = if step % 2 == 0 { &store } else { &other };
            assert_eq!(seen(store, place, suite, on_default, location).await, expected, "step {step}");
        }
        assert_eq!(place.number("SELECT COUNT(*) FROM tests").await, 1);
        store.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn rows_of_tests_are_written_only_when_they_change() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        for _ in 0..3 {
            store.complete_upload(upload(suite, "k", at(1), results(suite, &[Passed; 5]))).await.unwrap();
        }
        assert_eq!(place.number("SELECT tests_version FROM suites").await, 1);
        // a server that has forgotten everything finds them again
        store.close().await;
        let store = place.open().await;
        store.complete_upload(upload(suite, "k", at(1), results(suite, &[Passed; 6]))).await.unwrap();
        assert_eq!(place.number("SELECT tests_version FROM suites").await, 2);
        assert_eq!(place.number("SELECT COUNT(*) FROM tests").await, 6);
        store.close().await;
    })
    .await;
}
