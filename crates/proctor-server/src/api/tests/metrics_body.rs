//! A test with metrics on the wire (`rest-api.md`, 3.3).

use proctor_core::metrics::Metrics;
use proctor_core::result::{ResultCounts, TestResult};
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::Percentiles;
use serde::Serialize;
use serde_json::{Map, Value};

use super::body::TestBody;
use crate::urls::SuiteUrls;

/// A test with metrics. Durations are seconds; counters are integers, or the Go client fails.
#[derive(Clone, Debug, Serialize)]
pub struct MeasuredTestBody {
    #[serde(flatten)]
    test: TestBody,
    reliability: Option<f64>,
    duration_avg: Option<f64>,
    duration_sum: Option<f64>,
    duration_min: Option<f64>,
    duration_max: Option<f64>,
    executions_count: u64,
    executions_count_by_result: CountsBody,
    /// Proctor's own: percentiles of durations, where they were asked for.
    #[serde(flatten)]
    percentiles: Map<String, Value>,
}

impl MeasuredTestBody {
    /// The test and its metrics; all zero or null when nothing was measured.
    #[must_use]
    pub fn new(test: KnownTest, metrics: &Metrics, urls: &SuiteUrls) -> Self {
        let durations = &metrics.durations;
        Self {
            test: TestBody::new(test, urls),
            reliability: metrics.reliability(),
            duration_avg: finite(durations.avg()),
            duration_sum: finite(durations.sum()),
            duration_min: finite(durations.min()),
            duration_max: finite(durations.max()),
            executions_count: metrics.counts.total(),
            executions_count_by_result: CountsBody::new(&metrics.counts),
            percentiles: Map::new(),
        }
    }

    /// With one percentile, under the name by which lists are sorted by it.
    #[must_use]
    pub fn with_percentile(mut self, name: &'static str, seconds: Option<f64>) -> Self {
        self.percentiles.insert(name.to_owned(), finite(seconds).into());
        self
    }

    /// With all percentiles.
    #[must_use]
    pub fn with_percentiles(self, percentiles: Percentiles) -> Self {
        let Percentiles { p50, p90, p95, p99 } = percentiles;
        let named = [("duration_p50", p50), ("duration_p90", p90), ("duration_p95", p95), ("duration_p99", p99)];
        named.into_iter().fold(self, |body, (name, seconds)| body.with_percentile(name, seconds))
    }
}

/// Executions by result: the two that count always, the others only above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct CountsBody {
    passed: u64,
    failed: u64,
    #[serde(skip_serializing_if = "is_zero")]
    skipped: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pending: u64,
    #[serde(skip_serializing_if = "is_zero")]
    unknown: u64,
}

impl CountsBody {
    fn new(counts: &ResultCounts) -> Self {
        Self {
            passed: counts.of(TestResult::Passed),
            failed: counts.of(TestResult::Failed),
            skipped: counts.of(TestResult::Skipped),
            pending: counts.of(TestResult::Pending),
            unknown: counts.of(TestResult::Unknown),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// JSON knows no infinity.
fn finite(seconds: Option<f64>) -> Option<f64> {
    seconds.filter(|seconds| seconds.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 62, 63
    #[test]
    fn counters_are_integers_and_rare_ones_only_above_zero() {
        let mut counts = ResultCounts::default();
        assert_eq!(serde_json::to_string(&CountsBody::new(&counts)).unwrap(), r#"{"passed":0,"failed":0}"#);
        for result in TestResult::ALL {
            counts.add(result);
        }
        let all = r#"{"passed":1,"failed":1,"skipped":1,"pending":1,"unknown":1}"#;
        assert_eq!(serde_json::to_string(&CountsBody::new(&counts)).unwrap(), all);
    }
}
