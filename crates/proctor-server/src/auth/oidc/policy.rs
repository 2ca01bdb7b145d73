//! OIDC policies: which tokens of which issuers may do what to a suite.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Claims;

/// Statements of a policy.
const STATEMENTS_MAX: usize = 100;

/// The policy of a suite: YAML or JSON, a list of statements or a single one.
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// Why a policy cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It is not YAML, or not a list of statements.
    #[error("failed to read the OIDC policy: {0}")]
    Unreadable(String),
    /// It is too long.
    #[error("an OIDC policy has at most {STATEMENTS_MAX} statements")]
    TooLong,
}

/// What one issuer's tokens with these claims may do.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Statement {
    iss: String,
    #[serde(default)]
    claims: BTreeMap<String, Rule>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Document {
    Several(Vec<Statement>),
    One(Statement),
}

/// What a claim must be.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Rule {
    OneOf {
        #[serde(rename = "in")]
        values: Vec<Scalar>,
    },
    Equals(Scalar),
}

/// YAML reads `42` and `true` as what they look like; claims are compared as text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Integer(i64),
    Text(String),
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document: Document = serde_saphyr::from_str(text).map_err(|error| PolicyError::Unreadable(error.to_string()))?;
        let statements = match document {
            Document::Several(statements) => statements,
            Document::One(statement) => vec![statement],
        };
        if statements.len() > STATEMENTS_MAX { Err(PolicyError::TooLong) } else { Ok(Self { statements }) }
    }

    /// The statements that all claims of a (verified) token match.
    pub(super) fn statements_for(&self, claims: &Claims) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.matches(claims))
    }
}

impl Statement {
    pub(super) fn grants(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    fn matches(&self, claims: &Claims) -> bool {
        let is_issuer = claims.issuer().is_some_and(|issuer| issuer.trim_end_matches('/') == self.iss.trim_end_matches('/'));
        is_issuer && self.claims.iter().all(|(name, rule)| claims.text(name).is_some_and(|value| rule.allows(&value)))
    }
}

impl Rule {
    fn allows(&self, value: &str) -> bool {
        match self {
            Self::Equals(expected) => expected.is(value),
            Self::OneOf { values } => values.iter().any(|expected| expected.is(value)),
        }
    }
}

impl Scalar {
    fn is(&self, value: &str) -> bool {
        match self {
            Self::Bool(expected) => value == if *expected { "true" } else { "false" },
            Self::Integer(expected) => value == expected.to_string(),
            Self::Text(expected) => value == expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POLICY: &str = "
- iss: https://agent.example
  claims:
    organization_slug: acme
    build_number: 42
    pipeline_slug:
      in: [web, \"api\"]
  scopes: [write_uploads, read_suites]
- iss: https://other.example
  scopes: [read_suites]
";

    fn granted(policy: &str, claims: serde_json::Value) -> Vec<bool> {
        let claims = Claims(claims.as_object().unwrap().clone());
        Policy::parse(policy).unwrap().statements_for(&claims).map(|statement| statement.grants("write_uploads")).collect()
    }

    #[test]
    fn all_claims_must_match() {
        let claims =
            json!({ "iss": "https://agent.example/", "organization_slug": "acme", "build_number": 42, "pipeline_slug": "api", "x": 1 });
        assert_eq!(granted(POLICY, claims.clone()), [true]);
        for (name, value) in [("pipeline_slug", json!("ios")), ("build_number", json!(43)), ("organization_slug", json!(["acme"]))] {
            let mut other = claims.clone();
            other[name] = value;
            assert!(granted(POLICY, other).is_empty(), "{name}");
        }
        assert_eq!(granted(POLICY, json!({ "iss": "https://other.example" })), [false]);
    }

    #[test]
    fn json_and_single_statements_are_policies_too() {
        let policy = json!({ "iss": "i", "claims": { "a": { "in": ["b"] } }, "scopes": ["write_uploads"] }).to_string();
        assert_eq!(granted(&policy, json!({ "iss": "i", "a": "b" })), [true]);
        assert!(Policy::parse("just text").is_err());
        assert!(Policy::parse("- claims: {}").is_err());
    }
}
