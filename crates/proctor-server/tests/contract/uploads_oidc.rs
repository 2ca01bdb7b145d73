//! `uploads.md`, section 2: JSON Web Tokens instead of an upload token.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proctor_core::suite::SuiteSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, SuiteFixture, TestApp};
use crate::uploads_support::{envelope, passed};

const ISSUER: &str = "https://agent.example.test";
const SERVER: &str = "https://proctor.example.test";

/// An Ed25519 key in PKCS#8: a made-up one.
fn key(seed: u8) -> EncodingKey {
    let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

fn signed(seed: u8, claims: &Value) -> String {
    encode(&Header::new(Algorithm::EdDSA), claims, &key(seed)).expect("a token")
}

struct Fixture {
    app: TestApp,
    suite: SuiteFixture,
    _keys: tempfile::NamedTempFile,
}

impl Fixture {
    async fn start() -> Self {
        let keys = tempfile::NamedTempFile::new().unwrap();
        let set = JwkSet { keys: vec![Jwk::from_encoding_key(&key(1), Algorithm::EdDSA).unwrap()] };
        std::fs::write(keys.path(), serde_json::to_vec(&set).unwrap()).unwrap();
        let path = keys.path().to_owned();
        let app = TestApp::builder()
            .settings(|settings| {
                settings.public_url = Some(SERVER.to_owned());
                settings.oidc.key_files = vec![(ISSUER.to_owned(), path)];
            })
            .start()
            .await;
        let policy = format!(
            "- iss: {ISSUER}\n  claims:\n    organization_slug: acme\n    pipeline_slug: {{ in: [web, api] }}\n  scopes: [write_uploads]\n\
             - iss: {ISSUER}\n  claims: {{ organization_slug: reader }}\n  scopes: [read_suites]\n"
        );
        let settings = SuiteSettings { oidc_policy: Some(policy), ..SuiteSettings::named("Trusting") };
        let suite = app.new_suite_in(app.organization.id, settings).await;
        Self { app, suite, _keys: keys }
    }

    fn claims(&self) -> Value {
        let now = self.app.now().seconds();
        let suite = &self.suite.suite.slug;
        json!({
            "iss": ISSUER, "aud": format!("{SERVER}/organizations/northwind/analytics/suites/{suite}"),
            "iat": now, "nbf": now, "exp": now + 300, "organization_slug": "acme", "pipeline_slug": "web",
        })
    }

    async fn upload(&self, token: &str) -> Answer {
        let request = self.app.anonymous(Method::POST, "/v1/uploads").header("authorization", format!("Token token=\"{token}\""));
        Answer::to(request.json(&envelope("k", passed(1)))).await
    }

    async fn upload_with(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut claims = self.claims();
        change(&mut claims);
        self.upload(&signed(1, &claims)).await
    }
}

// contract: uploads 6
#[tokio::test]
async fn a_trusted_token_uploads() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.upload_with(|_| ()).await.status, 202);
    let api = format!("{SERVER}/v2/analytics/organizations/northwind/suites/{}", fixture.suite.suite.slug);
    assert_eq!(fixture.upload_with(|claims| claims["aud"] = json!(["https://other", api])).await.status, 202);
    let now = fixture.app.now().seconds();
    assert_eq!(fixture.upload_with(|claims| claims["exp"] = json!(now - 30)).await.status, 202);
}

// contract: uploads 6
#[tokio::test]
async fn any_other_token_does_not() {
    let fixture = Fixture::start().await;
    let answer = fixture.upload_with(|claims| claims["organization_slug"] = json!("reader")).await;
    assert_eq!((answer.status, answer.message().contains("write_uploads")), (403, true));
    let now = fixture.app.now().seconds();
    let changes: [(&str, Value); 7] = [
        ("aud", json!(format!("{SERVER}/organizations/northwind/analytics/suites/checkout-api"))),
        ("aud", json!("https://elsewhere.test/organizations/northwind/analytics/suites/trusting")),
        ("iss", json!("https://somebody.else")),
        ("exp", json!(now - 120)),
        ("nbf", json!(now + 120)),
        ("pipeline_slug", json!("ios")),
        ("organization_slug", json!(null)),
    ];
    for (name, value) in changes {
        let answer = fixture.upload_with(|claims| claims[name] = value.clone()).await;
        assert_eq!(answer.status, 401, "{name} {value}: {}", answer.text);
    }
    assert_eq!(fixture.upload(&signed(2, &fixture.claims())).await.status, 401);
    let forged = encode(&Header::new(Algorithm::HS256), &fixture.claims(), &EncodingKey::from_secret(b"x")).unwrap();
    assert_eq!(fixture.upload(&forged).await.status, 401);
}
