//! Where messages go: the settings of actions that leave the house.

use proctor_core::actions::address::{is_mail_address, url_fault};
use proctor_core::workflow::Channel;
use serde_json::{Map, Value, json};

use super::fields::{Fields, object};

/// The longest secret, token or value of a header, in bytes; sealed they are longer.
const SECRET_BYTES_MAX: usize = 4_096;
/// The longest template, in bytes.
const TEXT_BYTES_MAX: usize = 10_000;
/// The longest template of a title or subject, in bytes.
const TITLE_BYTES_MAX: usize = 250;
/// The longest name of something in a tracker, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// Headers of a webhook, and labels of an issue.
const ENTRIES_MAX: usize = 10;
/// The trackers that issues can be opened in; the first is the default.
const TRACKERS: [&str; 2] = [GITHUB, LINEAR];
const GITHUB: &str = "github";
const LINEAR: &str = "linear";
/// Addresses of a mail.
const RECIPIENTS_MAX: usize = 20;
/// Headers that Proctor sets itself, in lower case; so does whoever carries the request.
const HEADERS_TAKEN: [&str; 7] = ["connection", "content-length", "content-type", "host", "te", "transfer-encoding", "user-agent"];

/// Reads the settings of a way out; what is wrong is noted with the fields of the action.
pub(super) fn read_settings(channel: Channel, settings: Value, action: &mut Fields<'_>) -> Option<Map<String, Value>> {
    let place = action.place_of("settings");
    let object = object(settings, &place, action.reasons())?;
    let mut fields = Fields::new(object, format!("{place}."), action.reasons());
    let mut settings = Map::new();
    match channel {
        Channel::Webhook => webhook(&mut fields, &mut settings),
        Channel::Slack => {
            url(&mut fields, &mut settings);
            text(&mut fields, &mut settings, "text", TEXT_BYTES_MAX);
        }
        Channel::Issue => issue(&mut fields, &mut settings),
        Channel::Email => {
            text(&mut fields, &mut settings, "subject", TITLE_BYTES_MAX);
            text(&mut fields, &mut settings, "text", TEXT_BYTES_MAX);
            recipients(&mut fields, &mut settings);
        }
    }
    fields.finish();
    Some(settings)
}

fn webhook(fields: &mut Fields<'_>, settings: &mut Map<String, Value>) {
    url(fields, settings);
    text(fields, settings, "secret", SECRET_BYTES_MAX);
    let Some(headers) = fields.take("headers") else { return };
    let Value::Object(headers) = headers else { return fields.wrong("headers", "must be an object of names and values") };
    if headers.len() > ENTRIES_MAX {
        return fields.wrong("headers", "must be at most 10");
    }
    for (name, value) in &headers {
        let lower = name.to_ascii_lowercase();
        let is_name =
            !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let is_free = !HEADERS_TAKEN.contains(&lower.as_str()) && !lower.starts_with("x-proctor-");
        let is_value = value
            .as_str()
            .is_some_and(|value| value.len() <= SECRET_BYTES_MAX && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
        if !is_name || !is_free {
            return fields.wrong("headers", "must have names of letters, digits, - and _, none that Proctor sets itself");
        }
        if !is_value {
            return fields.wrong("headers", "must have values of printable ASCII (maximum is 4096 bytes)");
        }
    }
    settings.insert("headers".to_owned(), Value::Object(headers));
}

fn issue(fields: &mut Fields<'_>, settings: &mut Map<String, Value>) {
    let tracker = fields.word("tracker", &TRACKERS, |word| TRACKERS.into_iter().find(|known| *known == word)).unwrap_or(GITHUB);
    settings.insert("tracker".to_owned(), json!(tracker));
    if tracker == LINEAR {
        match fields.text("team") {
            Some(team) if is_id(&team) => _ = settings.insert("team".to_owned(), json!(team)),
            _ => fields.wrong("team", "must be the id of a team of Linear, a UUID"),
        }
    } else {
        match fields.text("repository") {
            Some(name) if is_repository(&name) => _ = settings.insert("repository".to_owned(), json!(name)),
            _ => fields.wrong("repository", "must be an owner and a name, as in acme/web"),
        }
    }
    if text(fields, settings, "token", SECRET_BYTES_MAX).is_none() {
        fields.wrong("token", "is required");
    }
    text(fields, settings, "title", TITLE_BYTES_MAX);
    text(fields, settings, "body", TEXT_BYTES_MAX);
    if let Some(labels) = fields.texts("labels") {
        if labels.len() > ENTRIES_MAX || labels.iter().any(|label| label.is_empty() || label.len() > NAME_BYTES_MAX) {
            fields.wrong("labels", "must be at most 10, each of 1 to 200 bytes");
        }
        if tracker == LINEAR && !labels.iter().all(|label| is_id(label)) {
            fields.wrong("labels", "must be ids of labels of Linear, UUIDs");
        }
        settings.insert("labels".to_owned(), json!(labels));
    }
}

/// Linear knows teams and labels by UUIDs.
fn is_id(text: &str) -> bool {
    proctor_core::run_env::hyphenated_uuid(text).is_some()
}

fn is_repository(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    name.len() <= NAME_BYTES_MAX && name.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}

fn recipients(fields: &mut Fields<'_>, settings: &mut Map<String, Value>) {
    let Some(to) = fields.texts("to") else { return };
    if to.is_empty() || to.len() > RECIPIENTS_MAX || !to.iter().all(|address| is_mail_address(address)) {
        fields.wrong("to", "must be 1 to 20 mail addresses; leave it out for the owners of the test");
    }
    settings.insert("to".to_owned(), json!(to));
}

/// A URL; one that is sealed has been looked at already.
fn url(fields: &mut Fields<'_>, settings: &mut Map<String, Value>) {
    let Some(url) = fields.text("url") else { return fields.wrong("url", "is required") };
    let is_sealed = crate::catalog::workflows::is_sealed(&url) && url.len() <= SECRET_BYTES_MAX;
    if let Some(fault) = url_fault(&url).filter(|_| !is_sealed) {
        fields.wrong("url", fault);
    }
    settings.insert("url".to_owned(), json!(url));
}

fn text(fields: &mut Fields<'_>, settings: &mut Map<String, Value>, key: &'static str, bytes_max: usize) -> Option<()> {
    let text = fields.text(key)?;
    if text.trim().is_empty() || text.len() > bytes_max {
        fields.wrong(key, &format!("must have 1 to {bytes_max} bytes"));
    }
    settings.insert(key.to_owned(), json!(text));
    Some(())
}
