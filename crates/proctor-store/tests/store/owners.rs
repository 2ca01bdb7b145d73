//! Owners of tests.

use proctor_core::execution::Execution;
use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::id::{OrganizationId, SuiteId, Uuid};
use proctor_core::organization::SuiteAccess;
use proctor_core::owners::OwnersFile;
use proctor_core::result::TestResult::Passed;
use proctor_store::catalog::owners::OwnersReport;
use proctor_store::{Store, StoreError};

use crate::engines::{at, on_both};
use crate::fixtures::{execution, segment, suite, upload};

async fn activate(store: &Store, suite: SuiteId, text: &str) -> OwnersReport {
    let file = OwnersFile::parse(text.as_bytes()).unwrap();
    store.replace_owners_file(suite, text, file, at(5)).await.unwrap()
}

/// Uploads one execution of each of `names`, in the file `directory/name`.
async fn run(store: &Store, suite: SuiteId, directory: &str, names: &[String]) {
    let location = |name: &String| Some(format!("{directory}/{name}").into());
    let executions: Vec<_> =
        (0..).zip(names).map(|(index, name)| Execution { location: location(name), ..execution(index, "s", name, Passed) }).collect();
    store.complete_upload(upload(suite, "k", at(1), segment(suite, &executions))).await.unwrap();
}

async fn owned(store: &Store, suite: SuiteId, owners: &str) -> usize {
    let filters = TestFilters::parse(&FilterQuery::from_pairs([("owners", owners)]), ListKind::Suite).unwrap();
    store.ordinals_matching(suite, &filters).await.unwrap().unwrap().len()
}

// contract: general 83
#[tokio::test]
async fn owners_follow_files_tests_and_teams() {
    on_both(async |place| {
        let (store, other) = (place.open().await, place.open().await);
        let (organization, suite) = suite(&store).await;
        let suite = suite.id;
        let names: Vec<String> = (0..6_000).map(|number| format!("t{number}")).collect();
        let (most, rest) = names.split_at(5_500);
        run(&store, suite, "a", most).await;
        for name in ["one", "two"] {
            store.create_team(organization.id, name, at(2)).await.unwrap();
        }
        let report = activate(&store, suite, "/a/ one\nb/t1* two none\n").await;
        let expected = OwnersReport {
            changed: true,
            teams: vec!["one".to_owned(), "two".to_owned()],
            unknown_teams: vec!["none".to_owned()],
            tests_matched: 5_500,
            tests_without_owner: 0,
        };
        assert_eq!(report, expected);
        assert!(!activate(&other, suite, "/a/ one\nb/t1* two none\n").await.changed);
        // two servers take in tests; one of them has not seen the file come
        run(&other, suite, "a", &rest[..250]).await;
        run(&store, suite, "nowhere", &rest[250..]).await;
        assert_eq!((owned(&store, suite, "one").await, owned(&store, suite, "two").await), (5_750, 0));
        // what moves gets other owners, on either server
        run(&other, suite, "b", &names[..200]).await;
        assert_eq!((owned(&store, suite, "one").await, owned(&store, suite, "two").await), (5_550, 111));
        // the same lists on other lines: only what changes is written
        let report = activate(&store, suite, "b/t1* two none\n\n/a/ one\nb/t11* one\n").await;
        assert_eq!((report.tests_matched, report.tests_without_owner), (5_661, 339));
        assert_eq!((owned(&store, suite, "one").await, owned(&store, suite, "two").await), (5_561, 100));
        assert_eq!(place.rows("owner_sets").await, 2);
        activate(&store, suite, "x two\n").await;
        assert_eq!((owned(&store, suite, "!two").await, place.rows("owner_sets").await, place.rows("owners_files").await), (6_000, 1, 1));
        run(&other, suite, "x", &names[..1]).await;
        assert_eq!(owned(&store, suite, "two").await, 1);
        let link = async |team: &str| {
            let team = store.team_by_slug(organization.id, team).await.unwrap().unwrap().id;
            store.add_team_suite(organization.id, team, suite, SuiteAccess::ReadOnly, at(6)).await.unwrap();
        };
        link("one").await;
        assert_eq!(owned(&store, suite, "two").await, 0);
        link("two").await;
        assert_eq!(owned(&store, suite, "two").await, 1);
        assert_eq!(store.owners_file(suite).await.unwrap().unwrap().text, "x two\n");
        store.delete_suite(organization.id, suite).await.unwrap();
        assert_eq!((place.rows("owner_sets").await, place.rows("owners_files").await), (0, 0));
        let file = OwnersFile::parse(b"* one").unwrap();
        assert_eq!(store.replace_owners_file(suite, "* one", file, at(7)).await, Err(StoreError::Missing("suite")));
        assert_eq!(store.owners_file(suite).await.unwrap(), None);
        assert_eq!(store.team_by_slug(OrganizationId::new(Uuid::nil()), "one").await.unwrap(), None);
        store.close().await;
        other.close().await;
    })
    .await;
}
