//! The receipt for people and for programs.

use proctor_core::format::ReportFormat;
use serde_json::{Value, json};

use crate::output::{counted, thousands};
use crate::upload::receipt::{End, Outcome, Receipt};
use crate::visible::visible;

/// The receipt in a few lines: what became of each file, why records were left out, and where the run is.
pub(crate) fn to_text(outcomes: &[Outcome]) -> String {
    let mut lines = Vec::new();
    let mut run_urls: Vec<&str> = Vec::new();
    for outcome in outcomes {
        let format = outcome.format.map_or_else(String::new, |format| format!(" ({})", format.as_str()));
        let file = format!("{}{format}", visible(&outcome.file));
        match &outcome.end {
            End::Stored(receipt) => {
                lines.extend(stored_lines(&file, receipt));
                if !run_urls.contains(&receipt.run_url.as_str()) {
                    run_urls.push(&receipt.run_url);
                }
            }
            End::Refused { status, message, next_step } => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                lines.push(format!("{file}: refused{status}: {}", visible(message)));
                lines.push(format!("  next: {next_step}"));
            }
            End::Unreachable { status: _, message } => {
                lines.push(format!("{file}: not sent after {}: {}", times(outcome.tries), visible(message)));
                lines.push("  next: see whether the server runs and --url is right, then send the file again".to_owned());
            }
        }
    }
    lines.extend(run_urls.iter().map(|url| format!("run: {url}")));
    lines.join("\n")
}

/// The receipt as one JSON object.
pub(crate) fn to_json(outcomes: &[Outcome]) -> Value {
    let receipts = || outcomes.iter().filter_map(|outcome| if let End::Stored(receipt) = &outcome.end { Some(receipt) } else { None });
    json!({
        "ok": receipts().filter(|receipt| receipt.skipped == 0).count() == outcomes.len(),
        "queued": receipts().map(|receipt| receipt.queued).sum::<u64>(),
        "skipped": receipts().map(|receipt| receipt.skipped).sum::<u64>(),
        "uploads": outcomes.iter().map(outcome_json).collect::<Vec<_>>(),
    })
}

fn stored_lines(file: &str, receipt: &Receipt) -> Vec<String> {
    let mut lines = vec![format!("{file}: {} stored", counted(receipt.queued, "result"))];
    if receipt.skipped > 0 {
        lines[0].push_str(&format!(", {} left out", thousands(receipt.skipped)));
    }
    lines.extend(receipt.errors.iter().map(|error| format!("  {}", visible(error))));
    let more = receipt.skipped.saturating_sub(receipt.errors.len() as u64);
    if more > 0 {
        lines.push(format!("  … and {} more", thousands(more)));
    }
    lines
}

fn outcome_json(outcome: &Outcome) -> Value {
    let mut value = json!({
        "file": outcome.file,
        "format": outcome.format.map(ReportFormat::as_str),
        "tries": outcome.tries,
    });
    let end = match &outcome.end {
        End::Stored(Receipt { upload_id, run_id, run_url, upload_url, queued, skipped, errors }) => json!({
            "outcome": "stored", "status": 202, "upload_id": upload_id, "run_id": run_id, "run_url": run_url,
            "upload_url": upload_url, "queued": queued, "skipped": skipped, "errors": errors,
        }),
        End::Refused { status, message, next_step } => {
            json!({ "outcome": "refused", "status": status, "message": message, "next": next_step })
        }
        End::Unreachable { status, message } => json!({ "outcome": "unreachable", "status": status, "message": message }),
    };
    if let (Value::Object(value), Value::Object(end)) = (&mut value, end) {
        value.extend(end);
    }
    value
}

fn times(tries: u32) -> String {
    if tries == 1 { "one try".to_owned() } else { format!("{tries} tries") }
}
