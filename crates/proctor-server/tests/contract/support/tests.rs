//! Tests of the first suite, as contract tests ask for them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, TestApp};

impl TestApp {
    /// What `find` says of a test of the scope `Cart`.
    pub(crate) async fn find(&self, name: &str) -> Value {
        let found = self.post(&self.s("/tests/find"), &json!({ "scope": "Cart", "name": name })).await;
        assert_eq!(found.status, 200, "{}", found.text);
        found.json()
    }

    /// The path of a test of the scope `Cart` with `rest` behind it.
    pub(crate) async fn t(&self, name: &str, rest: &str) -> String {
        let id = self.find(name).await["id"].as_str().expect("an id").to_owned();
        self.s(&format!("/tests/{id}{rest}"))
    }

    /// A `PUT` without a body.
    pub(crate) async fn put(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::PUT, path)).await
    }
}

/// The names of the tests of a list, in its order.
pub(crate) fn names(answer: &Answer) -> Vec<String> {
    answer.array().iter().map(|test| test["name"].as_str().expect("a name").to_owned()).collect()
}
