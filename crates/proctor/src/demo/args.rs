//! The arguments of `proctor demo`.

use clap::Args;

use crate::serve::{DEFAULT_LISTEN, parse_listen};

/// Run a server on made-up history, to look around.
///
/// Makes a store in a temporary directory, sends it four weeks of test reports through its
/// own upload API, and serves it until Ctrl-C. Nothing is kept afterwards.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "PROCTOR_LISTEN", default_value = DEFAULT_LISTEN, value_parser = parse_listen)]
    pub(crate) listen: String,
    /// What to log: error, warn, info, debug, trace
    #[arg(long, value_name = "FILTER", env = "PROCTOR_LOG", default_value = "warn")]
    pub(crate) log: String,
    /// How many runs to make up
    #[arg(long, value_name = "COUNT", default_value = "320", hide = true, value_parser = clap::value_parser!(u32).range(8..=100_000))]
    pub(crate) runs: u32,
}
