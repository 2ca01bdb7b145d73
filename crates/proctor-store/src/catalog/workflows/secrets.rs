//! Secrets in the settings of actions: sealed before they are stored, opened when a message leaves, never shown.
//!
//! A sealed text stands in the place of the secret wherever the workflow is shown. Sent back, it stays what it is. It opens in its suite, for
//! its setting and its target only: who may edit a workflow but does not know its secrets cannot have them sent elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proctor_core::id::SuiteId;
use proctor_core::workflow::{Action, Channel, Definition, Outgoing};
use serde_json::{Map, Value};

use crate::{Store, StoreError};

/// What a sealed text begins with.
const SEALED: &str = "sealed:";

/// Whether a setting is sealed already.
pub(crate) fn is_sealed(text: &str) -> bool {
    text.starts_with(SEALED)
}

impl Store {
    /// The definition with the secrets of its actions sealed: as it is stored and shown.
    ///
    /// # Errors
    /// [`StoreError::SealedElsewhere`] for a sealed text that was made for another suite, setting or target.
    pub fn sealed(&self, suite: SuiteId, mut definition: Definition) -> Result<Definition, StoreError> {
        for action in definition.alarm.iter_mut().chain(&mut definition.recover) {
            let Action::Send(Outgoing { channel, settings }) = action else { continue };
            let mut object = object_of(settings)?;
            for_each_secret(*channel, &mut object, |purpose, text| {
                if is_sealed(text) {
                    return self.opened(suite, purpose, text).map(drop);
                }
                let sealed = self.sealing_key().seal_for_action(suite, purpose, text)?;
                *text = format!("{SEALED}{}", URL_SAFE_NO_PAD.encode(sealed));
                Ok(())
            })?;
            *settings = Value::Object(object).to_string();
        }
        Ok(definition)
    }

    /// The settings of an action with their secrets in the open: for delivery only.
    ///
    /// # Errors
    /// [`StoreError::SealedElsewhere`] when they were sealed with another key, or for another suite, setting or target.
    pub fn open_settings(&self, suite: SuiteId, channel: Channel, settings: &str) -> Result<Map<String, Value>, StoreError> {
        let mut object = object_of(settings)?;
        for_each_secret(channel, &mut object, |purpose, text| {
            if is_sealed(text) {
                *text = self.opened(suite, purpose, text)?;
            }
            Ok(())
        })?;
        Ok(object)
    }

    fn opened(&self, suite: SuiteId, purpose: &str, text: &str) -> Result<String, StoreError> {
        let sealed = URL_SAFE_NO_PAD.decode(text.trim_start_matches(SEALED)).ok();
        sealed.and_then(|sealed| self.sealing_key().unseal_for_action(suite, purpose, &sealed)).ok_or(StoreError::SealedElsewhere)
    }
}

fn object_of(settings: &str) -> Result<Map<String, Value>, StoreError> {
    serde_json::from_str(settings).map_err(|_| StoreError::Corrupt("settings of an action".to_owned()))
}

/// Secrets, tokens, all values of headers, and addresses that whoever knows them may write to; each with the purpose that it is sealed for.
fn for_each_secret(
    channel: Channel,
    settings: &mut Map<String, Value>,
    mut change: impl FnMut(&str, &mut String) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let target = match channel {
        Channel::Webhook => settings.get("url"),
        Channel::Issue => settings.get("repository").or_else(|| settings.get("team")),
        Channel::Slack | Channel::Email => None,
    };
    let target = target.and_then(Value::as_str).unwrap_or_default().to_owned();
    let purpose = |key: &str| format!("{} {key} {target}", channel.as_str());
    for (key, value) in settings {
        match (channel, key.as_str(), value) {
            (Channel::Webhook, "secret", Value::String(text))
            | (Channel::Slack, "url", Value::String(text))
            | (Channel::Issue, "token", Value::String(text)) => change(&purpose(key), text)?,
            (Channel::Webhook, "headers", Value::Object(headers)) => {
                for (name, value) in headers {
                    if let Value::String(text) = value {
                        change(&purpose(&format!("header.{name}")), text)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
