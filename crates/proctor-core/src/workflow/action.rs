//! What a workflow does when a test alarms or recovers (`workflows.md`, section 4).

use crate::label::Label;
use crate::state::TestState;

/// One action. They are carried out in the listed order, each on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Gives the test a label; one that it has already stays as it is.
    AddLabel(Label),
    /// Takes a label away; one that it does not have is no error.
    RemoveLabel(Label),
    /// Moves the test to a state. On recovery only if the same workflow set the present one.
    ChangeState(StateChange),
    /// Sends a message: it waits in the outbox, and is delivered after the event is stored.
    Send(Outgoing),
}

/// A state that a test gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The state.
    pub state: TestState,
    /// Hours after which the test is enabled again by itself, 1 to [`STATE_HOURS_MAX`]; never together with `enabled`.
    pub expires_hours: Option<u16>,
    /// Why, in the words of who wrote the workflow down; none: that the workflow alarmed or recovered.
    pub reason: Option<String>,
}

/// The longest term of a state, in hours: a year.
pub const STATE_HOURS_MAX: u16 = 365 * 24;
/// The longest reason for a state, in bytes.
pub const STATE_REASON_BYTES_MAX: usize = 500;

/// Without a term.
impl From<TestState> for StateChange {
    fn from(state: TestState) -> Self {
        Self { state, expires_hours: None, reason: None }
    }
}

/// A message to somebody outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// By which way.
    pub channel: Channel,
    /// Where to, and what else the way needs: a JSON object that only the deliverer reads.
    pub settings: String,
}

/// The ways out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A signed HTTP request.
    Webhook,
    /// A message through an incoming webhook of Slack.
    Slack,
    /// An issue in a tracker.
    Issue,
    /// A mail to the owners of the test.
    Email,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Webhook, Self::Slack, Self::Issue, Self::Email];

    /// The word used on disk and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Issue => "issue",
            Self::Email => "email",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

impl Action {
    /// The name of the action on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::AddLabel(_) => "add_label",
            Self::RemoveLabel(_) => "remove_label",
            Self::ChangeState(_) => "change_state",
            Self::Send(outgoing) => outgoing.channel.as_str(),
        }
    }
}
