//! The arguments of `proctor lint`.

use clap::Args;

use crate::report::FormatChoice;

/// Check test reports without sending them.
///
/// Reads each file as the server would and tells what it would store, what it would leave
/// out and why.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes:\n  0  every result of every file would be stored\n  1  a file would be refused, or results left out\n  2  a file is missing or the command line is wrong"
)]
pub(crate) struct LintArgs {
    /// Report files, patterns such as 'reports/**/*.xml', or - for stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    /// The format of the files; auto tells it from their content
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = FormatChoice::parser())]
    pub(crate) format: FormatChoice,
    /// The most results in one upload
    #[arg(long, value_name = "COUNT", env = "PROCTOR_UPLOAD_RECORDS_MAX", default_value = "250000")]
    pub(crate) upload_records_max: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
