use proctor_core::build_place::BuildPlace;
use proctor_core::id::{ExecutionId, OrganizationId, Uuid};
use proctor_core::identity::{execution_id, test_id};
use proctor_core::result::TestResult;
use proctor_core::run::RunDetails;
use proctor_core::suite::SuiteSettings;
use proctor_store::StoreError;
use proctor_store::catalog::uploads::CompletedUpload;
use proctor_store::queries::ExecutionRef;

use crate::engines::{at, on_both};
use crate::fixtures::{execution, results, segment, suite, upload, upload_id};

fn of_build(upload: CompletedUpload, build: Uuid) -> CompletedUpload {
    CompletedUpload { run: RunDetails { build_id: Some(build), ..RunDetails::default() }, ..upload }
}

// contract: general 77
#[tokio::test]
async fn a_build_is_what_runs_of_an_organization_have_in_common() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let api = store.create_suite(organization.id, SuiteSettings::named("Api"), "token-of-api", at(1)).await.unwrap();
        let build = Uuid::from_u128(7);
        let one = || results(web.id, &[TestResult::Passed]);
        store.complete_upload(of_build(upload(web.id, "a", at(10), one()), build)).await.unwrap();
        store.complete_upload(of_build(upload(web.id, "other", at(11), one()), Uuid::from_u128(8))).await.unwrap();
        store.complete_upload(of_build(upload(api.id, "a", at(12), results(api.id, &[TestResult::Failed])), build)).await.unwrap();
        store.complete_upload(of_build(upload(web.id, "a", at(15), one()), build)).await.unwrap();
        let (suites, runs) = store.runs_of_build(organization.id, build).await.unwrap();
        assert_eq!(suites, [web.clone(), api.clone()]);
        let shown: Vec<_> = runs.iter().map(|run| (run.run.suite_id, run.run.created_at, run.received)).collect();
        assert_eq!(shown, [(web.id, at(10), Some((at(10), at(15)))), (api.id, at(12), Some((at(12), at(12))))]);
        assert_eq!(store.runs_of_build(organization.id, Uuid::from_u128(9)).await.unwrap(), (Vec::new(), Vec::new()));
        assert_eq!(store.runs_of_build(OrganizationId::new(Uuid::nil()), build).await.unwrap(), (Vec::new(), Vec::new()));
        store.close().await;
    })
    .await;
}

// contract: general 87
#[tokio::test]
async fn a_build_is_found_by_pipeline_and_number() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let (first, second) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let at_url = |key: &str, millis: i64, build: Option<Uuid>, url: Option<&str>| {
            let upload = upload(web.id, key, at(millis), results(web.id, &[TestResult::Passed]));
            let run = RunDetails { build_id: build, url: url.map(str::to_owned), number: Some("42".to_owned()), ..RunDetails::default() };
            CompletedUpload { run, ..upload }
        };
        store.complete_upload(at_url("a", 10, Some(first), Some("https://ci.test/acme/web/builds/42"))).await.unwrap();
        store.complete_upload(at_url("b", 11, Some(second), None)).await.unwrap();
        store.complete_upload(at_url("c", 12, None, Some("https://ci.test/acme/api/builds/42"))).await.unwrap();
        let found = async |pipeline: &str, number: u64| {
            let place = BuildPlace { pipeline: pipeline.to_owned(), number };
            store.build_at(organization.id, &place).await.unwrap()
        };
        assert_eq!((found("web", 42).await, found("web", 43).await, found("api", 42).await), (Some(first), None, None));
        store.complete_upload(at_url("b", 13, None, Some("https://ci.test/other/web/builds/42"))).await.unwrap();
        assert_eq!(found("web", 42).await, Some(second), "a later upload says where the build stands");
        let nobody = OrganizationId::new(Uuid::nil());
        let place = BuildPlace { pipeline: "web".to_owned(), number: 42 };
        assert_eq!(store.build_at(nobody, &place).await.unwrap(), None);
        store.close().await;
    })
    .await;
}

// contract: general 87
#[tokio::test]
async fn a_build_from_before_places_is_found_by_its_place() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        for (number, url) in [(1, Some("https://ci.test/acme/web/builds/41")), (2, Some("https://ci.test/elsewhere")), (3, None)] {
            let upload = upload(web.id, &format!("run {number}"), at(number), results(web.id, &[TestResult::Passed]));
            let build_id = Some(Uuid::from_u128(number.unsigned_abs().into()));
            let run = RunDetails { build_id, url: url.map(str::to_owned), number: Some("7".to_owned()), ..RunDetails::default() };
            store.complete_upload(CompletedUpload { run, ..upload }).await.unwrap();
        }
        store.close().await;
        // As a database looks that has just got the column.
        place.execute("UPDATE runs SET build_place = NULL").await;
        place.execute("INSERT INTO unfinished_migrations (name) VALUES ('build_place')").await;
        let store = place.open().await;
        let web_41 = BuildPlace { pipeline: "web".to_owned(), number: 41 };
        assert_eq!(store.build_at(organization.id, &web_41).await.unwrap(), Some(Uuid::from_u128(1)));
        assert_eq!(place.number("SELECT COUNT(*) FROM runs WHERE build_place IS NOT NULL").await, 1);
        assert_eq!(place.rows("unfinished_migrations").await, 0, "it is done once");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn executions_are_found_by_their_ids() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let other = store.create_suite(organization.id, SuiteSettings::named("Api"), "token-of-api", at(1)).await.unwrap();
        let [first, second] = [
            upload(web.id, "a", at(10), results(web.id, &[TestResult::Passed; 2])),
            upload(web.id, "b", at(11), results(web.id, &[TestResult::Passed])),
        ];
        let ids = [first.upload_id, second.upload_id];
        store.complete_upload(first).await.unwrap();
        store.complete_upload(second).await.unwrap();
        let wanted: Vec<ExecutionId> =
            [(ids[1], 0), (upload_id(at(12)), 3), (ids[0], 1), (ids[0], 0)].map(|(upload, index)| execution_id(upload, index)).into();
        let expected = [(ids[1], 0), (ids[0], 1), (ids[0], 0)].map(|(upload, index)| ExecutionRef { upload, index });
        assert_eq!(store.places_of_executions(web.id, &wanted).await.unwrap(), expected);
        assert_eq!(store.places_of_executions(other.id, &wanted).await.unwrap(), []);
        assert_eq!(store.places_of_executions(web.id, &[]).await.unwrap(), []);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn ids_of_tests_are_known_by_number_as_more_come() {
    on_both(async |place| {
        let store = place.open().await;
        let (_, web) = suite(&store).await;
        assert!(matches!(store.test_ids(web.id, 0).await, Err(StoreError::Corrupt(_))));
        let named = |number: usize| test_id(web.id, "s", &format!("t{number}"));
        store.complete_upload(upload(web.id, "a", at(10), results(web.id, &[TestResult::Passed; 3]))).await.unwrap();
        let known = store.test_ids(web.id, 1).await.unwrap();
        assert_eq!(*known, [named(0), named(1), named(2)]);
        store.complete_upload(upload(web.id, "a", at(11), results(web.id, &[TestResult::Passed; 5]))).await.unwrap();
        assert_eq!(store.test_ids(web.id, 2).await.unwrap(), known, "what is remembered is enough");
        assert_eq!(*store.test_ids(web.id, 4).await.unwrap(), [named(0), named(1), named(2), named(3), named(4)]);
        assert_eq!(*store.tests_in_order(web.id).await.unwrap(), [0, 1, 2, 3, 4]);
        let before = [execution(0, "", "z", TestResult::Passed), execution(1, "s", "t10", TestResult::Passed)];
        store.complete_upload(upload(web.id, "a", at(12), segment(web.id, &before))).await.unwrap();
        let order = store.tests_in_order(web.id).await.unwrap();
        assert_eq!(*order, [5, 0, 1, 6, 2, 3, 4], "new tests take their places");
        assert_eq!(store.tests_in_order(web.id).await.unwrap(), order);
        store.close().await;
    })
    .await;
}
