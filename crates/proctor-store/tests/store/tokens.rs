use proctor_core::scope::{READ_SUITES, Scope, WRITE_SUITES};
use proctor_store::StoreError;
use proctor_store::catalog::tokens::{NewApiToken, Revoked};
use proctor_store::error::Unique;

use crate::engines::{at, on_both};

#[tokio::test]
async fn a_token_is_known_by_its_secret_until_it_is_revoked() {
    on_both(async |place| {
        let store = place.open().await;
        let user = store.create_user("Ada", "ada", at(0)).await.unwrap();
        let acme = store.create_organization("acme", "Acme", at(0)).await.unwrap().id;
        let other = store.create_organization("other", "Other", at(0)).await.unwrap().id;
        let scopes = [WRITE_SUITES, READ_SUITES, "unheard_of"].into_iter().filter_map(Scope::parse).collect();
        let new = NewApiToken {
            user_id: user.id,
            description: "CI".to_owned(),
            scopes,
            organizations: vec![other, acme],
            expires_at: Some(at(100)),
        };
        let token = store.create_api_token(new.clone(), "secret", at(1)).await.unwrap();
        assert_eq!(store.create_api_token(new.clone(), "secret", at(2)).await, Err(StoreError::Taken(Unique::ApiToken)));
        assert_eq!(store.api_token_by_secret("secret").await.unwrap(), Some(token.clone()));
        assert_eq!(store.api_token_by_secret("Secret").await.unwrap(), None);
        let elsewhere = NewApiToken { organizations: vec![other], expires_at: None, ..new };
        let second = store.create_api_token(elsewhere, "second", at(2)).await.unwrap();
        assert_eq!(store.api_tokens(acme).await.unwrap(), vec![token.clone()]);
        assert_eq!(store.api_tokens(other).await.unwrap(), [token.clone(), second.clone()]);
        assert_eq!(store.revoke_api_token(token.id).await.unwrap(), Revoked::Revoked);
        assert_eq!(store.revoke_api_token(token.id).await.unwrap(), Revoked::NoSuchToken);
        assert_eq!(store.api_token_by_secret("secret").await.unwrap(), None);
        assert_eq!(store.api_tokens(other).await.unwrap(), [second]);
        store.close().await;
    })
    .await;
}
