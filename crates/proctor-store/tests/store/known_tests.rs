//! Tests as people see them: lists, labels, states.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::id::{SuiteId, TestId, UserId, Uuid};
use proctor_core::identity::test_id;
use proctor_core::label::Label;
use proctor_core::result::TestResult::Passed;
use proctor_core::state::TestState;
use proctor_store::catalog::labels::{Added, LABELS_PER_TEST_MAX, LabelSource, Removal};
use proctor_store::catalog::states::{NewState, StateAuthor};
use proctor_store::catalog::tests::{Ordinals, TestListFilter};
use proctor_store::{PageRequest, Store, StoreError};

use crate::engines::{at, on_both};
use crate::fixtures::{execution, segment, suite, upload};

/// In the order of bytes, which is not that of any language: capitals first, then a blank scope's neighbours, `ä` last.
const ORDERED: [(&str, &str); 8] = [("", "z"), (" s", "a"), ("S", "b"), ("S", "ba"), ("S a", "a"), ("s", "B"), ("s", "a"), ("ä", "A")];

async fn with_tests(store: &Store) -> SuiteId {
    let suite = suite(store).await.1.id;
    let executions: Vec<_> = (0..).zip(ORDERED.iter().rev()).map(|(index, (scope, name))| execution(index, scope, name, Passed)).collect();
    store.complete_upload(upload(suite, "k", at(1), segment(suite, &executions))).await.unwrap();
    suite
}

fn id(suite: SuiteId, place: usize) -> TestId {
    let (scope, name) = ORDERED[place];
    test_id(suite, scope, name)
}

fn labels(names: &[&str]) -> Vec<Label> {
    names.iter().map(|name| Label::new(*name).unwrap()).collect()
}

fn filters(pairs: &[(&str, &str)]) -> TestFilters {
    TestFilters::parse(&FilterQuery::from_pairs(pairs.iter().copied()), ListKind::Suite).unwrap()
}

/// The places in [`ORDERED`] of the tests that pass, asked for in three ways that must agree.
async fn places(store: &Store, suite: SuiteId, pairs: &[(&str, &str)]) -> Vec<usize> {
    let filters = filters(pairs);
    let place = |id: TestId| (0..ORDERED.len()).find(|place| self::id(suite, *place) == id).unwrap();
    let whole = store.list_tests(suite, TestListFilter::of(&filters), None).await.unwrap();
    let listed: Vec<usize> = whole.items.iter().map(|test| place(test.id)).collect();
    assert_eq!(whole.total, listed.len() as u64);
    let mut paged = Vec::new();
    for offset in (0..=whole.total).step_by(2) {
        let page = store.list_tests(suite, TestListFilter::of(&filters), Some(PageRequest { offset, limit: 2 })).await.unwrap();
        assert_eq!(page.total, whole.total);
        paged.extend(page.items);
    }
    assert_eq!(paged, whole.items);
    let matching = store.ordinals_matching(suite, &filters).await.unwrap();
    assert_eq!(matching.is_none(), pairs.is_empty());
    let matching = matching.unwrap_or_else(|| Ordinals::below(8));
    assert_eq!(matching, whole.items.iter().map(|test| test.ordinal).collect());
    let among = store.list_tests_among(suite, &matching, PageRequest { offset: 0, limit: 100 }).await.unwrap();
    assert_eq!(among.items, whole.items);
    listed
}

#[tokio::test]
async fn tests_are_listed_in_the_order_of_bytes() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = with_tests(&store).await;
        assert_eq!(places(&store, suite, &[]).await, [0, 1, 2, 3, 4, 5, 6, 7]);
        let test = store.test_by_id(suite, id(suite, 4)).await.unwrap().unwrap();
        assert_eq!((test.ordinal, test.scope.as_str(), test.name.as_str(), test.state), (3, "S a", "a", TestState::Enabled));
        assert_eq!(store.test_by_id(SuiteId::new(Uuid::nil()), id(suite, 4)).await.unwrap(), None);
        let some = store.tests_by_ordinal(suite, &[3, 99, 0, 3]).await.unwrap();
        assert_eq!(some.iter().map(|test| test.ordinal).collect::<Vec<_>>(), [3, 0, 3]);
        for (search, found) in [("S", 6), ("ba", 1), ("%", 0), ("_", 0), ("!", 0)] {
            let filter = TestListFilter { search: Some(search), ..TestListFilter::default() };
            assert_eq!(store.list_tests(suite, filter, None).await.unwrap().total, found, "{search}");
        }
        store.close().await;
    })
    .await;
}

// contract: general 67, 73
#[tokio::test]
async fn labels_of_several_sources() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = with_tests(&store).await;
        let workflow = LabelSource::Workflow(Uuid::nil());
        for (place, names, source) in [
            (0, &["flaky", "a"][..], &LabelSource::Person),
            (0, &["flaky", "flaky"], &LabelSource::Person),
            (0, &["flaky"], &workflow),
            (3, &["flaky", "nightly"], &workflow),
            (6, &["nightly", "Flaky"], &LabelSource::Person),
        ] {
            let added = store.add_labels(suite, id(suite, place), &labels(names), source, at(2)).await.unwrap();
            assert_eq!(added, Added::Yes);
        }
        assert_eq!(store.test_by_id(suite, id(suite, 0)).await.unwrap().unwrap().labels, ["a", "flaky"]);
        assert_eq!(store.labels_of_suite(suite).await.unwrap(), ["Flaky", "a", "flaky", "nightly"]);
        assert_eq!(places(&store, suite, &[("labels", "flaky,!nightly")]).await, [0]);
        assert_eq!(places(&store, suite, &[("labels", "flaky,nightly")]).await, [0, 3, 6]);
        assert_eq!(places(&store, suite, &[("labels", "!flaky")]).await, [1, 2, 4, 5, 6, 7]);
        assert_eq!(places(&store, suite, &[("label", "nobody")]).await, [] as [usize; 0]);
        // what one source takes away, another keeps
        store.remove_labels(suite, id(suite, 0), &labels(&["flaky"]), &Removal::Only(workflow)).await.unwrap();
        assert_eq!(places(&store, suite, &[("label", "flaky")]).await, [0, 3]);
        for _ in 0..2 {
            store.remove_labels(suite, id(suite, 0), &labels(&["flaky", "other"]), &Removal::Everyone).await.unwrap();
            assert_eq!(places(&store, suite, &[("label", "flaky")]).await, [3]);
        }
        let many: Vec<Label> = (0..LABELS_PER_TEST_MAX).map(|number| Label::new(format!("l{number}")).unwrap()).collect();
        assert_eq!(store.add_labels(suite, id(suite, 1), &many, &LabelSource::Person, at(3)).await.unwrap(), Added::Yes);
        let more = labels(&["l0", "more"]);
        assert_eq!(store.add_labels(suite, id(suite, 1), &more, &LabelSource::Person, at(3)).await.unwrap(), Added::TooMany);
        let nobody = store.add_labels(suite, TestId::new(Uuid::nil()), &more, &LabelSource::Person, at(3)).await;
        assert_eq!(nobody, Err(StoreError::Missing("test")));
        store.close().await;
    })
    .await;
}

// contract: general 74
#[tokio::test]
async fn states_say_how_they_came_about() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = with_tests(&store).await;
        let user = UserId::new(Uuid::max());
        let muted = NewState { state: TestState::Muted, by: StateAuthor::User(user), reason: Some("dns".into()), expires_at: Some(at(9)) };
        let skipped = NewState { state: TestState::Skipped, by: StateAuthor::Workflow(Uuid::nil()), reason: None, expires_at: None };
        store.set_test_state(suite, id(suite, 2), &muted, at(2)).await.unwrap();
        store.set_test_state(suite, id(suite, 2), &NewState { reason: None, ..muted.clone() }, at(3)).await.unwrap();
        let details = store.test_state(suite, id(suite, 2)).await.unwrap().unwrap();
        assert_eq!((details.state, details.before, details.since), (TestState::Muted, Some(TestState::Enabled), Some(at(2))));
        assert_eq!((details.by, details.reason.as_deref(), details.expires_at), (Some(muted.by), Some("dns"), Some(at(9))));
        store.set_test_state(suite, id(suite, 5), &muted, at(2)).await.unwrap();
        store.set_test_state(suite, id(suite, 5), &skipped, at(4)).await.unwrap();
        let details = store.test_state(suite, id(suite, 5)).await.unwrap().unwrap();
        assert_eq!((details.before, details.by, details.expires_at), (Some(TestState::Muted), Some(skipped.by), None));
        assert_eq!(places(&store, suite, &[("state", "muted")]).await, [2]);
        assert_eq!(places(&store, suite, &[("state", "skipped")]).await, [5]);
        assert_eq!(places(&store, suite, &[("state", "enabled"), ("labels", "!x")]).await, [0, 1, 3, 4, 6, 7]);
        // a new upload of the test leaves its state
        let again = segment(suite, &[execution(0, ORDERED[5].0, ORDERED[5].1, Passed)]);
        store.complete_upload(upload(suite, "k", at(6), again)).await.unwrap();
        assert_eq!(store.test_by_id(suite, id(suite, 5)).await.unwrap().unwrap().state, TestState::Skipped);
        let nobody = TestId::new(Uuid::nil());
        assert_eq!(store.set_test_state(suite, nobody, &muted, at(2)).await, Err(StoreError::Missing("test")));
        assert_eq!(store.test_state(suite, nobody).await.unwrap(), None);
        store.close().await;
    })
    .await;
}
