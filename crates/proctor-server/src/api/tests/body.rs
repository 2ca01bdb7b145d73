//! A test on the wire (`rest-api.md`, 3.3).

use proctor_store::catalog::tests::KnownTest;
use serde::Serialize;

use crate::urls::SuiteUrls;

/// A test on the wire, without metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestBody {
    id: String,
    url: String,
    web_url: String,
    scope: String,
    name: String,
    location: String,
    file_name: String,
    labels: Vec<String>,
}

impl TestBody {
    /// The test with its addresses.
    #[must_use]
    pub fn new(test: KnownTest, urls: &SuiteUrls) -> Self {
        let KnownTest { ordinal: _, id, scope, name, location, file_name, labels, state: _, owners: _, created_at: _ } = test;
        Self {
            id: id.to_string(),
            url: urls.test(id),
            web_url: urls.test_web(id),
            scope,
            name,
            location: location.unwrap_or_default(),
            file_name: file_name.unwrap_or_default(),
            labels,
        }
    }
}
