//! What a test comes to, in cards.

use proctor_core::interval::{Interval, wilson};
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_store::queries::Percentiles;

use super::when::{count, maybe_duration, maybe_percent, percent};

/// One figure.
#[derive(Debug)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// The figure.
    pub value: String,
    /// What else there is to say.
    pub note: String,
}

/// Where the true reliability lies with 95 % confidence: `97.2 – 99.6 %`; empty when nothing was judged.
#[must_use]
pub fn interval_text(metrics: &Metrics) -> String {
    let (passed, failed) = (metrics.counts.of(TestResult::Passed), metrics.counts.of(TestResult::Failed));
    let text = |interval: Interval| format!("{} – {}", percent(interval.low).trim_end_matches(" %"), percent(interval.high));
    wilson(passed, passed + failed).map_or_else(String::new, text)
}

/// The cards of a test over some days.
#[must_use]
pub fn facts(metrics: &Metrics, percentiles: &Percentiles, days: u32) -> Vec<Fact> {
    let of = |result| metrics.counts.of(result);
    let fact = |name: &str, value: String, note: String| Fact { name: name.to_owned(), value, note };
    let interval = interval_text(metrics);
    let others = metrics.counts.total() - of(TestResult::Passed) - of(TestResult::Failed);
    let longest = metrics.durations.max().map(|max| format!("longest {}", maybe_duration(Some(max)))).unwrap_or_default();
    vec![
        fact(
            &format!("Reliability, {days} days"),
            maybe_percent(metrics.reliability()),
            if interval.is_empty() { String::new() } else { format!("95 %: {interval}") },
        ),
        fact("Executions", count(metrics.counts.total()), format!("{} neither passed nor failed", count(others))),
        fact("Failed", count(of(TestResult::Failed)), format!("{} passed", count(of(TestResult::Passed)))),
        fact("Median duration", maybe_duration(percentiles.p50), format!("mean {}", maybe_duration(metrics.durations.avg()))),
        fact("95th percentile", maybe_duration(percentiles.p95), longest),
        fact("Time in all", maybe_duration(metrics.durations.sum()), "all its executions together".to_owned()),
    ]
}
