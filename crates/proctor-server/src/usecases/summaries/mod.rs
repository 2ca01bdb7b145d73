//! The weekly summary of flaky tests (`workflows.md`, section 10).
//!
//! When a subscription is due, the executions of two weeks are read as monitors read them, and the summary is written down with when the
//! next one is due, in one transaction; the deliverer sends it. Its id follows from the subscription and the week, and is the mail's
//! `Message-ID`: however often it is made or sent, it is one mail to who receives it.

mod gather;
mod mail;
mod schedule;

use http::{HeaderMap, Uri};
use proctor_core::day::DAY_MS;
use proctor_core::flaky_week::Weeks;
use proctor_core::id::Uuid;
use proctor_core::time::Timestamp;
use proctor_store::catalog::summaries::{Summary, SummaryMail};
use proctor_store::{Store, StoreError};
use sha2::{Digest, Sha256};

pub use gather::{Gathered, Line, Report};
pub use mail::written;
pub use schedule::{Schedule, UnknownZone, WEEKDAYS, weekday_named, weekday_word, zone_named};

use crate::settings::Settings;
use crate::urls::{SuiteUrls, Urls};

/// Subscriptions that one pass looks at.
const DUE_MAX: u32 = 100;
const WEEK_MS: i64 = 7 * DAY_MS;

/// Makes all summaries that are due. One that cannot be made does not keep the others waiting.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn send_due(store: &Store, settings: &Settings, now: Timestamp) -> Result<(), StoreError> {
    let mut all = store.due_summaries(now, DUE_MAX).await?;
    // Those of one suite one after the other: what is read for one serves the next.
    all.sort_by_key(|due| (due.suite, due.next_at, due.id));
    let mut kept = None;
    for due in all {
        if let Err(error) = make(store, settings, &due, (now, &mut kept)).await {
            tracing::warn!(%error, summary = %due.id, "a weekly summary was not made; it is tried again");
        }
    }
    Ok(())
}

async fn make(
    store: &Store,
    settings: &Settings,
    due: &Summary,
    (now, kept): (Timestamp, &mut Option<Gathered>),
) -> Result<(), StoreError> {
    let Ok(schedule) = Schedule::of(&due.settings) else {
        // A zone that this version does not know any more.
        tracing::error!(summary = %due.id, zone = due.settings.time_zone, "the time zone of a weekly summary is unknown");
        return store.finish_summary(due, None, now.plus_millis(WEEK_MS), now).await;
    };
    // Of weeks that nobody was there for only the last one is told of.
    let weeks = schedule.weeks(schedule.last_until(now).max(due.next_at));
    let mail = match summarize_with(store, settings, due, weeks, kept).await? {
        Some((report, urls)) if !report.is_empty() || due.settings.send_empty => {
            Some(SummaryMail { id: mail_id(due, weeks), text: written(&report, &schedule, &urls) })
        }
        _ => None,
    };
    store.finish_summary(due, mail, schedule.next_after(now), now).await
}

/// What a subscription says of these weeks. None: its suite is gone.
///
/// # Errors
/// When the store cannot be read.
pub async fn summarize(
    store: &Store,
    settings: &Settings,
    summary: &Summary,
    weeks: Weeks,
) -> Result<Option<(Report, SuiteUrls)>, StoreError> {
    summarize_with(store, settings, summary, weeks, &mut None).await
}

/// As [`summarize`]; what was read before is used if it fits, and what is read is left for the next.
async fn summarize_with(
    store: &Store,
    settings: &Settings,
    summary: &Summary,
    weeks: Weeks,
    kept: &mut Option<Gathered>,
) -> Result<Option<(Report, SuiteUrls)>, StoreError> {
    let Some(suite) = store.suite(summary.suite).await? else { return Ok(None) };
    let Some(organization) = store.organization(suite.organization_id).await? else { return Ok(None) };
    let urls = Urls::of(settings, &Uri::default(), &HeaderMap::new()).suite(&organization.slug, &suite.slug);
    let gathered = match kept.take() {
        Some(gathered) if gathered.is_of(suite.id, weeks) => gathered,
        _ => Gathered::read(store, &suite, weeks).await?,
    };
    let report = gathered.report(store, &suite, summary.settings.recipients.team).await?;
    *kept = Some(gathered);
    Ok(Some((report, urls)))
}

/// Follows from the subscription and the week.
fn mail_id(summary: &Summary, weeks: Weeks) -> Uuid {
    let digest = Sha256::new()
        .chain_update(summary.id.bytes())
        .chain_update(weeks.from.millis().to_be_bytes())
        .chain_update(weeks.to.millis().to_be_bytes())
        .finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
