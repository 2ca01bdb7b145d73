//! The arguments of `proctor workflow`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use proctor_server::api::proctor::workflows::{DAYS_DEFAULT, DAYS_MAX};

use crate::admin::args::{SuitePath, TargetArgs};

/// Administer workflows: rules that find flaky, slow and new tests, and what is done about them.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowCommand {
    /// List the workflows of a suite
    List {
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Show a workflow as YAML
    Show {
        /// The workflow, by its name
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Make a workflow from a file with one document
    Create {
        /// The file, YAML or JSON; - for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        application: ApplicationArgs,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Change a workflow: what the file does not name stays
    Update {
        /// The workflow, by its name
        #[arg(value_name = "NAME")]
        name: String,
        /// The file, YAML or JSON; - for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        application: ApplicationArgs,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Delete a workflow; what it did to tests stays
    Delete {
        /// The workflow, by its name
        #[arg(value_name = "NAME")]
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Try a rule on all stored history: what it would have flagged, and when
    Backtest {
        /// A file with the rule: a monitor, and filters; - for stdin
        #[arg(value_name = "FILE", required_unless_present = "name", conflicts_with = "name")]
        file: Option<PathBuf>,
        /// A workflow of the suite, by its name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Tell what a workflow would do if it were saved now
    Preview {
        /// A file with the workflow, or - for stdin; if the suite has one of that
        /// name, the two are compared
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Tell of so many days, today and those before it
        #[arg(long, value_name = "DAYS", default_value_t = DAYS_DEFAULT, value_parser = clap::value_parser!(u16).range(1..=i64::from(DAYS_MAX)))]
        days: u16,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Make the workflows of a suite those of a file
    Apply {
        /// The file: `workflows:`, a list of documents; - for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Delete workflows that the file does not have
        #[arg(long)]
        prune: bool,
        #[command(flatten)]
        application: ApplicationArgs,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Tell what `apply` would do; exit code 1 if it would do anything
    Diff {
        /// The file: `workflows:`, a list of documents; - for stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// As with apply
        #[arg(long)]
        prune: bool,
        #[command(flatten)]
        place: WorkflowPlace,
    },
    /// Print the workflows of a suite as a file for `apply`
    Export {
        #[command(flatten)]
        place: WorkflowPlace,
    },
}

/// Whose workflows.
#[derive(Debug, Args)]
pub(crate) struct WorkflowPlace {
    /// The suite
    #[arg(long, value_name = "ORG/SUITE", env = "PROCTOR_SUITE")]
    pub(crate) suite: SuitePath,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// What becomes of the differences that stored history makes.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ApplicationArgs {
    /// Report tests whose state stored history changes, once each; else it is
    /// taken in quietly
    #[arg(long)]
    pub(crate) fire: bool,
}

impl WorkflowCommand {
    /// Whose workflows it is about.
    pub(crate) const fn place(&self) -> &WorkflowPlace {
        match self {
            Self::List { place }
            | Self::Show { place, .. }
            | Self::Create { place, .. }
            | Self::Update { place, .. }
            | Self::Delete { place, .. }
            | Self::Backtest { place, .. }
            | Self::Preview { place, .. }
            | Self::Apply { place, .. }
            | Self::Diff { place, .. }
            | Self::Export { place } => place,
        }
    }
}
