//! The strip of a test: a brick for each execution. The long one of its page tells much, the small one of a list just how it went.

use std::fmt::Write;

use proctor_core::result::TestResult;
use proctor_core::state::TestState;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::LightExecution;

const BRICK_WIDTH: u32 = 9;
/// Of the tallest brick.
const TALL: f64 = 46.0;
/// Of the shortest.
const SHORT: f64 = 8.0;
/// Where bricks stand; below are the ticks of commits.
const GROUND: f64 = 52.0;
const HEIGHT: u32 = 60;
/// The small strip: width of a brick, and its height.
const SMALL_WIDTH: u32 = 5;
const SMALL_HEIGHT: u32 = 18;

/// One execution: what colour, how tall, and where it leads.
#[derive(Clone, Debug)]
pub struct Brick {
    path: String,
    title: String,
    class: &'static str,
    duration: Option<f64>,
    is_retried: bool,
    is_muted: bool,
    commit: Option<String>,
}

impl Brick {
    /// An execution on the page of its test at `path`, with the state that the test was in then.
    #[must_use]
    pub fn of(execution: &StoredExecution, path: &str, state: TestState) -> Self {
        let branch = execution.branch.as_deref().unwrap_or("no branch");
        let is_retried = execution.flags.runner_retried;
        let commit = super::runs::short_commit(execution.commit_sha.as_deref().unwrap_or_default());
        let mut title = format!(
            "{} on {branch}, {}, {}",
            execution.result.as_str(),
            super::when::maybe_duration(execution.duration),
            execution.created_at
        );
        if !commit.is_empty() {
            _ = write!(title, ", commit {commit}");
        }
        if is_retried {
            title.push_str(", a retry");
        }
        if state != TestState::Enabled {
            _ = write!(title, ", the test was {state}");
        }
        Self {
            path: format!("{path}?execution_id={}#execution", execution.id),
            title,
            class: class_of(execution.result),
            duration: execution.duration,
            is_retried,
            is_muted: state != TestState::Enabled,
            commit: execution.commit_sha.clone(),
        }
    }
}

const fn class_of(result: TestResult) -> &'static str {
    match result {
        TestResult::Passed => "pass",
        TestResult::Failed => "fail",
        TestResult::Skipped => "skip",
        TestResult::Pending | TestResult::Unknown => "pend",
    }
}

/// The bricks beside each other, the oldest first: height by duration, a stroke through one that failed, a ring around a retry, hatched
/// while the test was muted or skipped, and a tick below where the commit changes.
#[must_use]
pub fn strip(bricks: &[Brick]) -> String {
    let longest = bricks.iter().filter_map(|brick| brick.duration).fold(0.0, f64::max);
    let width = u32::try_from(bricks.len()).unwrap_or(0).max(1) * BRICK_WIDTH;
    // Writing to a string cannot fail.
    let mut svg = format!(
        "<svg class=\"chart bricks\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" role=\"group\" aria-label=\"Executions, the oldest first\">"
    );
    svg.push_str(HATCH);
    let mut before: Option<&Brick> = None;
    for (at, brick) in (0_u32..).zip(bricks) {
        let x = at * BRICK_WIDTH;
        if before.is_some_and(|before| before.commit != brick.commit) {
            _ = write!(svg, "<rect class=\"tick\" x=\"{}\" y=\"{}\" width=\"1\" height=\"6\"/>", x.saturating_sub(1), GROUND + 2.0);
        }
        push_brick(&mut svg, brick, x, longest);
        before = Some(brick);
    }
    svg.push_str("</svg>");
    svg
}

/// Lines over what was muted. The one id of the page that charts use.
const HATCH: &str = "<defs><pattern id=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
                     <rect class=\"hatch\" width=\"2\" height=\"4\"/></pattern></defs>";

fn push_brick(svg: &mut String, brick: &Brick, x: u32, longest: f64) {
    // Something is seen of the shortest, too; without a duration the brick is half as tall.
    let share = match brick.duration {
        Some(duration) if longest > 0.0 => (duration / longest).sqrt(),
        _ => 0.5,
    };
    let tall = SHORT + share * (TALL - SHORT);
    let (top, wide) = (GROUND - tall, BRICK_WIDTH - 2);
    let title = attribute(&brick.title);
    // Writing to a string cannot fail.
    _ = write!(svg, "<a href=\"{}\" aria-label=\"{title}\"><title>{title}</title>", brick.path);
    _ = write!(svg, "<rect class=\"none\" x=\"{x}\" y=\"0\" width=\"{BRICK_WIDTH}\" height=\"{HEIGHT}\"/>");
    _ = write!(svg, "<rect class=\"{}\" x=\"{x}\" y=\"{top:.1}\" width=\"{wide}\" height=\"{tall:.1}\" rx=\"1\"/>", brick.class);
    if brick.is_muted {
        _ = write!(svg, "<rect fill=\"url(#hatch)\" x=\"{x}\" y=\"{top:.1}\" width=\"{wide}\" height=\"{tall:.1}\" rx=\"1\"/>");
    }
    if brick.class == "fail" {
        // Not by colour alone.
        _ = write!(svg, "<path class=\"mark\" d=\"M{x} {GROUND}l{wide} -{wide}\"/>");
    }
    if brick.is_retried {
        let (ring_x, ring_y) = (f64::from(x) - 0.25, top - 0.75);
        _ = write!(svg, "<rect class=\"ring\" x=\"{ring_x}\" y=\"{ring_y:.1}\" width=\"7.5\" height=\"{:.1}\" rx=\"2\"/>", tall + 1.5);
    }
    svg.push_str("</a>");
}

/// A small strip, the oldest first, that says the same in words: it stands in a row of a list.
#[must_use]
pub fn small_strip(newest_first: &[LightExecution]) -> String {
    let width = u32::try_from(newest_first.len()).unwrap_or(0).max(1) * SMALL_WIDTH;
    let failed = newest_first.iter().filter(|execution| execution.result == TestResult::Failed).count();
    let says = format!("{failed} of the last {} failed", newest_first.len());
    // Writing to a string cannot fail.
    let mut svg = format!(
        "<svg class=\"chart small-strip\" viewBox=\"0 0 {width} {SMALL_HEIGHT}\" width=\"{width}\" height=\"{SMALL_HEIGHT}\" role=\"img\" aria-label=\"{says}\"><title>{says}</title>"
    );
    for (at, execution) in (0_u32..).zip(newest_first.iter().rev()) {
        let (x, class) = (at * SMALL_WIDTH, class_of(execution.result));
        // Failed ones are tall, so that they are told apart without colour.
        let tall = if class == "fail" { SMALL_HEIGHT } else { SMALL_HEIGHT / 2 };
        let (top, wide) = (SMALL_HEIGHT - tall, SMALL_WIDTH - 1);
        _ = write!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"{tall}\"/>");
    }
    svg.push_str("</svg>");
    svg
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brick(class: &'static str, commit: &str) -> Brick {
        let (path, title) = ("/t".to_owned(), "\"<x>\" & y".to_owned());
        Brick { path, title, class, duration: Some(1.0), is_retried: false, is_muted: false, commit: Some(commit.to_owned()) }
    }

    #[test]
    fn what_is_special_about_a_brick_is_seen_and_titles_are_text() {
        let plain = strip(&[brick("pass", "a"), brick("pass", "a")]);
        for mark in ["class=\"ring\"", "url(#hatch)", "class=\"mark\"", "class=\"tick\""] {
            assert!(!plain.contains(mark), "{mark}");
        }
        let special = Brick { is_retried: true, is_muted: true, ..brick("fail", "b") };
        let svg = strip(&[brick("pass", "a"), special]);
        for mark in ["class=\"ring\"", "url(#hatch)", "class=\"mark\"", "class=\"tick\""] {
            assert_eq!(svg.matches(mark).count(), 1, "{mark}");
        }
        assert!(svg.contains("<title>&quot;&lt;x>&quot; &amp; y</title>"), "{svg}");
    }
}
