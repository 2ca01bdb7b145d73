//! The command line.

use clap::{Parser, Subcommand};

use crate::admin::{OrganizationCommand, SuiteCommand, TeamCommand, TokenCommand, WorkflowCommand};
use crate::backup::BackupArgs;
use crate::demo::DemoArgs;
use crate::export::ExportArgs;
use crate::healthcheck::HealthcheckArgs;
use crate::lint::LintArgs;
use crate::restore::RestoreArgs;
use crate::serve::ServeArgs;
use crate::storage_command::StorageCommandArgs;
use crate::upload::UploadArgs;
use crate::version::version;

/// Proctor keeps every test result of your CI and tells which tests are flaky.
///
/// One binary, one port: collectors, scripts and agents written for the Test Engine API of
/// Buildkite work against it unchanged.
#[derive(Debug, Parser)]
#[command(name = "proctor", version = version(), max_term_width = 80)]
#[command(after_help = "See it at work:     proctor demo\nRun it:             proctor serve\nSend test results:  proctor upload junit.xml")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(Box<ServeArgs>),
    /// Run a server on made-up history, to look around
    Demo(DemoArgs),
    /// Send test reports to a server
    Upload(UploadArgs),
    /// Check test reports without sending them
    Lint(LintArgs),
    /// Show what suites take on disk
    Storage(StorageCommandArgs),
    /// Copy a data directory while its server runs
    Backup(BackupArgs),
    /// Make a data directory from a backup
    Restore(RestoreArgs),
    /// Write a suite's executions to one Parquet file
    Export(ExportArgs),
    /// Administer organizations
    #[command(subcommand)]
    Org(OrganizationCommand),
    /// Administer suites and their upload tokens
    #[command(subcommand)]
    Suite(SuiteCommand),
    /// Administer teams: who is in them, and which suites they have access to
    #[command(subcommand)]
    Team(TeamCommand),
    /// Administer API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Administer workflows, and try rules on stored history
    #[command(subcommand)]
    Workflow(Box<WorkflowCommand>),
    /// Ask a server whether it is ready: for container health checks
    #[command(hide = true)]
    Healthcheck(HealthcheckArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
