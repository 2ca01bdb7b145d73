//! What became of tests, execution by execution and day by day. Proctor's own.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, nullable, result, seconds, tags, text, texts, timestamp, url, uuid};
use super::selection;

pub(super) fn noun() -> Noun {
    let read = |rest: &str, id| {
        let path = format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}{rest}");
        selection::asked(Operation::new(Method::GET, path, id, "Proctor", Access::Scope(READ_SUITES)))
    };
    let group_by = || text("The key of a tag: each of its values has days of its own.");
    let operations = vec![
        read("/tests/{test}/executions", "listExecutionsOfTest")
            .summary("Executions of one test")
            .query("include_failure_expanded", flag("Whether `failure_expanded` shows."))
            .answers_pages("Newest first.", "TestExecution"),
        read("/tests/{test}/history", "getHistoryOfTest")
            .summary("One test, day by day")
            .query("group_by", group_by())
            .answers_pages("Days with executions, oldest first.", "Day"),
        read("/trend", "getTrend")
            .summary("A suite, day by day")
            .query("group_by", group_by())
            .answers_pages("Days with executions, oldest first.", "TrendDay"),
    ];
    let trend = day("All tests of a suite on one day.")
        .optional("runs_count", count("Runs that began; only without `group_by`."))
        .optional("failed_runs_count", count("Those of them that failed."))
        .schema();
    let schemas = vec![("TestExecution", execution()), ("Day", day("One test on one day.").schema()), ("TrendDay", trend)];
    Noun { operations, schemas }
}

fn day(description: &'static str) -> Object {
    let by_result = ["passed", "failed", "skipped", "pending", "unknown"];
    let counts = by_result.into_iter().fold(Object::new("Executions by result."), |keys, result| keys.key(result, count("")));
    let duration = || nullable(seconds("Seconds, null if no execution has a duration."));
    Object::new(description)
        .key("date", json!({ "type": "string", "format": "date", "description": "UTC." }))
        .optional("group", nullable(text("The tag's value, null without it: only with `group_by`.")))
        .key("executions_count", count("Selected executions of any result."))
        .key("executions_count_by_result", counts.schema())
        .key("reliability", nullable(seconds("Passed by passed and failed; null if there are neither.")))
        .key("duration_avg", duration())
        .key("duration_p50", duration())
        .key("duration_p90", duration())
        .key("duration_p95", duration())
        .key("duration_p99", duration())
}

fn execution() -> Value {
    let failure = Object::new("One failure.").key("backtrace", texts("Lines.")).key("expanded", texts("Lines.")).schema();
    Object::new("An execution of a test.")
        .key("id", uuid(""))
        .key("web_url", url("For people."))
        .key("run_id", uuid(""))
        .key("run_url", url("In the API."))
        .key("run_web_url", url("For people."))
        .key("upload_id", uuid(""))
        .key("created_at", timestamp("When its upload was received."))
        .key("result", result(""))
        .key("duration", nullable(seconds("Seconds, null if the sender gave none.")))
        .key("branch", text("`\"\"` if unknown."))
        .key("commit_sha", text("`\"\"` if unknown."))
        .key("location", text("`\"\"` if unknown."))
        .key("file_name", text("`\"\"` if unknown."))
        .key("tags", tags("What senders attached."))
        .key("failure_reason", text("As sent."))
        .optional("failure_expanded", list(&failure, "Only when asked for."))
        .key("retried_by_runner", flag("Whether an attempt before this one failed."))
        .key("truncated", flag("Whether text or spans were longer than what is kept."))
        .schema()
}
