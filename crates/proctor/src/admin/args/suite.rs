//! The arguments of `proctor suite`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use proctor_core::retention::Keep;
use proctor_core::suite::{IdenticalUploads, LABEL_TAG_KEYS_MAX};
use proctor_core::tags::is_tag_key;

use crate::admin::args::{SummaryCommand, TargetArgs};
use crate::quantity::{parse_identical, parse_keep};

/// Administer suites and their upload tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum SuiteCommand {
    /// Make a suite and print its upload token
    Create {
        /// Its name; the name in addresses follows from it
        #[arg(value_name = "NAME")]
        name: String,
        /// The organization it belongs to
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        #[command(flatten)]
        settings: SuiteSettingArgs,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// List the suites of an organization
    List {
        /// The organization
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Show a suite
    Show {
        /// The suite
        #[arg(value_name = "ORG/SUITE")]
        suite: SuitePath,
        /// Show its upload token too
        #[arg(long)]
        show_token: bool,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Change a suite: what is not named stays; an empty value clears
    Update {
        /// The suite
        #[arg(value_name = "ORG/SUITE")]
        suite: SuitePath,
        /// Another name; the name in addresses changes with it
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        settings: SuiteSettingArgs,
        /// Take uploads, or answer them with 403 (data directory only)
        #[arg(long, value_name = "on|off", hide_possible_values = true)]
        uploads: Option<Switch>,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Delete a suite with all its runs and results
    Delete {
        /// The suite
        #[arg(value_name = "ORG/SUITE")]
        suite: SuitePath,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Weekly mails about flaky tests
    #[command(subcommand)]
    Summary(Box<SummaryCommand>),
    /// Give a suite another upload token; the old one stops working at once
    RotateToken {
        /// The suite
        #[arg(value_name = "ORG/SUITE")]
        suite: SuitePath,
        #[command(flatten)]
        target: TargetArgs,
    },
}

/// What may be set on a suite.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SuiteSettingArgs {
    /// The branch whose results say how healthy the suite is; main for a new suite
    #[arg(long, value_name = "BRANCH")]
    pub(crate) default_branch: Option<String>,
    /// The application that it tests
    #[arg(long, value_name = "NAME")]
    pub(crate) application_name: Option<String>,
    /// Its colour, #RRGGBB
    #[arg(long, value_name = "COLOR", value_parser = parse_color)]
    pub(crate) color: Option<String>,
    /// Its emoji
    #[arg(long, value_name = "EMOJI")]
    pub(crate) emoji: Option<String>,
    /// A file with its OIDC policy
    #[arg(long, value_name = "FILE")]
    pub(crate) oidc_policy: Option<PathBuf>,
    /// Where its code is
    #[arg(long, value_name = "URL")]
    pub(crate) repo_url: Option<String>,
    /// Look for flaky tests; on for a new suite
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    pub(crate) flaky_detection: Option<Switch>,
    /// When a repeated upload is stored once: always, lost_reply or off
    #[arg(long, value_name = "WHEN", value_parser = parse_identical)]
    pub(crate) identical_uploads: Option<IdenticalUploads>,
    /// How many days executions are kept; at first as the server says
    #[arg(long, value_name = "DAYS|forever", value_parser = parse_keep)]
    pub(crate) retention_days: Option<Keep>,
    /// How many days the aggregates of days without executions are kept
    #[arg(long, value_name = "DAYS|forever", value_parser = parse_keep)]
    pub(crate) aggregates_days: Option<Keep>,
    /// Keys of execution tags whose values become labels of tests, by commas
    #[arg(long, value_name = "KEY,...", value_parser = parse_tag_keys)]
    pub(crate) label_tag_keys: Option<TagKeys>,
    /// Manage states of tests; on for a new suite
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    pub(crate) test_states: Option<Switch>,
    /// Let tests be muted; on for a new suite
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    pub(crate) muting: Option<Switch>,
    /// Let tests be skipped; on for a new suite
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    pub(crate) skipping: Option<Switch>,
}

/// Keys of tags, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagKeys(pub(crate) Vec<String>);

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// `ORG/SUITE`; without an organization: `default`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SuitePath {
    /// The organization, by its name in addresses.
    pub(crate) organization: String,
    /// The suite, by its name in addresses.
    pub(crate) suite: String,
}

impl FromStr for SuitePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (organization, suite) = text.split_once('/').unwrap_or(("default", text));
        let is_slug = |slug| proctor_core::slug::is_slug(slug);
        if is_slug(organization) && is_slug(suite) {
            return Ok(Self { organization: organization.to_owned(), suite: suite.to_owned() });
        }
        Err("write ORG/SUITE as they stand in addresses, as in default/checkout-api".to_owned())
    }
}

/// An empty text names none.
fn parse_tag_keys(text: &str) -> Result<TagKeys, String> {
    let mut keys: Vec<String> = Vec::new();
    for key in text.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        if !is_tag_key(key) {
            return Err(format!("'{key}' is no key of a tag that an upload could have"));
        }
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    if keys.len() > LABEL_TAG_KEYS_MAX { Err(format!("name at most {LABEL_TAG_KEYS_MAX} keys")) } else { Ok(TagKeys(keys)) }
}

fn parse_color(text: &str) -> Result<String, String> {
    let is_color = text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_color || text.is_empty() { Ok(text.to_owned()) } else { Err("write #RRGGBB, as in #1F6FEB".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_named_with_or_without_their_organization() {
        let path = |text: &str| text.parse::<SuitePath>().map(|path| (path.organization, path.suite)).ok();
        assert_eq!(path("acme/web"), Some(("acme".to_owned(), "web".to_owned())));
        assert_eq!(path("web"), Some(("default".to_owned(), "web".to_owned())));
        for text in ["", "/web", "acme/", "Acme/Web", "a/b/c"] {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
