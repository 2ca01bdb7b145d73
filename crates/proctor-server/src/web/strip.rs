//! The strip of a test: a brick for each execution.

use std::fmt::Write;

use proctor_core::result::TestResult;
use proctor_store::executions::StoredExecution;

const BRICK_WIDTH: u32 = 9;
const HEIGHT: f64 = 46.0;

/// One execution: what colour, how tall, and where it leads.
#[derive(Clone, Debug)]
pub struct Brick {
    path: String,
    title: String,
    class: &'static str,
    duration: Option<f64>,
    is_retried: bool,
    commit: Option<String>,
}

impl Brick {
    /// An execution on the page of its test at `path`.
    #[must_use]
    pub fn of(execution: &StoredExecution, path: &str) -> Self {
        let branch = execution.branch.as_deref().unwrap_or("no branch");
        Self {
            path: format!("{path}?execution_id={}", execution.id),
            title: format!(
                "{} on {branch}, {}, {}",
                execution.result.as_str(),
                super::when::maybe_duration(execution.duration),
                execution.created_at
            ),
            class: class_of(execution.result),
            duration: execution.duration,
            is_retried: execution.flags.runner_retried,
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

/// The bricks beside each other: height by duration, a dot over one that the runner retried, a line below where the commit changes.
#[must_use]
pub fn strip(bricks: &[Brick]) -> String {
    let longest = bricks.iter().filter_map(|brick| brick.duration).fold(0.0, f64::max);
    let width = u32::try_from(bricks.len()).unwrap_or(0).max(1) * BRICK_WIDTH;
    // Writing to a string cannot fail.
    let mut svg = format!(
        "<svg class=\"chart bricks\" viewBox=\"0 0 {width} 58\" width=\"{width}\" height=\"58\" role=\"group\" aria-label=\"Executions, the oldest first\">"
    );
    for (at, brick) in (0_u32..).zip(bricks) {
        let x = at * BRICK_WIDTH;
        // Something is seen of the shortest, too; without a duration the brick is half as tall.
        let share = match brick.duration {
            Some(duration) if longest > 0.0 => (duration / longest).sqrt(),
            _ => 0.5,
        };
        let tall = 8.0 + share * (HEIGHT - 8.0);
        let title = brick.title.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        _ = write!(svg, "<a href=\"{}\" aria-label=\"{title}\"><title>{title}</title>", brick.path);
        _ = write!(svg, "<rect class=\"none\" x=\"{x}\" y=\"0\" width=\"{BRICK_WIDTH}\" height=\"58\"/>");
        _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{x}\" y=\"{:.1}\" width=\"{}\" height=\"{tall:.1}\" rx=\"1\"/>",
            brick.class,
            52.0 - tall,
            BRICK_WIDTH - 2
        );
        if brick.class == "fail" {
            // Not by colour alone.
            _ = write!(svg, "<path class=\"mark\" d=\"M{x} 52l{w} -{w}\"/>", w = BRICK_WIDTH - 2);
        }
        if brick.is_retried {
            _ = write!(svg, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"3\" r=\"2.2\"/>", f64::from(x) + 3.5);
        }
        svg.push_str("</a>");
        let is_new_commit = at > 0 && bricks.get(at as usize - 1).is_some_and(|before| before.commit != brick.commit);
        if is_new_commit {
            _ = write!(svg, "<rect class=\"pend\" x=\"{}\" y=\"54\" width=\"1\" height=\"4\"/>", x.saturating_sub(1));
        }
    }
    svg.push_str("</svg>");
    svg
}
