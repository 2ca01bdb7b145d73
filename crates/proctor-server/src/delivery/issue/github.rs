//! Issues on GitHub, through its REST API: `POST /repos/{owner}/{repo}/issues`.
//!
//! GitHub knows no repetitions, so each issue ends with the id of its delivery, by which people and programs can.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use super::super::http::{self, Chosen};
use super::{Parcel, Reply, Sender, text, title};

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
    let text = format!("{}\n\n<!-- proctor-delivery: {} -->", text(parcel), parcel.message.id);
    let mut body = json!({ "title": title(parcel), "body": text });
    if let Some(labels) = parcel.settings.get("labels") {
        body["labels"] = labels.clone();
    }
    body
}
