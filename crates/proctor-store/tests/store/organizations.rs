use proctor_core::id::{OrganizationId, SuiteId, TeamId, UserId, Uuid};
use proctor_core::organization::{Role, SuiteAccess};
use proctor_core::suite::SuiteSettings;
use proctor_store::error::Unique;
use proctor_store::{PageRequest, StoreError};

use crate::engines::{at, on_both};

#[tokio::test]
async fn organizations_are_found_by_slug_and_id() {
    on_both(async |place| {
        let store = place.open().await;
        let acme = store.create_organization("acme", "Acme", at(1)).await.unwrap();
        let other = store.create_organization("other", "Öther\0", at(2)).await.unwrap();
        assert_eq!(store.create_organization("acme", "Again", at(3)).await, Err(StoreError::Taken(Unique::OrganizationSlug)));
        assert_eq!(store.organization_by_slug("acme").await.unwrap(), Some(acme.clone()));
        assert_eq!(store.organization(acme.id).await.unwrap(), Some(acme.clone()));
        assert_eq!(store.organization(OrganizationId::new(Uuid::nil())).await.unwrap(), None);
        // NUL is nothing that both databases could keep
        assert_eq!(store.organization(other.id).await.unwrap().unwrap().name, "Öther\u{FFFD}");
        let page = PageRequest { offset: 1, limit: 5 };
        let found = store.organizations(&[other.id, acme.id, OrganizationId::new(Uuid::nil())], page).await.unwrap();
        assert_eq!((found.total, found.items[0].id, found.items.len()), (2, other.id, 1));
        assert_eq!(store.organizations(&[], page).await.unwrap().total, 0);
        assert_eq!(store.all_organizations().await.unwrap().len(), 2);
        store.ping().await.unwrap();
        store.close().await;
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    })
    .await;
}

#[tokio::test]
async fn users_have_one_role_in_each_organization() {
    on_both(async |place| {
        let store = place.open().await;
        let acme = store.create_organization("acme", "Acme", at(1)).await.unwrap().id;
        let ada = store.create_user("Ada", "Ada@Example.test", at(2)).await.unwrap();
        assert_eq!(store.create_user("A", "ada@example.test", at(3)).await, Err(StoreError::Taken(Unique::UserEmail)));
        assert_eq!(store.user(ada.id).await.unwrap(), Some(ada.clone()));
        assert_eq!(store.user_by_email("ADA@example.test").await.unwrap(), Some(ada.clone()));
        assert_eq!(store.user(UserId::new(Uuid::nil())).await.unwrap(), None);
        assert_eq!(store.role(acme, ada.id).await.unwrap(), None);
        store.set_role(acme, ada.id, Role::Member).await.unwrap();
        store.set_role(acme, ada.id, Role::Administrator).await.unwrap();
        assert_eq!(store.role(acme, ada.id).await.unwrap(), Some(Role::Administrator));
        store.close().await;
    })
    .await;
}

// contract: general 43 (edit permission)
#[tokio::test]
async fn teams_say_which_suites_a_member_may_change() {
    on_both(async |place| {
        let store = place.open().await;
        let acme = store.create_organization("acme", "Acme", at(1)).await.unwrap().id;
        let (admin, member, stranger) = (user(&store, "a").await, user(&store, "m").await, user(&store, "s").await);
        store.set_role(acme, admin, Role::Administrator).await.unwrap();
        store.set_role(acme, member, Role::Member).await.unwrap();
        let mut suites = Vec::new();
        for name in ["free", "read", "write", "foreign"] {
            suites.push(store.create_suite(acme, SuiteSettings::named(name), name, at(2)).await.unwrap().id);
        }
        let ours = store.create_team(acme, "Our Team", at(3)).await.unwrap();
        let theirs = store.create_team(acme, "theirs", at(3)).await.unwrap();
        assert_eq!(store.create_team(acme, "our team", at(4)).await, Err(StoreError::Taken(Unique::TeamSlug)));
        assert_eq!(store.team(acme, ours.id).await.unwrap(), Some(ours.clone()));
        assert_eq!(store.team(OrganizationId::new(Uuid::nil()), ours.id).await.unwrap(), None);
        store.add_team_member(acme, ours.id, member).await.unwrap();
        store.add_team_member(acme, ours.id, member).await.unwrap();
        store.link_team(acme, ours.id, suites[1], SuiteAccess::ReadOnly, at(5)).await.unwrap();
        store.link_team(acme, ours.id, suites[2], SuiteAccess::ReadOnly, at(5)).await.unwrap();
        store.link_team(acme, ours.id, suites[2], SuiteAccess::ManageAndRead, at(6)).await.unwrap();
        store.link_team(acme, theirs.id, suites[3], SuiteAccess::ManageAndRead, at(6)).await.unwrap();
        let editable = async |user| store.editable_suites(acme, user, &suites).await.unwrap();
        assert_eq!(editable(admin).await, suites);
        assert_eq!(editable(member).await, [suites[0], suites[2]]);
        assert_eq!(editable(stranger).await, []);
        assert_eq!(store.editable_suites(acme, admin, &[]).await.unwrap(), []);
        let nobody = TeamId::new(Uuid::nil());
        assert!(matches!(store.add_team_member(acme, nobody, member).await, Err(StoreError::Missing(_))));
        let nothing = SuiteId::new(Uuid::nil());
        let linked = store.link_team(acme, ours.id, nothing, SuiteAccess::ReadOnly, at(7)).await;
        assert!(matches!(linked, Err(StoreError::Missing(_))));
        store.close().await;
    })
    .await;
}

async fn user(store: &proctor_store::Store, name: &str) -> UserId {
    store.create_user(name, name, at(1)).await.unwrap().id
}
