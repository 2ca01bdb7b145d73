//! Issues in Linear, through its GraphQL API: the mutation `issueCreate` (<https://linear.app/developers/graphql>).
//!
//! An answer with `errors` is a failure whatever its status is: GraphQL says most of them with 200. Linear lets the client choose the id of an
//! issue, so a repetition cannot open a second one. What it answers then is not documented: after a refusal, all attempts but the
//! first ask whether the issue is there.

use proctor_core::id::{DeliveryId, Uuid};
use proctor_store::catalog::outbox::Answer;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::super::http::{self, Chosen, Told};
use super::{Parcel, Reply, Sender, text, title};

/// Bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The longest reason that is kept, in bytes.
const REASON_BYTES_MAX: usize = 500;
const CREATE: &str =
    "mutation IssueCreate($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }";
const FIND: &str = "query Issue($id: String!) { issue(id: $id) { id identifier url } }";

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Reply {
    let reply = match post(sender, parcel, &json!({ "query": CREATE, "variables": { "input": input(parcel) } })) {
        Ok(request) => of_create(http::ask(request, ANSWER_BYTES_MAX).await),
        Err(reply) => return reply,
    };
    let is_refused = matches!(&reply, Reply::Refused(..)) || matches!(&reply, Reply::Answered(answer) if answer.code == 400);
    if is_refused && parcel.message.attempts > 1 {
        let question = json!({ "query": FIND, "variables": { "id": issue_id(parcel.message.id).to_string() } });
        if let Ok(request) = post(sender, parcel, &question)
            && let Ok(told) = http::ask(request, ANSWER_BYTES_MAX).await
            && is_found(&told, parcel.message.id)
        {
            return Reply::Answered(Answer { code: told.code, text: http::kept(&told.bytes) });
        }
    }
    reply
}

fn post(sender: &Sender<'_>, parcel: &Parcel<'_>, body: &Value) -> Result<RequestBuilder, Reply> {
    let url = format!("{}/graphql", sender.settings.linear_url.trim_end_matches('/'));
    // A personal key stands alone; the token of an application is written with its `Bearer `.
    let mut token = HeaderValue::from_str(parcel.text("token").unwrap_or_default())
        .map_err(|_| Reply::Impossible("the token has characters that a header cannot have".to_owned()))?;
    token.set_sensitive(true);
    Ok(sender.clients.post(&url, Chosen::ByOperator)?.header(AUTHORIZATION, token).json(body))
}

fn input(parcel: &Parcel<'_>) -> Value {
    let id = parcel.message.id;
    // Linear's Markdown has no comments, so the id is there for all to see.
    let description = format!("{}\n\nProctor delivery: `{id}`", text(parcel));
    let team = parcel.text("team").unwrap_or_default();
    let mut input = json!({ "id": issue_id(id).to_string(), "teamId": team, "title": title(parcel), "description": description });
    if let Some(labels) = parcel.settings.get("labels") {
        input["labelIds"] = labels.clone();
    }
    input
}

/// The id of the delivery as a UUID of version 4, which Linear asks for: it differs in the digit of the version only.
fn issue_id(id: DeliveryId) -> Uuid {
    let mut bytes = *id.bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    Uuid::from_bytes(bytes)
}

fn of_create(told: Result<Told, Reply>) -> Reply {
    let Told { code, bytes } = match told {
        Ok(told) => told,
        Err(reply) => return reply,
    };
    let answer = Answer { code, text: http::kept(&bytes) };
    if !(200..300).contains(&code) {
        return Reply::Answered(answer);
    }
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
        return Reply::Refused(answer, "the answer is no JSON".to_owned());
    };
    if let Some(reason) = errors_of(&body) {
        return Reply::Refused(answer, reason);
    }
    match body.pointer("/data/issueCreate/success") {
        Some(Value::Bool(true)) => Reply::Answered(answer),
        _ => Reply::Refused(answer, "the answer does not say that the issue was made".to_owned()),
    }
}

/// What the answer says is wrong.
fn errors_of(body: &Value) -> Option<String> {
    let errors = body.get("errors")?.as_array().filter(|errors| !errors.is_empty())?;
    let messages: Vec<&str> = errors.iter().filter_map(|error| error.get("message").and_then(Value::as_str)).collect();
    let reason = format!("Linear refused it: {}", messages.join("; "));
    Some(proctor_core::text::cut(&reason, REASON_BYTES_MAX).to_owned())
}

fn is_found(told: &Told, id: DeliveryId) -> bool {
    let body: Value = serde_json::from_slice(&told.bytes).unwrap_or_default();
    let found = body.pointer("/data/issue/id").and_then(Value::as_str);
    (200..300).contains(&told.code) && errors_of(&body).is_none() && found == Some(issue_id(id).to_string().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_has_the_id_of_its_delivery_in_version_4() {
        let id: DeliveryId = "5d0f7c1e-93aa-8b64-a2c7-4e1b0c9d7f52".parse().unwrap();
        assert_eq!(issue_id(id).to_string(), "5d0f7c1e-93aa-4b64-a2c7-4e1b0c9d7f52");
        assert_eq!(issue_id(id).get_version_num(), 4);
    }

    #[test]
    fn only_an_answer_that_says_so_is_a_success() {
        let of = |code, text: &str| of_create(Ok(Told { code, bytes: text.as_bytes().to_vec() }));
        assert!(matches!(of(200, r#"{"data":{"issueCreate":{"success":true}}}"#), Reply::Answered(Answer { code: 200, .. })));
        for text in [
            r#"{"data":{"issueCreate":{"success":true}},"errors":[{"message":"partly"}]}"#,
            r#"{"data":{"issueCreate":{"success":false}}}"#,
            r#"{"data":null}"#,
            "<html>",
        ] {
            assert!(matches!(of(200, text), Reply::Refused(..)), "{text}");
        }
        assert!(matches!(of(400, "{}"), Reply::Answered(Answer { code: 400, .. })));
        assert!(matches!(of_create(Err(Reply::NotReached("gone".to_owned()))), Reply::NotReached(_)));
    }
}
