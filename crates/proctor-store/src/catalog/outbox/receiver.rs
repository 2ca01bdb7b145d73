//! Who a message goes to. Messages to one receiver leave in order; messages to one host share places among those that are sent at once.

use proctor_core::id::SuiteId;
use proctor_core::workflow::Channel;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::Store;

/// Who a message goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receiver {
    /// A hash of channel and target. Texts, headers and secrets are not in it: an alarm and its recovery go to the same receiver, whatever they say.
    pub(crate) key: String,
    /// What is slow or dead together: the host and port of a URL, a tracker, the mail server.
    pub(crate) host: String,
}

impl Store {
    /// Who gets what an action with these settings says.
    pub(crate) fn receiver(&self, suite: SuiteId, channel: Channel, settings: &str) -> Receiver {
        // What cannot be opened cannot be sent either, so it does not matter what it waits for.
        let settings = self.open_settings(suite, channel, settings).unwrap_or_default();
        let (target, host) = match channel {
            Channel::Webhook | Channel::Slack => {
                let url = text(&settings, "url");
                (url.to_owned(), host_of(url))
            }
            Channel::Issue => {
                let tracker = text(&settings, "tracker");
                let tracker = if tracker.is_empty() { "github" } else { tracker };
                (format!("{tracker} {} {}", text(&settings, "repository"), text(&settings, "team")), tracker.to_owned())
            }
            Channel::Email => (settings.get("to").map(Value::to_string).unwrap_or_default(), channel.as_str().to_owned()),
        };
        let digest = Sha256::new().chain_update(channel.as_str()).chain_update(" ").chain_update(target).finalize();
        Receiver { key: digest[..16].iter().map(|byte| format!("{byte:02x}")).collect(), host }
    }
}

fn text<'a>(settings: &'a Map<String, Value>, key: &str) -> &'a str {
    settings.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Host and port as they stand in the URL.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_has_its_port_and_no_user() {
        for (url, host) in [
            ("https://Hooks.Example.com/services/T0", "hooks.example.com"),
            ("http://user:secret@ci.test:8080?x=@y", "ci.test:8080"),
            ("http://[::1]:81#x", "[::1]:81"),
            ("", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }
}
