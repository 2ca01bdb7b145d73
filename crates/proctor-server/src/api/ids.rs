//! Ids of GraphQL, which REST bodies carry too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proctor_core::id::Uuid;

/// The id that GraphQL knows a thing by: base64 of `Type---uuid` (`rest-api.md`, section 1.7).
#[must_use]
pub fn graphql_id(kind: &str, id: Uuid) -> String {
    STANDARD.encode(format!("{kind}---{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_contract() {
        let id = "f08db22f-d293-456a-b170-fab23d90fbac".parse().unwrap();
        assert_eq!(graphql_id("Suite", id), "U3VpdGUtLS1mMDhkYjIyZi1kMjkzLTQ1NmEtYjE3MC1mYWIyM2Q5MGZiYWM=");
    }
}
