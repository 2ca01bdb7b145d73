//! A subscription on the wire.

use proctor_store::catalog::summaries::{LastMail, Summary, SummarySettings};
use serde::Serialize;

use crate::usecases::summaries::weekday_word;

/// A subscription on the wire.
#[derive(Debug, Serialize)]
pub struct SummaryBody {
    id: String,
    /// The slug of the team.
    team: Option<String>,
    addresses: Vec<String>,
    weekday: &'static str,
    hour: u8,
    time_zone: String,
    send_empty: bool,
    next_at: String,
    created_at: String,
    last_mail: Option<MailBody>,
}

/// What became of the last mail.
#[derive(Debug, Serialize)]
struct MailBody {
    id: String,
    status: String,
    attempts: u32,
    error: Option<String>,
    created_at: String,
}

impl SummaryBody {
    /// The body of a subscription to the tests of the team with this slug, if it is one's.
    #[must_use]
    pub fn new(summary: Summary, team: Option<String>, last_mail: Option<&LastMail>) -> Self {
        let Summary { id, suite: _, settings, next_at, created_at } = summary;
        let SummarySettings { recipients, weekday, hour, time_zone, send_empty } = settings;
        let mail = |mail: &LastMail| MailBody {
            id: mail.id.to_string(),
            status: mail.status.clone(),
            attempts: mail.attempts,
            error: mail.error.clone(),
            created_at: mail.created_at.to_string(),
        };
        Self {
            id: id.to_string(),
            team,
            addresses: recipients.addresses,
            weekday: weekday_word(weekday),
            hour,
            time_zone,
            send_empty,
            next_at: next_at.to_string(),
            created_at: created_at.to_string(),
            last_mail: last_mail.map(mail),
        }
    }
}
