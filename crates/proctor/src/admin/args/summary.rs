//! The arguments of `proctor suite summary`.

use clap::{ArgGroup, Args, Subcommand};
use proctor_core::actions::address::is_mail_address;
use proctor_core::id::SummaryId;
use proctor_server::usecases::summaries::{weekday_named, zone_named};

use crate::admin::args::{SuitePath, TargetArgs};

/// Weekly mails about the flaky tests of a suite.
#[derive(Debug, Subcommand)]
pub(crate) enum SummaryCommand {
    /// List who gets them, and when
    List {
        #[command(flatten)]
        place: SummaryPlace,
    },
    /// Send them to the members of a team, or to addresses
    // The usage that names the options of which one is required is wider than a terminal.
    #[command(override_usage = "proctor suite summary add [OPTIONS] <ORG/SUITE>")]
    Add {
        #[command(flatten)]
        settings: NewSummaryArgs,
        #[command(flatten)]
        place: SummaryPlace,
    },
    /// Send them no more
    Delete {
        #[command(flatten)]
        one: OneSummary,
    },
    /// Print what one says now, and send it to nobody
    Preview {
        #[command(flatten)]
        one: OneSummary,
    },
    /// Have the server send one now
    Send {
        #[command(flatten)]
        one: OneSummary,
    },
}

/// Whose.
#[derive(Debug, Args)]
pub(crate) struct SummaryPlace {
    /// The suite
    #[arg(value_name = "ORG/SUITE")]
    pub(crate) suite: SuitePath,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// Which.
#[derive(Debug, Args)]
pub(crate) struct OneSummary {
    #[command(flatten)]
    pub(crate) place: SummaryPlace,
    /// Its id, as 'list' shows it
    #[arg(value_name = "ID", value_parser = parse_id)]
    pub(crate) id: SummaryId,
}

/// Who gets it, and when.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("recipients").args(["team", "to"]).required(true).multiple(true)))]
pub(crate) struct NewSummaryArgs {
    /// The team whose tests it is about, and whose members get it
    #[arg(long, value_name = "TEAM")]
    pub(crate) team: Option<String>,
    /// Who gets it instead, by commas; without a team it is about all tests
    #[arg(long, value_name = "ADDRESS,...", value_delimiter = ',', value_parser = parse_address)]
    pub(crate) to: Vec<String>,
    /// The day of the week
    #[arg(long, value_name = "DAY", default_value = "monday", value_parser = parse_weekday)]
    pub(crate) weekday: u8,
    /// The hour, 0 to 23
    #[arg(long, value_name = "HOUR", default_value_t = 8, value_parser = clap::value_parser!(u8).range(0..=23))]
    pub(crate) hour: u8,
    /// The time zone, as in Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = parse_zone)]
    pub(crate) time_zone: String,
    /// Send a mail too when there is nothing to report
    #[arg(long)]
    pub(crate) send_empty: bool,
}

impl SummaryCommand {
    /// Whose they are.
    pub(crate) const fn place(&self) -> &SummaryPlace {
        match self {
            Self::List { place } | Self::Add { place, .. } => place,
            Self::Delete { one } | Self::Preview { one } | Self::Send { one } => &one.place,
        }
    }
}

fn parse_id(text: &str) -> Result<SummaryId, String> {
    text.trim().parse().map_err(|_| "this is no id: write it as 'proctor suite summary list' shows it".to_owned())
}

fn parse_address(text: &str) -> Result<String, String> {
    if is_mail_address(text) { Ok(text.to_owned()) } else { Err("write a mail address, as in qa@acme.example".to_owned()) }
}

fn parse_weekday(text: &str) -> Result<u8, String> {
    weekday_named(text).ok_or_else(|| "write monday, tuesday, .. or sunday".to_owned())
}

fn parse_zone(text: &str) -> Result<String, String> {
    zone_named(text).map(|_| text.to_owned()).map_err(|_| "write a name of the IANA database, as in Europe/Berlin".to_owned())
}
