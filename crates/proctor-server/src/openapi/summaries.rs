//! The weekly summary of flaky tests. Proctor's own; `docs/workflows.md` tells what all of it means.

use http::Method;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, nullable, seconds, text, texts, timestamp, uuid, word};
use crate::usecases::summaries::WEEKDAYS;

pub(super) fn noun() -> Noun {
    let sent = Object::new("A mail on its way.").key("id", uuid("Of the mail.")).key("subject", text("")).schema();
    let operations = vec![
        operation(Method::GET, "", "listSummaries").summary("Subscriptions to the weekly summary of flaky tests").answers(
            200,
            "Oldest first.",
            &list(&named("Summary"), ""),
        ),
        operation(Method::POST, "", "createSummary")
            .summary("Subscribes a team, or addresses")
            .takes(input())
            .answers(201, "The subscription.", &named("Summary"))
            .errors(&[422]),
        operation(Method::GET, "/{summary}", "getSummary").summary("One subscription").answers(200, "The subscription.", &named("Summary")),
        operation(Method::DELETE, "/{summary}", "deleteSummary").summary("Ends a subscription").answers_nothing("It is gone."),
        operation(Method::GET, "/{summary}/preview", "previewSummary")
            .summary("What the summary of the seven full days before today says")
            .answers(200, "The summary.", &named("SummaryPreview"))
            .errors(&[503]),
        operation(Method::POST, "/{summary}/send", "sendSummary")
            .summary("Sends that summary now")
            .answers(202, "The mail.", &sent)
            .errors(&[422, 503]),
    ];
    Noun { operations, schemas: vec![("Summary", summary()), ("SummaryPreview", preview())] }
}

fn operation(method: Method, rest: &str, id: &'static str) -> Operation {
    let access = Access::Scope(if method == Method::GET { READ_SUITES } else { WRITE_SUITES });
    Operation::new(method, format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}/summaries{rest}"), id, "Workflows", access)
}

fn weekday() -> Value {
    word(&WEEKDAYS, "")
}

fn hour() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 23, "description": "By the clocks of the time zone." })
}

fn input() -> Value {
    Object::new("Who gets it, and when. A team, or addresses, or both: then the addresses get what is about the team's tests.")
        .optional("team", nullable(text("Its slug: its members get what is about the tests that it owns.")))
        .optional("addresses", texts("At most 20; without a team they get what is about all tests."))
        .optional("weekday", weekday())
        .optional("hour", hour())
        .optional("time_zone", text("A name of the IANA database; `UTC` if left out."))
        .optional("send_empty", flag("Whether a mail says that there is nothing to report."))
        .schema()
}

fn summary() -> Value {
    let mail = Object::new("What became of its last mail.")
        .key("id", uuid("Its `Message-ID` is this id at `proctor`."))
        .key("status", word(&["waiting", "delivered", "failed"], ""))
        .key("attempts", count(""))
        .key("error", nullable(text("Why the last attempt failed.")))
        .key("created_at", timestamp(""))
        .schema();
    Object::new("A subscription to the weekly summary of flaky tests.")
        .key("id", uuid(""))
        .key("team", nullable(text("Its slug.")))
        .key("addresses", texts(""))
        .key("weekday", weekday())
        .key("hour", hour())
        .key("time_zone", text(""))
        .key("send_empty", flag(""))
        .key("next_at", timestamp("When it is due."))
        .key("created_at", timestamp(""))
        .key("last_mail", nullable(mail))
        .schema()
}

fn preview() -> Value {
    let test = Object::new("A test that was flaky in the week.")
        .key("test_id", uuid(""))
        .key("name", text("Scope, blank, name."))
        .key("location", nullable(text("")))
        .key("flaky_commits", count("Commits of the default branch on which it passed and failed."))
        .key("failed", count("Executions that failed."))
        .key("executions", count("That passed or failed."))
        .key("reliability", nullable(seconds("Passed by passed and failed, 0 to 1.")))
        .key("reliability_before", nullable(seconds("The same of the week before.")))
        .key("state", word(&["enabled", "muted", "skipped"], ""))
        .key("labels", texts(""))
        .key("first_seen_flaky_at", timestamp("By the ledger, or by the executions of the two weeks."))
        .key("alarm_open_since", nullable(timestamp("Of the oldest alarm that is open.")))
        .schema();
    Object::new("A weekly summary that nobody gets.")
        .key("from", timestamp("The first point of the week."))
        .key("to", timestamp("The end of the week."))
        .key("flaky", count("Tests that were flaky in the week."))
        .key("new", count("Those of them that were not in the week before."))
        .key("recovered", count("Tests that were flaky in the week before only."))
        .key("runs_failed_by_flaky", count("Failed runs in which only these tests failed."))
        .key("tests", list(&test, "The flakiest 20."))
        .key("subject", text("Of the mail."))
        .key("text", text("Of the mail."))
        .key("html", text("Of the mail."))
        .schema()
}
