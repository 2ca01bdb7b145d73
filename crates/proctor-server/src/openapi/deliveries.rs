//! Messages of workflows to the outside. Proctor's own; `docs/workflows.md` tells what all of it means.

use http::Method;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use proctor_core::workflow::Channel;
use proctor_store::catalog::outbox::{ActionList, MessageStatus};
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, list, named, nullable, text, timestamp, uuid, word};

pub(super) fn noun() -> Noun {
    let operations =
        vec![
            operation(Method::GET, "/deliveries", "listDeliveries")
                .summary("Messages of workflows, and what became of them")
                .query("workflow", uuid("Only those of this workflow."))
                .query("event", uuid("Only those about this event."))
                .query("status", status())
                .answers_pages("Newest first.", "Delivery")
                .errors(&[400]),
            operation(Method::GET, "/deliveries/{delivery}", "getDelivery").summary("One message of a workflow").answers(
                200,
                "The message.",
                &named("Delivery"),
            ),
            operation(Method::POST, "/deliveries/{delivery}/redeliver", "redeliver")
                .summary("Sends a message again, under the same id")
                .answers(202, "The message, which waits.", &named("Delivery")),
            operation(Method::GET, "/workflows/{workflow}/queue", "getWorkflowQueue")
                .summary("How the messages of a workflow stand")
                .answers(200, "Its figures.", &named("WorkflowQueue")),
        ];
    Noun { operations, schemas: vec![("Delivery", delivery()), ("WorkflowQueue", queue())] }
}

fn operation(method: Method, rest: &str, id: &'static str) -> Operation {
    let access = Access::Scope(if method == Method::GET { READ_SUITES } else { WRITE_SUITES });
    Operation::new(method, format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}{rest}"), id, "Workflows", access)
}

fn status() -> Value {
    word(&MessageStatus::ALL.map(MessageStatus::as_str), "")
}

fn channel() -> Value {
    word(&Channel::ALL.map(Channel::as_str), "")
}

fn delivery() -> Value {
    let answer = Object::new("The last answer.").key("code", count("Of HTTP or SMTP.")).key("text", text("At most 1 KiB.")).schema();
    Object::new("A message of a workflow, and what became of it.")
        .key("id", uuid("The same in every attempt."))
        .key("event_id", uuid(""))
        .key("workflow_id", uuid(""))
        .key("type", channel())
        .key("status", status())
        .key("attempts", count(""))
        .key("next_attempt_at", nullable(timestamp("While it waits.")))
        .key("answer", nullable(answer))
        .key("error", nullable(text("Why the last attempt failed, or why there was none.")))
        .key("digest_tests", nullable(count("If it stands for many: of how many tests it tells.")))
        .key("created_at", timestamp(""))
        .key("first_attempt_at", nullable(timestamp("")))
        .key("finished_at", nullable(timestamp("")))
        .schema()
}

fn paused() -> Value {
    Object::new("An action that is paused until it is changed, or one of its messages is sent again by hand.")
        .key("list", word(&ActionList::ALL.map(ActionList::as_str), "The list of the workflow that it stands in."))
        .key("position", count("Where in the list, from 0."))
        .key("type", channel())
        .key("paused_at", timestamp(""))
        .schema()
}

fn queue() -> Value {
    Object::new("How the messages of a workflow stand.")
        .key("events_last_minute", count("Alarms and recoveries."))
        .key("limit", count("Events that may be told outside within a minute."))
        .key("queued", count("Messages that wait for their first attempt."))
        .key("cancelled", count(""))
        .key("digested", count("Messages that another one stands for."))
        .key("paused", list(&paused(), "Actions whose receiver is gone for good (410)."))
        .schema()
}
