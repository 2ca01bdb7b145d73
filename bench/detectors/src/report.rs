//! The tables, as Markdown.

use std::fmt::{self, Write};

use crate::detector::{Detector, Target};
use crate::trial::Tally;

/// Alarms by kind of test are shown for these, in this order.
const KINDS: [&str; 15] = [
    "stable",
    "broken from the start",
    "broken later",
    "flaky 0.1 %",
    "flaky 0.3 %",
    "flaky 1 %",
    "flaky 2 %",
    "flaky 5 %",
    "flaky 10 %",
    "flaky 30 %",
    "order-dependent 5-15 %",
    "environment-dependent",
    "slow drift",
    "step change",
    "new",
];

/// One row a detector.
pub(crate) fn quality(text: &mut String, detectors: &[Detector], tallies: &[Tally]) -> fmt::Result {
    writeln!(text, "| monitor | asked for | precision | recall | false alarms per 1,000 test-days | days to detect: median | 90 % |")?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    for (detector, tally) in detectors.iter().zip(tallies) {
        let (name, wanted) = (detector.name, detector.target.words());
        let (precision, recall, false_alarms) = (tally.precision(), tally.recall(), tally.false_alarms_per_1000_test_days());
        let mut days = tally.days.clone();
        days.sort_by(f64::total_cmp);
        let at = |share: f64| days.get((days.len() as f64 * share) as usize).map_or_else(|| "-".to_owned(), |days| format!("{days:.1}"));
        writeln!(text, "| {name} | {wanted} | {precision:.3} | {recall:.3} | {false_alarms:.2} | {} | {} |", at(0.5), at(0.9))?;
    }
    writeln!(text)
}

/// The share of tests with an alarm, by kind and detector.
pub(crate) fn by_kind(text: &mut String, detectors: &[Detector], tallies: &[Tally]) -> fmt::Result {
    write!(text, "| kind | tests |")?;
    detectors.iter().try_for_each(|detector| write!(text, " {} |", detector.name))?;
    writeln!(text)?;
    writeln!(text, "|---|---|{}", "---|".repeat(detectors.len()))?;
    for kind in KINDS {
        let tests = tallies.first().and_then(|tally| tally.by_kind.get(kind)).map_or(0, |counts| counts.0);
        write!(text, "| {kind} | {tests} |")?;
        for tally in tallies {
            let alarmed = tally.by_kind.get(kind).map_or(0, |counts| counts.1);
            write!(text, " {:.1} % |", 100.0 * alarmed as f64 / tests.max(1) as f64)?;
        }
        writeln!(text)?;
    }
    writeln!(text)
}

/// Whether the goal is met, for the monitors that look for flakiness.
pub(crate) fn goal(text: &mut String, world: &str, detectors: &[Detector], tallies: &[Tally]) -> fmt::Result {
    for (detector, tally) in detectors.iter().zip(tallies).filter(|(detector, _)| detector.target == Target::Flakiness) {
        let broken = ["broken from the start", "broken later"];
        let broken: usize = broken.iter().filter_map(|kind| tally.by_kind.get(kind)).map(|counts| counts.1).sum();
        let met = if tally.recall() >= 0.95 && tally.precision() >= 0.98 && broken == 0 { "met" } else { "**not met**" };
        let (precision, recall) = (tally.precision(), tally.recall());
        writeln!(text, "| {} | {world} | {precision:.3} | {recall:.3} | {broken} | {met} |", detector.name)?;
    }
    Ok(())
}
