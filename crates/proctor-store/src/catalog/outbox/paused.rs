//! Actions whose receiver is gone for good: nothing is sent for them until they are changed, or somebody sends one of their messages again.

use std::collections::HashMap;

use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Channel, Outgoing};

use super::{Message, settings_hash};
use crate::catalog::workflows::Workflow;
use crate::database::{Columns, Statement, WriteTransaction};
use crate::{Store, StoreError};

/// A list of actions of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionList {
    /// What it does on alarm.
    Alarm,
    /// What it does on recovery.
    Recover,
}

impl ActionList {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Alarm, Self::Recover];

    /// The word used on the wire: the name of the list in the document of a workflow.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "alarm_actions",
            Self::Recover => "recover_actions",
        }
    }
}

/// An action that is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PausedAction {
    /// The list that it stands in.
    pub list: ActionList,
    /// Where in it, from 0.
    pub position: u32,
    /// Its way out.
    pub channel: Channel,
    /// Since when.
    pub paused_at: Timestamp,
}

impl Store {
    /// The actions of a workflow that are paused, in the order of its document.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn paused_actions(&self, workflow: &Workflow) -> Result<Vec<PausedAction>, StoreError> {
        let select = "SELECT channel, settings_hash, paused_at FROM paused_actions WHERE suite_id = $1 AND workflow_id = $2";
        let select = Statement::fixed(select).with(workflow.suite_id.bytes()).with(workflow.id.bytes());
        let mut paused = HashMap::new();
        for row in select.all(&mut *self.connections().read().await?).await? {
            paused.insert((row.word("channel", Channel::from_word)?, row.bytes("settings_hash")?.to_vec()), row.time("paused_at")?);
        }
        let mut found = Vec::new();
        for (list, actions) in [(ActionList::Alarm, &workflow.definition.alarm), (ActionList::Recover, &workflow.definition.recover)] {
            for (position, action) in (0_u32..).zip(actions) {
                let Action::Send(Outgoing { channel, settings }) = action else { continue };
                let since = paused.get(&(*channel, settings_hash(settings).to_vec()));
                found.extend(since.map(|paused_at| PausedAction { list, position, channel: *channel, paused_at: *paused_at }));
            }
        }
        Ok(found)
    }
}

/// Whether the action of a message is paused.
pub(super) async fn is_paused(transaction: &mut WriteTransaction, message: &Message) -> Result<bool, StoreError> {
    let select = "SELECT paused_at FROM paused_actions WHERE suite_id = $1 AND workflow_id = $2 AND channel = $3 AND settings_hash = $4";
    let select = Statement::fixed(select).with(message.suite.bytes()).with(message.workflow.bytes()).with(message.channel.as_str());
    Ok(select.with(&settings_hash(&message.settings)).optional(transaction.connection()).await?.is_some())
}
