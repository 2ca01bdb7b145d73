//! Issues on GitHub, through its REST API: `POST /repos/{owner}/{repo}/issues`.
//!
//! GitHub knows no repetitions, so each issue ends with the id of its delivery, by which people and programs can.

use proctor_core::actions::text::{DIGEST, ISSUE_BODY, ISSUE_TITLE, markdown_escaped, one_line};
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use super::http::{self, Chosen};
use super::send::{Parcel, Reply, Sender};

/// The longest title, in characters.
const TITLE_CHARACTERS_MAX: usize = 256;

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Reply {
    let url =
        format!("{}/repos/{}/issues", sender.settings.github_url.trim_end_matches('/'), parcel.text("repository").unwrap_or_default());
    match sender.clients.post(&url, Chosen::ByOperator) {
        Ok(request) => {
            let request = request.bearer_auth(parcel.text("token").unwrap_or_default());
            let request = request.header(ACCEPT, "application/vnd.github+json").header("X-GitHub-Api-Version", "2022-11-28");
            http::send(request.json(&body(parcel))).await
        }
        Err(reply) => reply,
    }
}

fn body(parcel: &Parcel<'_>) -> Value {
    let Parcel { message, facts, settings, now: _ } = parcel;
    let (title, text) = if facts.is_digest() {
        (DIGEST, DIGEST)
    } else {
        (parcel.text("title").unwrap_or(ISSUE_TITLE), parcel.text("body").unwrap_or(ISSUE_BODY))
    };
    let title: String = facts.fill(title, one_line).chars().take(TITLE_CHARACTERS_MAX).collect();
    let text = facts.fill(text, markdown_escaped);
    let mut body = json!({ "title": title, "body": format!("{text}\n\n<!-- proctor-delivery: {} -->", message.id) });
    if let Some(labels) = settings.get("labels") {
        body["labels"] = labels.clone();
    }
    body
}
