//! What a message tells of, read when it leaves.

use http::{HeaderMap, Uri};
use proctor_core::actions::template;
use proctor_core::id::{OrganizationId, TeamId};
use proctor_core::monitors::hysteresis::EventKind;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerKind};
use proctor_store::catalog::outbox::Message;
use proctor_store::{Store, StoreError};
use serde_json::Value;

use super::payload::{Place, Subject, digest_payload, event_payload};
use crate::settings::Settings;
use crate::urls::Urls;

/// The longest text that a template becomes, in bytes.
const FILLED_BYTES_MAX: usize = 60_000;

/// What a message tells of.
#[derive(Debug)]
pub(super) struct Facts {
    payload: Value,
    event: &'static str,
    kind: EventKind,
    tests: Option<u32>,
    organization: OrganizationId,
    default_owner: Option<TeamId>,
}

impl Facts {
    /// Reads them. None: what it tells of is gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn read(store: &Store, settings: &Settings, message: &Message) -> Result<Option<Self>, StoreError> {
        let Some(suite) = store.suite(message.suite).await? else { return Ok(None) };
        let Some(organization) = store.organization(suite.organization_id).await? else { return Ok(None) };
        let Some(entry) = store.ledger_entry(message.suite, message.event).await? else { return Ok(None) };
        // There is no request that says how clients reach the server: links lead to the configured address.
        let urls = Urls::of(settings, &Uri::default(), &HeaderMap::new()).suite(&organization.slug, &suite.slug);
        let place = Place { suite: &suite, urls: &urls, workflow: message.workflow };
        if let Some(tests) = message.digest_tests {
            let payload = digest_payload(&place, tests);
            let (kind, organization) = (EventKind::Alarm, organization.id);
            return Ok(Some(Self { payload, event: "workflow.digest", kind, tests: Some(tests), organization, default_owner: None }));
        }
        let Some(kind) = kind_of(&entry) else { return Ok(None) };
        let Some(test) = store.tests_by_ordinal(message.suite, &[message.ordinal]).await?.pop() else { return Ok(None) };
        let version = entry.workflow.map_or(0, |(_, version)| version);
        let Some(definition) = store.workflow_version(message.suite, message.workflow, version).await? else { return Ok(None) };
        let execution = match entry.detail.get("execution_id").and_then(Value::as_str).and_then(|id| id.parse().ok()) {
            Some(id) => store.execution(message.suite, id).await?,
            None => None,
        };
        let mut owners = Vec::with_capacity(test.owners.len());
        for owner in &test.owners {
            owners.extend(store.team(organization.id, *owner).await?.map(|team| team.slug));
        }
        let subject = Subject { test: &test, owners, definition: &definition, entry: &entry, execution: execution.as_ref() };
        let event = match kind {
            EventKind::Alarm => "workflow.alarm",
            EventKind::Recover => "workflow.recover",
        };
        let payload = event_payload(&place, &subject, event);
        let default_owner = test.owners.first().copied();
        Ok(Some(Self { payload, event, kind, tests: None, organization: organization.id, default_owner }))
    }

    /// The body of a webhook.
    pub(super) const fn payload(&self) -> &Value {
        &self.payload
    }

    /// `workflow.alarm`, `workflow.recover` or `workflow.digest`.
    pub(super) const fn event(&self) -> &'static str {
        self.event
    }

    /// Whether it stands for many.
    pub(super) const fn is_digest(&self) -> bool {
        self.tests.is_some()
    }

    /// The organization.
    pub(super) const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The team that owns the test first.
    pub(super) const fn default_owner(&self) -> Option<TeamId> {
        self.default_owner
    }

    /// Fills in a template: all fields of the payload, and `verb` and `icon` beside them. Values are made safe by `escape`.
    pub(super) fn fill(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        let filled = template::fill(text, |name| self.look_up(name).map(|value| escape(&value)));
        proctor_core::text::cut(&filled, FILLED_BYTES_MAX).to_owned()
    }

    fn look_up(&self, name: &str) -> Option<String> {
        match (name, self.kind) {
            ("verb", EventKind::Alarm) => return Some("alarmed".to_owned()),
            ("verb", EventKind::Recover) => return Some("recovered".to_owned()),
            ("icon", EventKind::Alarm) => return Some("rotating_light".to_owned()),
            ("icon", EventKind::Recover) => return Some("white_check_mark".to_owned()),
            _ => {}
        }
        name.split('.').try_fold(&self.payload, |value, key| value.get(key)).and_then(to_text)
    }
}

fn kind_of(entry: &LedgerEntry) -> Option<EventKind> {
    match entry.kind {
        LedgerKind::Alarm => Some(EventKind::Alarm),
        LedgerKind::Recover => Some(EventKind::Recover),
        _ => None,
    }
}

/// A value in a text. Objects are none.
fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("-".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(items) if items.is_empty() => Some("-".to_owned()),
        Value::Array(items) => Some(items.iter().filter_map(to_text).collect::<Vec<_>>().join(", ")),
        Value::Object(_) => None,
    }
}
