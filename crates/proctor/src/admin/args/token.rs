//! The arguments of `proctor token`.

use std::time::Duration;

use clap::{Args, Subcommand};
use proctor_core::id::TokenId;
use proctor_core::scope::{KNOWN_SCOPES, Scope};

use crate::admin::args::TargetArgs;
use crate::quantity::parse_duration;

/// Administer API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make an API token and print it, this once
    Create(NewTokenArgs),
    /// List the API tokens of an organization, without their secrets
    List {
        /// The organization
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Revoke an API token: it stops working at once
    Revoke {
        /// Its id, as the list shows it
        #[arg(value_name = "ID", value_parser = parse_id)]
        id: TokenId,
        /// The organization
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        target: TargetArgs,
    },
}

/// A token to be made.
#[derive(Debug, Args)]
#[command(
    after_help = "Scopes: read_suites, write_suites, read_test_plan, write_test_plan,\n  read_organizations, read_user, read_teams, write_teams, read_builds,\n  read_accounts, graphql, write_tokens, import_history; or all of them: all"
)]
pub(crate) struct NewTokenArgs {
    /// The organization it may be used in
    #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
    pub(crate) org: String,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = parse_description)]
    pub(crate) description: String,
    /// What it may do; several with commas or by repeating
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = parse_scope)]
    pub(crate) scopes: Vec<ScopeChoice>,
    /// When it stops working, from now [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) expires_in: Option<Duration>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// One scope, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScopeChoice {
    /// All that grant something.
    All,
    /// One.
    One(Scope),
}

impl NewTokenArgs {
    /// The scopes, each once.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let mut scopes = Vec::new();
        for choice in &self.scopes {
            let named = match choice {
                ScopeChoice::All => Scope::all_known(),
                ScopeChoice::One(scope) => vec![scope.clone()],
            };
            for scope in named {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
        scopes
    }
}

/// A scope that grants something: others are kept when they come with a migrated list, but a typing mistake is more likely here.
fn parse_scope(text: &str) -> Result<ScopeChoice, String> {
    let name = text.trim();
    if name == "all" {
        return Ok(ScopeChoice::All);
    }
    let scope = KNOWN_SCOPES.contains(&name).then(|| Scope::parse(name)).flatten();
    scope.map(ScopeChoice::One).ok_or_else(|| format!("the scopes are {} and all", KNOWN_SCOPES.join(", ")))
}

/// Who reads the list of tokens later has nothing else to go by.
fn parse_description(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say what the token is for, as in 'CI of the shop'".to_owned()) } else { Ok(text.to_owned()) }
}

fn parse_id(text: &str) -> Result<TokenId, String> {
    text.trim().parse().map_err(|_| "write the id as 'proctor token list' shows it; the token itself is not its id".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_in_words() {
        assert!(parse_description(" ").unwrap_err().contains("what the token is for"));
        assert_eq!(parse_description(" CI ").as_deref(), Ok("CI"));
        assert!(parse_id("prct_x").unwrap_err().contains("proctor token list"));
        assert!(parse_id("01a20bc7-e4c1-7522-a9f1-6292a5e12835").is_ok());
    }
}
