//! Scopes: what an API token may do (`rest-api.md`, section 1.4).

use std::fmt;

/// A scope by its name. Names that Proctor does not know are kept and echoed, so that a migrated token stays valid; they grant nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

macro_rules! scopes {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub const $constant: &str = $name;)*

        /// Every scope that grants something, in the order in which help texts list them.
        pub const KNOWN_SCOPES: &[&str] = &[$($constant),*];
    };
}

scopes! {
    /// Every GET below an organization's suites, and `tests/find`.
    READ_SUITES = "read_suites";
    /// Create, update, delete suites; labels, states, execution tags.
    WRITE_SUITES = "write_suites";
    /// Fetch a test plan.
    READ_TEST_PLAN = "read_test_plan";
    /// Create test plans.
    WRITE_TEST_PLAN = "write_test_plan";
    /// `GET /v2/organizations[/{org}]`.
    READ_ORGANIZATIONS = "read_organizations";
    /// `GET /v2/user`.
    READ_USER = "read_user";
    /// Teams and their suites, reading.
    READ_TEAMS = "read_teams";
    /// Teams and their suites, writing.
    WRITE_TEAMS = "write_teams";
    /// The builds subset.
    READ_BUILDS = "read_builds";
    /// The rate limit of an organization.
    READ_ACCOUNTS = "read_accounts";
    /// GraphQL.
    GRAPHQL = "graphql";
    /// Proctor's own: list, create and revoke API tokens and organizations over HTTP.
    WRITE_TOKENS = "write_tokens";
    /// Proctor's own: upload with a receive time in the past.
    IMPORT_HISTORY = "import_history";
}

impl Scope {
    /// Reads a scope's name: lower-case letters, digits and `_`, 1 to 64 bytes. `None` otherwise.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let is_name =
            (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        is_name.then(|| Self(name.to_owned()))
    }

    /// All scopes that grant something.
    #[must_use]
    pub fn all_known() -> Vec<Self> {
        KNOWN_SCOPES.iter().map(|name| Self((*name).to_owned())).collect()
    }

    /// The scope's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
