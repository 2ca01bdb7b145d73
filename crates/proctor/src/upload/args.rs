//! The arguments of `proctor upload`.

use std::time::Duration;

use clap::Args;

use crate::quantity::parse_duration;
use crate::report::FormatChoice;

/// Send test reports to a server.
///
/// Finds out the format of each file and what the CI system says about the build, sends
/// each file as one upload of the same run, and prints the receipt.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct UploadArgs {
    /// Report files, patterns such as 'reports/**/*.xml', or - for stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    /// The format of the files; auto tells it from their content
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = FormatChoice::parser())]
    pub(crate) format: FormatChoice,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) history: HistoryArgs,
}

/// Where to, and how patiently.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArgs {
    /// The address of the server
    #[arg(long, value_name = "URL", env = "PROCTOR_URL", default_value = "http://127.0.0.1:8787")]
    pub(crate) url: String,
    /// The upload token of the suite
    /// [env: BUILDKITE_ANALYTICS_TOKEN or PROCTOR_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// How often to try again after a failure that may pass
    #[arg(long, value_name = "COUNT", env = "PROCTOR_UPLOAD_RETRIES", default_value = "5", value_parser = clap::value_parser!(u32).range(..=100))]
    pub(crate) retries: u32,
    /// How long one try may take
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// What is said about the run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Run (default: as the CI system says)")]
pub(crate) struct RunArgs {
    /// What groups uploads into one run: the same for all jobs of a build
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The branch
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// The revision
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<String>,
    /// The number of the build
    #[arg(long, value_name = "TEXT")]
    pub(crate) number: Option<String>,
    /// The job inside the build
    #[arg(long, value_name = "ID")]
    pub(crate) job_id: Option<String>,
    /// The commit message
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// A link to the build
    #[arg(long, value_name = "URL")]
    pub(crate) build_url: Option<String>,
    /// A path to put in front of the file names of native reports
    #[arg(long, value_name = "PATH", env = "BUILDKITE_ANALYTICS_LOCATION_PREFIX")]
    pub(crate) location_prefix: Option<String>,
    /// The test runner, where the report does not tell: pytest, gotest, vitest, …
    #[arg(long, value_name = "NAME")]
    pub(crate) test_runner: Option<String>,
    /// A tag for every result of these files; may be repeated, at most 10 times
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = parse_tag)]
    pub(crate) tags: Vec<(String, String)>,
}

/// Bringing history along.
#[derive(Debug, Args)]
#[command(next_help_heading = "History (docs/import-history.md)")]
pub(crate) struct HistoryArgs {
    /// When the results were received, RFC 3339, in the past; the token must be an API
    /// token with the scope import_history
    #[arg(long, value_name = "TIME", requires = "suite", value_parser = parse_time)]
    pub(crate) received_at: Option<String>,
    /// The suite the history belongs to
    #[arg(long, value_name = "ORG/SUITE", requires = "received_at", value_parser = parse_suite)]
    pub(crate) suite: Option<String>,
}

const AFTER_HELP: &str = "\
Each file is one upload; all of them belong to one run. Buildkite, GitHub Actions, GitLab, CircleCI, Jenkins and Azure Pipelines are \
recognised. Elsewhere set BUILDKITE_ANALYTICS_KEY, _BRANCH, _SHA, _NUMBER, _JOB_ID, _MESSAGE and _URL, or the options above; without \
a key each call makes a run of its own.

Exit codes:
  0  every result of every file is stored
  1  a file was refused, or results were left out: the receipt says why
  2  a file is missing, or the command line or the environment is wrong
  3  the server could not be reached, or did not recover in time";

fn parse_tag(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
    pair.map(|(key, value)| (key.trim().to_owned(), value.to_owned())).ok_or_else(|| "write KEY=VALUE, as in team=billing".to_owned())
}

fn parse_time(text: &str) -> Result<String, String> {
    let time = proctor_core::time::Timestamp::parse_rfc3339(text);
    time.map(|time| time.to_string()).ok_or_else(|| "write it as 2026-10-31T09:30:00Z".to_owned())
}

fn parse_suite(text: &str) -> Result<String, String> {
    let is_path = text.split_once('/').is_some_and(|(org, suite)| !org.is_empty() && !suite.is_empty() && !suite.contains('/'));
    if is_path { Ok(text.to_owned()) } else { Err("write ORG/SUITE, as in default/checkout-api".to_owned()) }
}
