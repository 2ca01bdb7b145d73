//! When each suite ran, on which branch and what came of it.

use proctor_core::time::Timestamp;

use crate::demo::character::{Character, Code, assign};
use crate::demo::dice::Dice;
use crate::demo::render::{Sent, Upload, native, rendered};
use crate::demo::suites::DemoSuite;
use crate::demo::template::{TestTemplate, read_tests};

/// How far back the history goes.
const HISTORY_MS: i64 = 28 * 24 * 60 * 60 * 1000;
/// How long before now the last run was.
const LAST_RUN_MS: i64 = 3 * 60 * 1000;
/// A failed job that is started again takes this long.
const RETRY_MS: i64 = 90 * 1000;

/// One run of a suite.
#[derive(Debug)]
pub(super) struct PlannedRun {
    /// What groups its uploads.
    pub(super) key: String,
    /// Its number.
    pub(super) number: u32,
    /// Its branch.
    pub(super) branch: &'static str,
    /// Its revision.
    pub(super) commit: String,
    /// Its commit message.
    pub(super) message: &'static str,
    /// When its first upload came.
    pub(super) at: Timestamp,
    /// The same as a fraction of the history.
    pub(super) when: f64,
    /// What code it tests.
    pub(super) code: Code,
}

const MESSAGES: [&str; 8] = [
    "Fix rounding in totals",
    "Upgrade dependencies",
    "Make timeouts explicit",
    "Tidy the configuration",
    "Cache what does not change",
    "Log less",
    "Handle the empty case",
    "Rename for clarity",
];

/// All uploads of a suite, oldest first.
///
/// # Errors
/// When the suite's report cannot be read.
pub(super) fn plan(suite: &'static DemoSuite, runs: u32, now: Timestamp) -> anyhow::Result<Vec<Upload>> {
    let tests = read_tests(suite)?;
    let mut dice = Dice::named(suite.name);
    let characters = assign(&tests, &mut dice);
    let mut uploads = Vec::new();
    for number in 1..=runs {
        let run = planned_run(suite, number, runs, now, &mut dice);
        if number == 1 {
            uploads.push(native(suite, &run));
            continue;
        }
        let sent = roll(&tests, &characters, &run, &mut dice);
        uploads.extend(uploads_of(suite, &run, sent, &mut dice));
    }
    Ok(uploads)
}

fn planned_run(suite: &DemoSuite, number: u32, runs: u32, now: Timestamp, dice: &mut Dice) -> PlannedRun {
    let step = 1.0 / f64::from(runs);
    // The last run was a short while ago, in each suite at another time.
    let within_step = if number == runs { dice.between(0.9, 1.0) } else { dice.between(0.0, 0.9) };
    let when = (f64::from(number - 1) + within_step) * step;
    // Whole milliseconds of four weeks are exact in a double.
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is between 0 and 1")]
    let back_ms = ((1.0 - when) * (HISTORY_MS - LAST_RUN_MS) as f64) as i64 + LAST_RUN_MS;
    let (branch, code) = if number == runs || dice.happens(0.62) {
        ("main", Code::Main)
    } else {
        let feature = dice.one_of(&suite.features);
        (feature, if feature == suite.features[0] { Code::BrokenFeature } else { Code::Feature })
    };
    PlannedRun {
        key: dice.uuid().to_string(),
        number,
        branch,
        commit: dice.commit(),
        message: dice.one_of(&MESSAGES),
        at: now.plus_millis(-back_ms),
        when,
        code,
    }
}

/// What every test came to in a run.
fn roll<'t>(tests: &'t [TestTemplate], characters: &[Character], run: &PlannedRun, dice: &mut Dice) -> Vec<Sent<'t>> {
    let roll_one = |(test, character): (&'t TestTemplate, &Character)| Sent {
        test,
        result: character.result(run.when, run.code, dice),
        duration: character.duration(test.duration, run.when, dice),
        is_flaky: matches!(character, Character::Flaky(_)),
    };
    tests.iter().zip(characters).map(roll_one).collect()
}

/// One upload or two: the second of a job that was started again because of flaky tests. Now and then a sender forgets a name.
fn uploads_of(suite: &'static DemoSuite, run: &PlannedRun, sent: Vec<Sent<'_>>, dice: &mut Dice) -> Vec<Upload> {
    use proctor_core::result::TestResult::{Failed, Passed};

    let nameless = if dice.happens(0.02) { 2 } else { 0 };
    let again: Vec<Sent<'_>> = sent.iter().filter(|sent| sent.result == Failed && sent.is_flaky).cloned().collect();
    let first = rendered(suite, run, run.at, &sent, nameless);
    if again.is_empty() || !dice.happens(0.5) {
        return vec![first];
    }
    let again: Vec<Sent<'_>> = again.into_iter().map(|sent| Sent { result: Passed, ..sent }).collect();
    let second = rendered(suite, run, run.at.plus_millis(RETRY_MS), &again, 0);
    vec![first, second]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::suites::SUITES;

    #[test]
    fn the_history_is_in_order_and_in_the_past() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let uploads = plan(&SUITES[0], 40, now).unwrap();
        assert!(uploads.len() >= 40);
        assert!(uploads.iter().all(|upload| upload.at < now && upload.at >= now.plus_millis(-HISTORY_MS)));
        assert!(uploads.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert_eq!(uploads[0].body, plan(&SUITES[0], 40, now).unwrap()[0].body);
    }
}
