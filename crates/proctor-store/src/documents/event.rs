//! What the ledger keeps of an alarm or a recovery.

use proctor_core::monitors::evaluation::{Change, Figures, Thresholds};
use proctor_core::monitors::tracker::{Cause, Event};
use serde_json::{Map, Value, json};

/// Score, thresholds, figures, cause and evidence of an event.
#[must_use]
pub fn event_document(monitor: &str, event: &Event) -> Map<String, Value> {
    let Event { kind: _, at: _, cause, score, thresholds: Thresholds { alarm, recover }, figures, evidence } = event;
    let (cause, execution) = match cause {
        Cause::Execution(execution) => ("execution", Some(execution.to_string())),
        Cause::Clock => ("clock", None),
        Cause::Expired => ("expired", None),
    };
    let document = json!({
        "monitor": monitor,
        "cause": cause,
        "execution_id": execution,
        "score": score,
        "thresholds": { "alarm": alarm, "recover": recover },
        "figures": figures_document(figures),
        "evidence": evidence.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}

fn figures_document(figures: &Figures) -> Value {
    match figures {
        Figures::TransitionCount { transitions, executions_in_window } => {
            json!({ "transitions": transitions, "executions_in_window": executions_in_window })
        }
        Figures::PassedOnRetry { commit_count, executions_in_window, days_in_window } => {
            json!({ "commit_count": commit_count, "executions_in_window": executions_in_window, "days_in_window": days_in_window })
        }
        Figures::ProbabilisticFlakiness { passed_commits, failed_commits, failures, passes } => {
            json!({ "passed_commits": passed_commits, "failed_commits": failed_commits, "failures": failures, "passes": passes })
        }
        Figures::NewTest { passed_in_a_row } => json!({ "passed_in_a_row": passed_in_a_row }),
        Figures::DurationThreshold { duration_s, baseline_s, executions_in_window } => {
            json!({ "duration_s": duration_s, "baseline_s": baseline_s, "executions_in_window": executions_in_window })
        }
        Figures::FailureRate { failures, executions_in_window } => {
            json!({ "failures": failures, "executions_in_window": executions_in_window })
        }
        Figures::Changepoint(change) => change.as_ref().map_or(Value::Null, |change| {
            let Change { after, before, probability, level_before, level_after } = change;
            json!({
                "after": after.map(|id| id.to_string()), "before": before.to_string(), "probability": probability,
                "level_before": level_before, "level_after": level_after,
            })
        }),
    }
}
