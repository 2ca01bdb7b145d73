//! Replays give the verdict that stands in the ledger, to the last digit; and how the ledger is asked.

use serde_json::{Value, json};

use super::{HOUR_MS, on_commit, start};
use crate::support::timed;

const RUNS: u32 = 60;
const TESTS: u32 = 6;

/// Some number, the same each time.
fn noise(run: u32, test: u32) -> u32 {
    let mixed = (run.wrapping_mul(2_654_435_761) ^ test.wrapping_mul(2_246_822_519)).wrapping_mul(3_266_489_917);
    (mixed ^ (mixed >> 15)) % 1_000
}

// contract: workflows 9
#[tokio::test]
async fn every_event_of_every_monitor_replays_to_the_same_verdict() {
    let app = start().await;
    // A third of the scores, sevenths and elevenths of these have no short decimal.
    for (name, monitor) in [
        ("transitions", json!({ "type": "transition_count", "window": 11, "alarm": 0.3, "recover": 0.1 })),
        (
            "probable",
            json!({ "type": "probabilistic_flakiness", "score_threshold_high": 0.09, "score_threshold_low": 0.07, "window_executions": 7 }),
        ),
        ("rate", json!({ "type": "failure_rate", "window_executions": 7, "alarm": 0.4, "recover": 0.2, "sample_min": 3 })),
        ("slow", json!({ "type": "duration_threshold", "aggregation": "mean", "window": 7, "alarm": 0.6, "recover": 0.5 })),
        ("slower", json!({ "type": "duration_threshold", "window": 5, "baseline": 20, "alarm": 1.3, "recover": 1.1 })),
        ("breaks", json!({ "type": "changepoint", "probability": 0.6, "change_min": 0.1 })),
        ("jumps", json!({ "type": "changepoint", "signal": "duration", "probability": 0.6, "change_min": 1.1 })),
    ] {
        app.create(json!({ "name": name, "monitor": monitor })).await;
    }
    app.settle().await;
    for run in 0..RUNS {
        let one = |test: u32| {
            let is_bad = noise(run, test) < 60 * test + 400 * u32::from(run / 20 == 1);
            let duration = f64::from(noise(test, run)) / 977.0 + f64::from(run / 30);
            timed(&format!("t{test}"), if is_bad { "failed" } else { "passed" }, Some(duration))
        };
        let data: Vec<Value> = (0..TESTS).flat_map(|test| [one(test), one(test + 100 * (run % 2))]).collect();
        app.clock().advance_ms(HOUR_MS);
        assert_eq!(app.upload(&on_commit(&format!("r{run}"), &format!("c{}", run / 2), &data)).await.status, 202);
    }
    app.settle().await;
    let mut monitors = std::collections::BTreeMap::<String, u32>::new();
    for page in 1.. {
        let events = app.get(&app.p(&format!("/events?per_page=100&page={page}"))).await.array();
        if events.is_empty() {
            break;
        }
        for event in &events {
            let replayed = app.post(&app.p(&format!("/ledger/{}/replay", event["id"].as_str().unwrap())), &json!({})).await.json();
            assert_eq!(replayed, json!({ "verdict": "same" }), "{event}");
            *monitors.entry(event["workflow"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    println!("{monitors:?}");
    assert!(monitors.len() >= 6 && monitors.values().sum::<u32>() > 40, "there was something to replay: {monitors:?}");
}

#[tokio::test]
async fn kinds_that_a_list_does_not_have_are_refused_with_those_that_it_has() {
    let app = start().await;
    for kind in ["label_added", "x"] {
        let refused = app.get(&app.p(&format!("/events?kind={kind}"))).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, "kind must be one of alarm, recover"));
    }
    assert_eq!(app.get(&app.p("/ledger?kind=label_added")).await.status, 200);
    assert!(app.get(&app.p("/ledger?kind=x")).await.message().contains("label_added"));
}
