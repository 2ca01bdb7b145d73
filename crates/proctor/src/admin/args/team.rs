//! The arguments of `proctor team`.

use std::str::FromStr;

use clap::{Subcommand, ValueEnum};

use crate::admin::args::{SuitePath, TargetArgs};

/// Administer teams: who is in them, and which suites they have access to.
#[derive(Debug, Subcommand)]
pub(crate) enum TeamCommand {
    /// Make a team
    Create {
        /// Its name; TESTOWNERS files name it as addresses do: "Test Engine" becomes test-engine
        #[arg(value_name = "NAME")]
        name: String,
        /// The organization it belongs to
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// List the teams of an organization
    List {
        /// The organization
        #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
        org: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Delete a team; suites that only it had access to are open to everybody again
    Delete {
        /// The team
        #[arg(value_name = "ORG/TEAM")]
        team: TeamPath,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Make a user of the organization a member of a team
    AddMember {
        /// The team
        #[arg(value_name = "ORG/TEAM")]
        team: TeamPath,
        /// The user's e-mail address
        #[arg(value_name = "EMAIL")]
        email: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Give a team access to a suite, or change what it may do there
    Link {
        /// The team
        #[arg(value_name = "ORG/TEAM")]
        team: TeamPath,
        /// The suite, by its name in addresses
        #[arg(value_name = "SUITE")]
        suite: String,
        /// What its members may do: read, or change it too
        #[arg(long, value_name = "read|edit", default_value = "edit", hide_possible_values = true)]
        access: AccessArg,
        #[command(flatten)]
        target: TargetArgs,
    },
}

/// What a team may do with a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessArg {
    /// Read only.
    Read,
    /// Read and change.
    Edit,
}

/// `ORG/TEAM`; without an organization: `default`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TeamPath {
    /// The organization, by its name in addresses.
    pub(crate) organization: String,
    /// The team, by its name in addresses.
    pub(crate) team: String,
}

impl FromStr for TeamPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let SuitePath { organization, suite } =
            text.parse().map_err(|_| "write ORG/TEAM as they stand in addresses, as in default/platform")?;
        Ok(Self { organization, team: suite })
    }
}
