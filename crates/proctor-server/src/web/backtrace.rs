//! Backtraces for people: the project's own frames are seen, runs of frames of libraries are folded.

use std::borrow::Cow;

use proctor_core::fingerprint::{is_foreign_frame, without_ansi};
use proctor_core::record::FailureDetail;

use super::ansi;

/// Fewer lines than this are not worth a fold.
const FOLDED_LINES_MIN: usize = 3;

/// Message and backtrace of one detail of a failure, as markup.
#[derive(Debug, Default)]
pub struct DetailView {
    /// What it says.
    pub expanded: String,
    /// Where it came up, in parts.
    pub folds: Vec<Fold>,
}

/// Lines of a backtrace that are shown or folded together.
#[derive(Debug, PartialEq, Eq)]
pub struct Fold {
    /// How many there are.
    pub lines: usize,
    /// The lines as markup.
    pub html: String,
    /// Whether they are of code that the project did not write.
    pub is_foreign: bool,
}

impl DetailView {
    /// Details that say something.
    #[must_use]
    pub fn all(details: &[FailureDetail<'_>]) -> Vec<Self> {
        let view =
            |detail: &FailureDetail<'_>| Self { expanded: ansi::to_html(&detail.expanded.join("\n")), folds: folds(&detail.backtrace) };
        details.iter().map(view).filter(|view| !view.expanded.is_empty() || !view.folds.is_empty()).collect()
    }
}

/// Splits a backtrace. A line that names no place belongs to the frame before it, as the line of code below a frame of Python does.
fn folds(backtrace: &[Cow<'_, str>]) -> Vec<Fold> {
    let whole = backtrace.join("\n");
    let shown = ansi::shortened(&whole);
    let mut runs: Vec<(bool, Vec<&str>)> = Vec::new();
    for line in shown.lines() {
        let plain = without_ansi(line);
        let is_foreign = match runs.last() {
            Some((is_foreign, _)) if !names_a_place(&plain) => *is_foreign,
            _ => is_foreign_frame(&plain),
        };
        match runs.last_mut() {
            Some((known, lines)) if *known == is_foreign => lines.push(line),
            _ => runs.push((is_foreign, vec![line])),
        }
    }
    let mut folds: Vec<Fold> = Vec::new();
    for (is_foreign, lines) in runs {
        let is_foreign = is_foreign && lines.len() >= FOLDED_LINES_MIN;
        let html = ansi::to_html(&lines.join("\n"));
        match folds.last_mut() {
            Some(before) if before.is_foreign == is_foreign => {
                before.lines += lines.len();
                before.html.push('\n');
                before.html.push_str(&html);
            }
            _ => folds.push(Fold { lines: lines.len(), html, is_foreign }),
        }
    }
    folds
}

/// Whether a line may be a frame: only those have a number behind a colon, a bracket or `line`.
fn names_a_place(line: &str) -> bool {
    let has_number_behind =
        |mark: &str| line.match_indices(mark).any(|(at, _)| line[at + mark.len()..].starts_with(|c: char| c.is_ascii_digit()));
    [":", "(", "line "].into_iter().any(has_number_behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Vec<(usize, bool)> {
        let lines: Vec<Cow<'_, str>> = lines.iter().map(|line| Cow::Borrowed(*line)).collect();
        folds(&lines).into_iter().map(|fold| (fold.lines, fold.is_foreign)).collect()
    }

    #[test]
    fn frames_of_libraries_are_folded() {
        let library = "    at run (/app/node_modules/jest/run.js:1:2)";
        let own = "    at add (/app/src/cart.js:3:4)";
        assert_eq!(of(&[own, library, library, library, own]), [(1, false), (3, true), (1, false)]);
        assert_eq!(of(&[own, library, library, own]), [(4, false)], "too few to fold");
        assert_eq!(
            of(&["  File \"/usr/lib/python3/x.py\", line 1, in f", "    call()", "  File \"/usr/lib/python3/y.py\", line 2, in g"]),
            [(3, true)]
        );
        assert_eq!(of(&[]), []);
        assert!(folds(&[Cow::Borrowed("<b> at x.js:1:2")])[0].html.starts_with("&lt;b&gt;"));
    }
}
