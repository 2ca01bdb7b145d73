//! Issues in trackers: what all of them say, and which one it is said to.

mod github;
mod linear;

use proctor_core::actions::text::{DIGEST, ISSUE_BODY, ISSUE_TITLE, markdown_escaped, one_line};

use super::send::{Parcel, Reply, Sender};

/// The longest title, in characters.
const TITLE_CHARACTERS_MAX: usize = 256;

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Reply {
    match parcel.text("tracker") {
        Some("linear") => linear::send(sender, parcel).await,
        _ => github::send(sender, parcel).await,
    }
}

fn title(parcel: &Parcel<'_>) -> String {
    let template = if parcel.facts.is_digest() { DIGEST } else { parcel.text("title").unwrap_or(ISSUE_TITLE) };
    parcel.facts.fill(template, one_line).chars().take(TITLE_CHARACTERS_MAX).collect()
}

/// In Markdown, without what tells repetitions apart.
fn text(parcel: &Parcel<'_>) -> String {
    let template = if parcel.facts.is_digest() { DIGEST } else { parcel.text("body").unwrap_or(ISSUE_BODY) };
    parcel.facts.fill(template, markdown_escaped)
}
