//! How long a test took: a point for each execution, with the median and the 95th percentile of each day.
//!
//! The SVG is there without scripts. With them, the same figures are drawn by uPlot, where a part can be looked at closely
//! (`assets/durations.js`); it reads them from a block of JSON, which is data and not run.

use std::fmt::Write;

use proctor_core::day::DAY_MS;
use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use proctor_store::queries::{HistoryPoint, LightExecution};

use super::when::duration;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;
/// Room above and below, so that points are not cut.
const MARGIN: f64 = 6.0;
/// What takes so many times the highest 95th percentile is drawn at the upper edge.
const OUTLIER_TIMES: f64 = 3.0;

/// The chart, and what it is drawn from.
#[derive(Debug, Default)]
pub struct DurationChart {
    /// Points and lines, without text.
    pub svg: String,
    /// What the upper edge means, and the middle.
    pub top: String,
    /// Half of it.
    pub middle: String,
    /// The first day and the last.
    pub days: (String, String),
    /// How many executions are points.
    pub points: usize,
    /// How many of them are beyond the upper edge.
    pub outliers: usize,
    /// The figures for the script: an object of arrays of numbers, nothing that a test says.
    pub json: String,
}

impl DurationChart {
    /// `newest_first`: executions of the window; those without a duration are no points.
    #[must_use]
    pub fn new(newest_first: &[LightExecution], history: &[HistoryPoint], window: Window) -> Self {
        let timed = |execution: &LightExecution| Some((execution.created_at, execution.duration?, execution.result));
        let points: Vec<(Timestamp, f64, TestResult)> = newest_first.iter().rev().filter_map(timed).collect();
        if points.is_empty() {
            return Self::default();
        }
        let scale = Scale::of(&points, history, window);
        let outliers = points.iter().filter(|(_, seconds, _)| *seconds > scale.top).count();
        let day = |at: Timestamp| at.to_string().get(..10).unwrap_or_default().to_owned();
        Self {
            svg: svg_of(&points, history, &scale),
            top: duration(scale.top),
            middle: duration(scale.top / 2.0),
            days: (day(scale.from), day(window.until.plus_millis(-1))),
            points: points.len(),
            outliers,
            json: json_of(&points, history),
        }
    }
}

/// From moments and seconds to units of the drawing.
struct Scale {
    from: Timestamp,
    span_ms: f64,
    top: f64,
}

impl Scale {
    fn of(points: &[(Timestamp, f64, TestResult)], history: &[HistoryPoint], window: Window) -> Self {
        // The first point may lie long behind the beginning of the window: the space before it says nothing.
        let first = points.first().map_or(window.from, |(at, ..)| *at).millis().div_euclid(DAY_MS) * DAY_MS;
        let from = Timestamp::from_millis(first.max(window.from.millis()));
        let longest = points.iter().map(|(_, seconds, _)| *seconds).fold(0.0, f64::max);
        let p95 = history.iter().filter_map(|point| point.percentiles.p95).fold(0.0, f64::max);
        let top = if p95 > 0.0 { longest.min(p95 * OUTLIER_TIMES) } else { longest };
        let span_ms = (window.until.millis() - from.millis()).max(1) as f64;
        Self { from, span_ms, top: if top > 0.0 { top } else { 1.0 } }
    }

    fn x(&self, at_ms: i64) -> f64 {
        ((at_ms - self.from.millis()) as f64 / self.span_ms * WIDTH).clamp(0.0, WIDTH)
    }

    fn y(&self, seconds: f64) -> f64 {
        HEIGHT - MARGIN - (seconds / self.top).min(1.0) * (HEIGHT - 2.0 * MARGIN)
    }
}

fn svg_of(points: &[(Timestamp, f64, TestResult)], history: &[HistoryPoint], scale: &Scale) -> String {
    let mut svg = format!(
        "<svg class=\"chart scatter\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for y in [MARGIN, HEIGHT / 2.0, HEIGHT - MARGIN] {
        // Writing to a string cannot fail.
        _ = write!(svg, "<path class=\"grid\" d=\"M0 {y}H{WIDTH}\"/>");
    }
    // One path for each kind: a point is a line of no length with round ends, which no stretching turns into an oval.
    for (class, is_of) in [("dots", is_other as fn(TestResult) -> bool), ("dots bad", is_failed)] {
        let mut path = String::new();
        for (at, seconds, result) in points.iter().filter(|(.., result)| is_of(*result)) {
            let _: &TestResult = result;
            _ = write!(path, "M{:.1} {:.1}h0", scale.x(at.millis()), scale.y(*seconds));
        }
        _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    for (class, value) in [("line p95", p95 as fn(&HistoryPoint) -> Option<f64>), ("line", p50)] {
        let mut path = String::new();
        let mut before: Option<i64> = None;
        for (day, seconds) in history.iter().filter_map(|point| Some((point.day.millis(), value(point)?))) {
            let command = if before.is_some_and(|before| day - before == DAY_MS) { 'L' } else { 'M' };
            // Percentiles of a day stand at its noon; one between gaps is a dot.
            _ = write!(path, "{command}{:.1} {:.1}h.1", scale.x(day + DAY_MS / 2), scale.y(seconds));
            before = Some(day);
        }
        _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    svg.push_str("</svg>");
    svg
}

const fn is_failed(result: TestResult) -> bool {
    matches!(result, TestResult::Failed)
}

const fn is_other(result: TestResult) -> bool {
    !is_failed(result)
}

const fn p50(point: &HistoryPoint) -> Option<f64> {
    point.percentiles.p50
}

const fn p95(point: &HistoryPoint) -> Option<f64> {
    point.percentiles.p95
}

/// Milliseconds since the epoch as differences, seconds, and 1 for failed; then noon, p50 and p95 of days.
fn json_of(points: &[(Timestamp, f64, TestResult)], history: &[HistoryPoint]) -> String {
    let first = points.first().map_or(0, |(at, ..)| at.millis());
    let (mut times, mut seconds, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = first;
    for (at, taken, result) in points {
        times.push(at.millis() - before);
        before = at.millis();
        // Microseconds are as fine as anybody looks.
        seconds.push((taken * 1e6).round() / 1e6);
        failed.push(u8::from(is_failed(*result)));
    }
    let days: Vec<_> = history.iter().map(|point| (point.day.millis() + DAY_MS / 2, p50(point), p95(point))).collect();
    serde_json::json!({ "first": first, "times": times, "seconds": seconds, "failed": failed, "days": days }).to_string()
}

#[cfg(test)]
mod tests {
    use proctor_core::id::{RunId, UploadId, Uuid};
    use proctor_core::metrics::Metrics;
    use proctor_store::queries::Percentiles;

    use super::*;

    fn execution(at_ms: i64, duration: Option<f64>, result: TestResult) -> LightExecution {
        let (run, upload) = (RunId::new(Uuid::nil()), UploadId::new(Uuid::nil()));
        let created_at = Timestamp::from_millis(at_ms);
        LightExecution { ordinal: 0, result, duration, run, upload, index: 0, created_at, has_spans: false }
    }

    #[test]
    fn points_lines_and_figures() {
        let window = Window { from: Timestamp::from_millis(0), until: Timestamp::from_millis(2 * DAY_MS) };
        let percentiles = Percentiles { p50: Some(1.0), p90: None, p95: Some(2.0), p99: None };
        let day = HistoryPoint { day: Timestamp::from_millis(0), group: None, metrics: Metrics::default(), percentiles };
        let newest_first = [
            execution(DAY_MS, Some(60.0), TestResult::Failed),
            execution(1_000, None, TestResult::Skipped),
            execution(0, Some(3.0), TestResult::Passed),
        ];
        let chart = DurationChart::new(&newest_first, &[day], window);
        assert_eq!((chart.points, chart.outliers, chart.top.as_str(), chart.middle.as_str()), (2, 1, "6.00 s", "3.00 s"));
        assert_eq!(chart.days, ("1970-01-01".to_owned(), "1970-01-02".to_owned()));
        assert!(chart.svg.contains("class=\"dots\" d=\"M0.0 100.0h0\"") && chart.svg.contains("class=\"dots bad\" d=\"M500.0 6.0h0\""));
        let json: serde_json::Value = serde_json::from_str(&chart.json).unwrap();
        assert_eq!(json["times"], serde_json::json!([0, DAY_MS]));
        assert_eq!(json["failed"], serde_json::json!([0, 1]));
        assert_eq!(json["days"], serde_json::json!([[DAY_MS / 2, 1.0, 2.0]]));
        assert_eq!(DurationChart::new(&newest_first[1..2], &[], window).points, 0);
    }
}
