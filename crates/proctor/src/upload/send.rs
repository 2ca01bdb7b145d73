//! Sending one file until it is settled.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proctor_core::scope::IMPORT_HISTORY;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::http::root_cause;
use crate::report::Input;
use crate::upload::body::stream_form;
use crate::upload::form::Form;
use crate::upload::progress::Progress;
use crate::upload::receipt::{End, Receipt};
use crate::upload::retry::{RetryPolicy, asked_wait, may_pass};
use crate::upload::target::Target;

/// What sends files.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// The client.
    pub(crate) client: Client,
    /// Where to.
    pub(crate) target: Arc<Target>,
    /// How often to try.
    pub(crate) policy: RetryPolicy,
    /// Who watches.
    pub(crate) progress: Progress,
}

/// How one try ended.
enum Try {
    Settled(End),
    MayPass { status: Option<StatusCode>, message: String, asked: Option<Duration> },
}

impl Sender {
    /// Sends `input` until it is stored, refused, or the tries are used up. Also tells how many tries it took.
    pub(crate) async fn send(&self, form: &Form, input: &Input) -> (End, u32) {
        let mut tries = 0;
        loop {
            let outcome = self.try_once(form, input).await;
            tries += 1;
            let (status, message, asked) = match outcome {
                Try::Settled(end) => return (end, tries),
                Try::MayPass { status, message, asked } => (status, message, asked),
            };
            let Some(wait) = self.policy.wait(tries, asked, rand::random()) else {
                return (End::Unreachable { status: status.map(|status| status.as_u16()), message }, tries);
            };
            self.progress.note(&format!("{}: {message}; trying again in {:.1} s", input.name(), wait.as_secs_f64()));
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_once(&self, form: &Form, input: &Input) -> Try {
        let (read, progress) = (Arc::new(AtomicU64::new(0)), self.progress.clone());
        let counter = Arc::clone(&read);
        let on_read = move |bytes| {
            counter.fetch_add(bytes, Ordering::Relaxed);
            progress.advance(bytes);
        };
        let request =
            self.client.post(&self.target.endpoint).header("Content-Type", form.content_type()).header("Content-Encoding", "gzip");
        let sent = self.target.authorize(request).body(stream_form(form, input, on_read)).send().await;
        let outcome = match sent {
            Ok(answer) => settle(answer).await,
            Err(error) if error.is_builder() => {
                let next_step = "check --url and the token for characters that do not belong there".to_owned();
                Try::Settled(End::Refused { status: None, message: root_cause(&error), next_step })
            }
            Err(error) => Try::MayPass { status: None, message: root_cause(&error), asked: None },
        };
        if matches!(outcome, Try::MayPass { .. }) {
            self.progress.take_back(read.load(Ordering::Relaxed));
        }
        outcome
    }
}

async fn settle(answer: Response) -> Try {
    let status = answer.status();
    let asked = asked_wait(answer.headers());
    let text = match answer.text().await {
        Ok(text) => text,
        // The upload may be stored: sent again it is recognised by its bytes.
        Err(error) => return Try::MayPass { status: Some(status), message: root_cause(&error), asked },
    };
    if status.is_success() {
        return match serde_json::from_str::<Receipt>(&text) {
            Ok(receipt) => Try::Settled(End::Stored(receipt)),
            Err(_) => Try::Settled(End::Refused {
                status: Some(status.as_u16()),
                message: "the answer is not that of a Proctor server".to_owned(),
                next_step: "check --url: it is to be the address of the server itself".to_owned(),
            }),
        };
    }
    let message = message_of(&text).unwrap_or_else(|| format!("the server answers {status}"));
    if may_pass(status) {
        return Try::MayPass { status: Some(status), message, asked };
    }
    let next_step = next_step(status, &message).to_owned();
    Try::Settled(End::Refused { status: Some(status.as_u16()), message, next_step })
}

/// The text of `message` in an error.
fn message_of(body: &str) -> Option<String> {
    serde_json::from_str::<Value>(body).ok()?.get("message")?.as_str().map(str::to_owned)
}

/// What helps: the message tells what of the upload is wrong, where the status alone does not.
fn next_step(status: StatusCode, message: &str) -> &'static str {
    match status.as_u16() {
        401 => "check the upload token: 'proctor suite show ORG/SUITE --show-token' prints it",
        403 if message.contains(IMPORT_HISTORY) => "give an API token with this scope in PROCTOR_TOKEN or --token",
        403 => "ask an administrator whether the suite takes uploads from this token",
        404 if message != "Not Found" => "check --suite: 'proctor org list' and 'proctor suite list' show what there is",
        404 | 405 => "check --url: it is to be the address of a Proctor server",
        413 => "split the report, or raise --upload-bytes-max or --upload-decoded-bytes-max on the server",
        422 if message.starts_with("data ") => "'proctor lint FILE' tells what is wrong with a report",
        422 if message.starts_with("too many results") => "split the report, or raise --upload-records-max on the server",
        422 => "correct what the message names and send the file again",
        _ => "see the log of the server",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_fits_what_is_wrong() {
        for (status, message, word) in [
            (401, "No test suite matches the supplied API token", "--show-token"),
            (403, "The supplied token may not upload results (missing scope: import_history)", "PROCTOR_TOKEN"),
            (403, "Uploads are disabled for this suite", "administrator"),
            (404, "No suite found", "--suite"),
            (404, "Not Found", "--url"),
            (422, "data is not valid junit: syntax error", "lint"),
            (422, "run_env[key] is 2000 bytes long, but may have 1024 at most", "correct"),
            (422, "too many results: at most 5 in one upload, nothing was stored", "split"),
        ] {
            let step = next_step(StatusCode::from_u16(status).unwrap(), message);
            assert!(step.contains(word), "{status} {message}: {step}");
        }
    }
}
