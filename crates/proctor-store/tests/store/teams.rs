//! Teams, their members and their suites.

use proctor_core::id::{SuiteId, TeamId, UserId, Uuid};
use proctor_core::organization::{MembersMay, Role, SuiteAccess, TeamPrivacy, TeamRole, TeamSettings};
use proctor_store::catalog::teams::TeamFilter;
use proctor_store::error::Unique;
use proctor_store::{PageRequest, StoreError};

use crate::engines::{at, on_both};
use crate::fixtures::suite;

#[tokio::test]
async fn teams_are_kept_in_full() {
    on_both(async |place| {
        let store = place.open().await;
        let acme = suite(&store).await.0.id;
        let ada = store.create_user("Ada", "ada@example.test", at(1)).await.unwrap();
        store.set_role(acme, ada.id, Role::Member).await.unwrap();
        let settings = TeamSettings {
            name: "Test Engine".to_owned(),
            description: "Builds it".to_owned(),
            privacy: TeamPrivacy::Secret,
            is_default: true,
            default_member_role: TeamRole::Maintainer,
            members_may: MembersMay { destroy_packages: true, create_suites: true, ..MembersMay::default() },
        };
        let engine = store.create_team_with(acme, settings.clone(), Some(ada.id), at(2)).await.unwrap();
        assert_eq!((engine.slug.as_str(), engine.created_by, &engine.settings), ("test-engine", Some(ada.id), &settings));
        assert_eq!(store.team(acme, engine.id).await.unwrap(), Some(engine.clone()));
        assert_eq!(store.team_by_slug(acme, "test-engine").await.unwrap(), Some(engine.clone()));
        let open = store.create_team(acme, "Open", at(3)).await.unwrap();
        let teams = async |visible_to: Option<UserId>, member: Option<UserId>| {
            let page = Some(PageRequest { offset: 0, limit: 1 });
            let paged = store.teams(acme, TeamFilter { visible_to, member }, page).await.unwrap();
            let whole = store.teams(acme, TeamFilter { visible_to, member }, None).await.unwrap();
            assert_eq!((paged.total, paged.items.first()), (whole.items.len() as u64, whole.items.first()));
            whole.items.into_iter().map(|team| team.id).collect::<Vec<_>>()
        };
        assert_eq!(teams(None, None).await, [engine.id, open.id]);
        assert_eq!(teams(Some(ada.id), None).await, [open.id]);
        assert_eq!(teams(None, Some(ada.id)).await, []);
        store.add_team_member(acme, engine.id, ada.id).await.unwrap();
        assert!(store.is_team_member(engine.id, ada.id).await.unwrap() && !store.is_team_member(open.id, ada.id).await.unwrap());
        assert_eq!(teams(Some(ada.id), None).await, [engine.id, open.id]);
        assert_eq!(teams(None, Some(ada.id)).await, [engine.id]);
        assert_eq!(store.team_members(acme, engine.id).await.unwrap(), std::slice::from_ref(&ada));
        store.remove_team_member(acme, engine.id, ada.id).await.unwrap();
        assert_eq!(store.team_members(acme, engine.id).await.unwrap(), []);
        store.add_team_member(acme, engine.id, ada.id).await.unwrap();

        assert_eq!(store.update_team(acme, open.id, settings.clone()).await, Err(StoreError::Taken(Unique::TeamSlug)));
        let renamed = store.update_team(acme, open.id, TeamSettings::named("Closed")).await.unwrap();
        assert_eq!((renamed.slug.as_str(), renamed.created_at), ("closed", at(3)));
        let nobody = TeamId::new(Uuid::nil());
        assert_eq!(store.update_team(acme, nobody, TeamSettings::named("x")).await, Err(StoreError::Missing("team")));
        store.delete_team(acme, engine.id).await.unwrap();
        assert_eq!(store.delete_team(acme, engine.id).await, Err(StoreError::Missing("team")));
        assert_eq!((place.rows("teams").await, place.rows("team_members").await), (1, 0));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn new_members_of_an_organization_are_in_its_default_teams() {
    on_both(async |place| {
        let store = place.open().await;
        let acme = suite(&store).await.0.id;
        let other = store.create_organization("other", "Other", at(0)).await.unwrap().id;
        let everyone = TeamSettings { is_default: true, ..TeamSettings::named("Everyone") };
        let ada = store.create_user("Ada", "ada@example.test", at(1)).await.unwrap();
        store.set_role(acme, ada.id, Role::Member).await.unwrap();
        let default = store.create_team_with(acme, everyone.clone(), None, at(2)).await.unwrap().id;
        let elsewhere = store.create_team_with(other, everyone, None, at(2)).await.unwrap().id;
        let open = store.create_team(acme, "Open", at(3)).await.unwrap().id;
        store.set_role(acme, ada.id, Role::Administrator).await.unwrap();
        assert!(!store.is_team_member(default, ada.id).await.unwrap(), "a change of role is no beginning");
        assert_eq!(store.role(acme, ada.id).await.unwrap(), Some(Role::Administrator));
        let bob = store.create_user("Bob", "bob@example.test", at(4)).await.unwrap();
        store.set_role(acme, bob.id, Role::Member).await.unwrap();
        let is_in = async |team| store.is_team_member(team, bob.id).await.unwrap();
        assert_eq!((is_in(default).await, is_in(open).await, is_in(elsewhere).await), (true, false, false));
        store.remove_team_member(acme, default, bob.id).await.unwrap();
        store.set_role(acme, bob.id, Role::Member).await.unwrap();
        assert!(!is_in(default).await, "who was taken out stays out");
        store.close().await;
    })
    .await;
}

// contract: general 86
#[tokio::test]
async fn a_team_is_linked_to_a_suite_once() {
    on_both(async |place| {
        let store = place.open().await;
        let (acme, web) = suite(&store).await;
        let team = store.create_team(acme.id, "T", at(1)).await.unwrap().id;
        let add = async |suite| store.add_team_suite(acme.id, team, suite, SuiteAccess::ReadOnly, at(2)).await;
        add(web.id).await.unwrap();
        assert_eq!(add(web.id).await, Err(StoreError::Taken(Unique::TeamSuite)));
        assert!(matches!(add(SuiteId::new(Uuid::nil())).await, Err(StoreError::Missing(_))));
        let link = store.team_suite(acme.id, team, web.id).await.unwrap().unwrap();
        assert_eq!((link.suite_slug.as_str(), link.access, link.created_at), ("web", SuiteAccess::ReadOnly, at(2)));
        store.link_team(acme.id, team, web.id, SuiteAccess::ManageAndRead, at(3)).await.unwrap();
        let links = store.team_suites(acme.id, team, None).await.unwrap();
        assert_eq!((links.total, links.items[0].access, links.items[0].created_at), (1, SuiteAccess::ManageAndRead, at(2)));
        let beyond = store.team_suites(acme.id, team, Some(PageRequest { offset: 1, limit: 9 })).await.unwrap();
        assert_eq!((beyond.total, beyond.items), (1, Vec::new()));
        store.remove_team_suite(acme.id, team, web.id).await.unwrap();
        assert!(matches!(store.remove_team_suite(acme.id, team, web.id).await, Err(StoreError::Missing(_))));
        assert_eq!(store.team_suite(acme.id, team, web.id).await.unwrap(), None);
        store.close().await;
    })
    .await;
}
