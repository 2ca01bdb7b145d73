//! What is done when its time has come: tests whose state had a term are enabled again, and weekly summaries leave.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Uri};
use proctor_core::actions::text::{html_of, one_line};
use proctor_core::id::SuiteId;
use proctor_store::catalog::mails::MailText;
use proctor_store::catalog::state_expiry::ExpiredState;
use proctor_store::{Store, StoreError};
use tokio::sync::Mutex;
use tokio::time::{MissedTickBehavior, interval};

use super::summaries::send_due;
use crate::clock::Clock;
use crate::settings::Settings;
use crate::urls::{SuiteUrls, Urls};

/// How often the clock is looked at (`workflows.md`, 1.2).
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// States that one transaction ends at the most.
const STATES_PER_STEP_MAX: u32 = 500;
/// Tests that a mail names.
const TESTS_PER_MAIL_MAX: usize = 100;

/// What is done when its time has come. Cloning is cheap. Several servers may do so on one store.
#[derive(Clone, Debug)]
pub struct Calendar {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    /// One pass at a time.
    turn: Arc<Mutex<()>>,
}

impl Calendar {
    /// A calendar; [`Self::run`] makes it work.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Arc<Settings>) -> Self {
        Self { store, clock, settings, turn: Arc::default() }
    }

    /// Works for ever.
    pub async fn run(self) {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "what was due was not done; it is tried again");
            }
        }
    }

    /// Does all that is due now.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn look(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        for suite in self.store.suites_with_expired_states(self.clock.now()).await? {
            self.expire_states(suite).await?;
        }
        if self.settings.delivery.mail.is_some() {
            send_due(&self.store, &self.settings, self.clock.now()).await?;
        }
        Ok(())
    }

    async fn expire_states(&self, id: SuiteId) -> Result<(), StoreError> {
        let Some(suite) = self.store.suite(id).await? else { return Ok(()) };
        let Some(organization) = self.store.organization(suite.organization_id).await? else { return Ok(()) };
        let urls = Urls::of(&self.settings, &Uri::default(), &HeaderMap::new()).suite(&organization.slug, &suite.slug);
        let has_mail = self.settings.delivery.mail.is_some();
        let write = |tests: &[ExpiredState]| has_mail.then(|| mail_about(&suite.settings.name, &urls, tests));
        while self.store.expire_states(id, self.clock.now(), STATES_PER_STEP_MAX, &write).await? >= STATES_PER_STEP_MAX {}
        Ok(())
    }
}

/// What tells owners that their tests are enabled again.
fn mail_about(suite: &str, urls: &SuiteUrls, tests: &[ExpiredState]) -> MailText {
    let subject = match tests {
        [test] => format!("[{suite}] {} is enabled again", full_name(test)),
        _ => format!("[{suite}] {} tests are enabled again", tests.len()),
    };
    let mut text =
        format!("In the suite {}, the term ended for which these tests had their state. They are enabled again.\n", one_line(suite));
    for test in tests.iter().take(TESTS_PER_MAIL_MAX) {
        let reason = test.reason.as_deref().map_or_else(String::new, |reason| format!(" ({})", one_line(reason)));
        text.push_str(&format!("\n{}, was {}{reason}\n{}\n", full_name(test), test.state, urls.test_web(test.test)));
    }
    if tests.len() > TESTS_PER_MAIL_MAX {
        text.push_str(&format!("\nand {} more: {}/tests\n", tests.len() - TESTS_PER_MAIL_MAX, urls.web));
    }
    MailText { subject: one_line(&subject), html: html_of(&text), text }
}

fn full_name(test: &ExpiredState) -> String {
    one_line(&proctor_core::text::full_name(&test.scope, &test.name))
}
