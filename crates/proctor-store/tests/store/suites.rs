use proctor_core::id::{OrganizationId, Uuid};
use proctor_core::result::TestResult;
use proctor_core::retention::{Keep, Retention};
use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use proctor_store::catalog::suites::Uploads;
use proctor_store::error::Unique;
use proctor_store::secret::SealingKey;
use proctor_store::{PageRequest, Store, StoreError, Sweep};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

// contract: suites
#[tokio::test]
async fn settings_come_back_as_written() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let settings = SuiteSettings {
            default_branch: "trunk".to_owned(),
            application_name: Some("app".to_owned()),
            color: Some("#1F6FEB".to_owned()),
            emoji: Some(":credit_card:".to_owned()),
            oidc_policy: Some("- iss: x\n  claims:\n\n".to_owned()),
            repo_url: Some("https://example.test/r".to_owned()),
            external_url: Some("https://example.test/e".to_owned()),
            flaky_detection: false,
            identical_uploads: IdenticalUploads::Always,
            retention: Retention { executions: Keep::Days(90), aggregates: Keep::Days(36_500) },
            ..SuiteSettings::named("Checkout API")
        };
        let api = store.create_suite(organization.id, settings.clone(), "token-of-api", at(5)).await.unwrap();
        assert_eq!((api.slug.as_str(), &api.settings, api.uploads_disabled), ("checkout-api", &settings, false));
        assert_eq!(store.suite_by_slug(organization.id, "checkout-api").await.unwrap(), Some(api.clone()));
        assert_eq!(store.suite_by_slug(OrganizationId::new(Uuid::nil()), "checkout-api").await.unwrap(), None);
        let all = store.suites(organization.id, None).await.unwrap();
        assert_eq!((all.total, all.items), (2, vec![web.clone(), api.clone()]));
        let second = store.suites(organization.id, Some(PageRequest { offset: 1, limit: 1 })).await.unwrap();
        assert_eq!((second.total, second.items), (2, vec![api.clone()]));

        let taken = store.update_suite(organization.id, api.id, SuiteSettings::named("web")).await;
        assert_eq!(taken, Err(StoreError::Taken(Unique::SuiteSlug)));
        store.set_uploads(organization.id, api.id, Uploads::Disabled).await.unwrap();
        let renamed = store.update_suite(organization.id, api.id, SuiteSettings::named("Pay")).await.unwrap();
        assert_eq!((renamed.slug.as_str(), renamed.uploads_disabled, renamed.created_at), ("pay", true, at(5)));
        assert_eq!(store.suite_by_slug(organization.id, "pay").await.unwrap(), Some(renamed));
        assert_eq!(store.suite_by_slug(organization.id, "checkout-api").await.unwrap(), None);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn upload_tokens_are_found_shown_and_rotated() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let again = store.create_suite(organization.id, SuiteSettings::named("b"), "token-of-web", at(1)).await;
        assert_eq!(again, Err(StoreError::Taken(Unique::SuiteToken)));
        let again = store.create_suite(organization.id, SuiteSettings::named("web"), "token-of-b", at(1)).await;
        assert_eq!(again, Err(StoreError::Taken(Unique::SuiteSlug)));
        let b = store.create_suite(organization.id, SuiteSettings::named("b"), "token-of-b", at(1)).await.unwrap();
        let found = store.suite_by_upload_token("token-of-web").await.unwrap();
        assert_eq!(found, Some((organization.clone(), web.clone())));
        assert_eq!(store.suite_by_upload_token("token").await.unwrap(), None);
        assert_eq!(store.upload_tokens(organization.id, &[b.id, web.id]).await.unwrap(), ["token-of-b", "token-of-web"]);
        assert_eq!(store.rotate_upload_token(organization.id, b.id, "token-of-web").await, Err(StoreError::Taken(Unique::SuiteToken)));
        store.rotate_upload_token(organization.id, web.id, "new").await.unwrap();
        assert_eq!(store.suite_by_upload_token("token-of-web").await.unwrap(), None);
        assert_eq!(store.suite_by_upload_token("new").await.unwrap().map(|(_, suite)| suite.id), Some(web.id));
        store.close().await;

        let mut options = place.options(Sweep::Nothing);
        options.sealing_key = SealingKey::new([8; 32]);
        let store = Store::open(options, at(0)).await.unwrap();
        assert!(matches!(store.upload_tokens(organization.id, &[web.id]).await, Err(StoreError::Corrupt(_))));
        assert!(store.suite_by_upload_token("new").await.unwrap().is_some());
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn deleting_a_suite_leaves_nothing_of_it() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let stays = store.create_suite(organization.id, SuiteSettings::named("stays"), "other", at(0)).await.unwrap();
        let team = store.create_team(organization.id, "t", at(0)).await.unwrap();
        for suite in [web.id, stays.id] {
            let access = proctor_core::organization::SuiteAccess::ReadOnly;
            store.link_team(organization.id, team.id, suite, access, at(0)).await.unwrap();
            let upload = upload(suite, "k", at(1), results(suite, &[TestResult::Passed, TestResult::Failed]));
            store.complete_upload(upload).await.unwrap();
        }
        store.delete_suite(organization.id, web.id).await.unwrap();
        assert_eq!(store.delete_suite(organization.id, web.id).await, Err(StoreError::Missing("suite")));
        for (table, rows) in [("suites", 1), ("team_suites", 1), ("runs", 1), ("uploads", 1), ("segments", 1), ("tests", 2)] {
            assert_eq!(place.rows(table).await, rows, "{table}");
        }
        assert_eq!(store.suite_by_upload_token("token-of-web").await.unwrap(), None);
        let late = upload(web.id, "k", at(2), results(web.id, &[TestResult::Passed]));
        assert_eq!(store.complete_upload(late).await, Err(StoreError::Missing("suite")));
        assert_eq!(store.runs(stays.id, Default::default(), PageRequest { offset: 0, limit: 9 }).await.unwrap().total, 1);
        store.close().await;
    })
    .await;
}
