//! Mutable tags, and the labels that tags of uploads become.

use proctor_core::id::{ExecutionId, OrganizationId, Uuid};
use proctor_core::identity::execution_id;
use proctor_core::result::TestResult::Failed;
use proctor_core::suite::SuiteSettings;
use proctor_core::tags::TagSet;
use proctor_store::StoreError;
use proctor_store::catalog::execution_tags::{ExecutionTags, TagsChange};
use proctor_store::catalog::uploads::DecidingTags;

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

fn tags(pairs: &[(&str, &str)]) -> TagSet {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn change(execution: ExecutionId, pairs: &[(&str, &str)]) -> ExecutionTags {
    ExecutionTags { execution, tags: tags(pairs) }
}

// contract: general 81, 82
#[tokio::test]
async fn sets_of_mutable_tags_replace_one_another() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, suite) = suite(&store).await;
        let other = store.create_suite(organization.id, SuiteSettings::named("Other"), "other", at(0)).await.unwrap();
        let (first, second) =
            (upload(suite.id, "k", at(1), results(suite.id, &[Failed; 3])), upload(other.id, "k", at(1), results(other.id, &[Failed; 3])));
        let (ours, theirs) = (first.upload_id, second.upload_id);
        store.complete_upload(first).await.unwrap();
        store.complete_upload(second).await.unwrap();
        let put =
            async |changes: &[ExecutionTags], now| store.set_execution_tags(organization.id, suite.id, changes, 60_000, at(now)).await;
        let stored = async || {
            let rows = store.execution_tags(suite.id).await.unwrap();
            rows.into_iter().map(|(_, index, tags)| format!("{index} {tags}")).collect::<Vec<_>>()
        };
        let changes = [
            change(execution_id(ours, 0), &[("mut.b", "2"), ("mut.a", "1")]),
            change(execution_id(ours, 2), &[("mut.a", "x")]),
            change(execution_id(ours, 2), &[("mut.a", "y")]),
            // neither a fourth record, nor another suite's, nor nobody's
            change(execution_id(ours, 3), &[("mut.a", "x")]),
            change(execution_id(theirs, 0), &[("mut.a", "x")]),
            change(ExecutionId::new(Uuid::nil()), &[("mut.a", "x")]),
        ];
        assert_eq!(put(&changes, 10).await, Ok(TagsChange::Done));
        assert_eq!(stored().await, [r#"0 {"mut.a":"1","mut.b":"2"}"#, r#"2 {"mut.a":"y"}"#]);
        assert_eq!(place.rows("execution_tags").await, 2);
        let removal =
            [change(execution_id(ours, 0), &[]), change(execution_id(ours, 1), &[]), change(execution_id(ours, 2), &[("mut.c", "z")])];
        assert_eq!(put(&removal, 59_000).await, Ok(TagsChange::TooSoon { wait_ms: 1_010 }));
        assert_eq!(stored().await.len(), 2);
        assert_eq!(put(&removal, 60_010).await, Ok(TagsChange::Done));
        assert_eq!(stored().await, [r#"2 {"mut.c":"z"}"#]);
        // a clock that was put back does not lock anybody out
        assert_eq!(put(&[], 5).await, Ok(TagsChange::Done));
        let nobody = OrganizationId::new(Uuid::nil());
        assert!(matches!(store.set_execution_tags(nobody, suite.id, &[], 0, at(0)).await, Err(StoreError::Missing(_))));
        store.delete_suite(organization.id, suite.id).await.unwrap();
        assert_eq!(place.rows("execution_tags").await, 0);
        store.close().await;
    })
    .await;
}

// contract: workflows 37
#[tokio::test]
async fn deciding_tags_become_labels() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, suite) = suite(&store).await;
        let keys = async |keys: &[&str]| {
            let label_tag_keys = keys.iter().map(|key| (*key).to_owned()).collect();
            let settings = SuiteSettings { label_tag_keys, ..SuiteSettings::named("Web") };
            store.update_suite(organization.id, suite.id, settings).await.unwrap()
        };
        let send = async |deciding: &[(u32, &[(&str, &str)])]| {
            let mut upload = upload(suite.id, "k", at(1), results(suite.id, &[Failed; 3]));
            upload.deciding_tags = deciding.iter().map(|(test, pairs)| DecidingTags { test: *test, tags: tags(pairs) }).collect();
            store.complete_upload(upload).await.unwrap();
            let tests = store.tests_by_ordinal(suite.id, &[0, 1, 2]).await.unwrap();
            tests.into_iter().map(|test| test.labels.join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(send(&[(0, &[("team", "a")])]).await, ["", "", ""], "the suite copies nothing");
        assert_eq!(keys(&["team", "tier"]).await.settings.label_tag_keys, ["team", "tier"]);
        assert_eq!(send(&[(0, &[("team", "a")]), (1, &[("team", "b"), ("tier", "b")])]).await, ["a", "b", ""]);
        assert_eq!(send(&[(1, &[("tier", "b")]), (2, &[("team", "c"), ("other", "d")])]).await, ["a", "b", "c"]);
        let long = "x".repeat(100);
        assert_eq!(send(&[(1, &[]), (2, &[("team", &long)])]).await, ["a", "", ""], "no label is so long");
        assert_eq!(send(&[(0, &[("team", "a"), ("tier", "g")])]).await, ["a g", "", ""]);
        keys(&["tier"]).await;
        assert_eq!(send(&[]).await, ["g", "", ""]);
        keys(&[]).await;
        assert_eq!(send(&[]).await, ["", "", ""]);
        assert_eq!(place.rows("test_labels").await, 0);
        store.close().await;
    })
    .await;
}
