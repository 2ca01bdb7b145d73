//! Windows of questions about tests.

use clap::Args;
use proctor_core::window::{Period, WindowLimits};

use crate::quantity::parse_period;

/// Windows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Windows")]
pub(crate) struct WindowArgs {
    /// From how long ago metrics of tests come when nobody says
    #[arg(long, value_name = "PERIOD", env = "PROCTOR_DEFAULT_PERIOD", default_value = "7days", value_parser = parse_period)]
    default_period: Period,
    /// The longest window of metrics, in days of 24 hours
    #[arg(long, value_name = "DAYS", env = "PROCTOR_WINDOW_DAYS_MAX", default_value = "120", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    window_days_max: u32,
}

impl WindowArgs {
    /// The settings.
    pub(crate) fn limits(&self) -> WindowLimits {
        let Self { default_period, window_days_max } = self;
        WindowLimits { default_period: *default_period, days_max: *window_days_max }
    }
}
