//! Traces of executions.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, nullable, result, seconds, text, timestamp, url, uuid, word};
use crate::router::a;

const CATEGORIES: [&str; 8] = ["sql", "db", "cache", "http", "rpc", "messaging", "test", "other"];
const VIEWS: [&str; 2] = ["summary", "full"];

pub(super) fn noun() -> Noun {
    let path = a("/suites/{suite}/executions/{execution}/trace");
    let get = Operation::new(Method::GET, path, "getTrace", "Executions", Access::Scope(READ_SUITES))
        .summary("What the sender traced of an execution; empty when that is nothing")
        .query("view", word(&VIEWS, "`full` has all spans; `summary` if left out."))
        .answers(200, "The trace.", &named("Trace"))
        .errors(&[422]);
    Noun { operations: vec![get], schemas: vec![("Trace", trace()), ("Span", span())] }
}

fn trace() -> Value {
    let category = Object::new("Spans of one kind together.")
        .key("category", word(&CATEGORIES, ""))
        .key("span_count", count(""))
        .key("duration_ns", count("Nanoseconds."))
        .key("self_time_ns", count("Without those of children."))
        .schema();
    Object::new("The trace of an execution.")
        .key("execution_id", uuid(""))
        .key("run_id", uuid(""))
        .key("test_id", uuid(""))
        .key("test_name", text("The name alone."))
        .key("location", text("`\"\"` if unknown."))
        .key("result", result(""))
        .key("duration", nullable(seconds("Seconds, null if the sender gave none.")))
        .key("created_at", timestamp("When its upload was received."))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("view", word(&VIEWS, "As asked for."))
        .key("trace_id", nullable(text("Null without a trace.")))
        .key("span_count", count("All spans."))
        .key("truncated", flag("Whether spans were left out."))
        .key("trace_duration_ns", count("From the first start to the last end."))
        .key("categories", list(&category, "By time of their own."))
        .key("slowest_spans", list(&named("Span"), "By time of their own."))
        .key("spans", nullable(list(&named("Span"), "By start; null in the summary.")))
        .schema()
}

fn span() -> Value {
    Object::new("A span of a trace.")
        .key("span_id", text(""))
        .optional("parent_span_id", text("Left out at the root."))
        .key("name", text(""))
        .key("kind", text(""))
        .key("service_name", text("`\"\"` if unknown."))
        .key("scope_name", text(""))
        .key("category", word(&CATEGORIES, ""))
        .key("badge", text("A short word in upper case."))
        .key("label", text(""))
        .key("detail", text("For example the statement."))
        .key("status_message", text("`\"\"` if there is none."))
        .key("started_at", timestamp(""))
        .key("duration_ns", count("Nanoseconds."))
        .key("self_time_ns", count("Without those of children."))
        .key("error", flag(""))
        .schema()
}
