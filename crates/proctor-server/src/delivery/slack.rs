//! Messages through an incoming webhook of Slack: a text in mrkdwn, and the same as a block.

use proctor_core::actions::text::{DIGEST, SLACK, slack_escaped};
use serde_json::{Value, json};

use super::facts::Facts;
use super::http::{self, Chosen};
use super::send::{Parcel, Reply, Sender};

/// The longest text of a block, in characters; Slack refuses more.
const BLOCK_CHARACTERS_MAX: usize = 3_000;

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Reply {
    match sender.clients.post(parcel.text("url").unwrap_or_default(), Chosen::ByUser) {
        Ok(request) => {
            let body = body(parcel.facts, parcel.text("text"));
            http::send(request.header("X-Proctor-Delivery", parcel.message.id.to_string()).json(&body)).await
        }
        Err(reply) => reply,
    }
}

fn body(facts: &Facts, template: Option<&str>) -> Value {
    let template = if facts.is_digest() { DIGEST } else { template.unwrap_or(SLACK) };
    let text: String = facts.fill(template, slack_escaped).chars().take(BLOCK_CHARACTERS_MAX).collect();
    json!({ "text": text, "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": text } }] })
}
