//! Parameters that select executions and tests.

use serde_json::json;

use super::operation::Operation;
use super::schema::{result, text, timestamp, word};

/// The window of executions.
pub(super) fn within(operation: Operation) -> Operation {
    operation
        .query("period", text("The last `<n>hours` or `<n>days`. Not together with a timestamp."))
        .query("min_timestamp", timestamp("From here, by the time of receipt."))
        .query("max_timestamp", timestamp("Up to here, exclusive; now if left out."))
        .errors(&[400, 422])
}

/// Filters and order of tests. A comma separates values, of which one must fit; what begins with `!` must not.
pub(super) fn filtered(operation: Operation) -> Operation {
    let by = ["duration_avg", "duration_sum", "duration_min", "duration_max", "reliability"];
    let percentiles = ["duration_p50", "duration_p90", "duration_p95", "duration_p99"];
    let sorts: Vec<&str> = by.into_iter().chain(percentiles).collect();
    operation
        .query("labels", text("Labels: any of them, none of those with `!`."))
        .query("owners", text("Slugs of teams: any of them, none of those with `!`."))
        .query("state", word(&["enabled", "muted", "skipped"], "The test's state."))
        .query("branch", text("Executions on this branch: `name`, `!name` or `beginning*`."))
        .query("tags", text("Executions with these tags: `key:value`, `!key:value`, `key:beginning*`; `result:~word`, `result:^word`."))
        .query("sort_by", json!({ "type": "string", "enum": sorts, "default": "duration_avg", "description": "What is compared." }))
        .query(
            "order",
            json!({ "type": "string", "enum": ["desc", "asc"], "default": "desc", "description": "Tests without a value are last." }),
        )
        .errors(&[400, 422])
}

/// The window and the filters of executions that Proctor's own questions take.
pub(super) fn asked(operation: Operation) -> Operation {
    within(operation)
        .query("branch", text("Executions on this branch: `name`, `!name` or `beginning*`."))
        .query("tags", text("Executions with these tags: `key:value`, `!key:value`, `key:beginning*`."))
        .query("result", result("Executions with this result."))
}
