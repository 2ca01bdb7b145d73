//! Messages of workflows to the outside.

use clap::Args;
use proctor_server::delivery::MailSettings;
use proctor_server::settings::{DeliverySettings, GITHUB_URL, LINEAR_URL, PrivateTargets};

use crate::http::base_url;

/// Messages.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub(crate) struct DeliveryArgs {
    /// Let webhooks and Slack messages go to addresses that are not public:
    /// everybody who may edit a workflow can then reach what this machine can reach
    #[arg(long, env = "PROCTOR_ALLOW_PRIVATE_TARGETS")]
    allow_private_targets: bool,
    /// Where GitHub's REST API is
    #[arg(long, value_name = "URL", env = "PROCTOR_GITHUB_URL", default_value = GITHUB_URL, value_parser = parse_url)]
    github_url: String,
    /// Where Linear's API is
    #[arg(long, value_name = "URL", env = "PROCTOR_LINEAR_URL", default_value = LINEAR_URL, value_parser = parse_url)]
    linear_url: String,
    /// The mail server: smtps://user:password@host or smtp://host:587?tls=required; without it no mail is sent
    #[arg(long, value_name = "URL", env = "PROCTOR_SMTP_URL", hide_env_values = true, requires = "mail_from", value_parser = parse_smtp)]
    smtp_url: Option<String>,
    /// The sender of all mail: 'Proctor <proctor@ci.example>'
    #[arg(long, value_name = "MAILBOX", env = "PROCTOR_MAIL_FROM", value_parser = parse_from)]
    mail_from: Option<String>,
}

impl DeliveryArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> DeliverySettings {
        let Self { allow_private_targets, github_url, linear_url, smtp_url, mail_from } = self;
        let private_targets = if *allow_private_targets { PrivateTargets::Allowed } else { PrivateTargets::Refused };
        // Both were looked at when they were read.
        let mail = smtp_url.as_ref().zip(mail_from.as_ref()).and_then(|(url, from)| MailSettings::new(url, from).ok());
        DeliverySettings { private_targets, github_url: github_url.clone(), linear_url: linear_url.clone(), mail }
    }
}

fn parse_url(text: &str) -> Result<String, String> {
    base_url(text).map_err(|_| "write it with its scheme, as in https://api.github.com".to_owned())
}

fn parse_smtp(text: &str) -> Result<String, String> {
    MailSettings::new(text, "proctor@localhost").map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

fn parse_from(text: &str) -> Result<String, String> {
    MailSettings::new("smtp://localhost", text).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}
