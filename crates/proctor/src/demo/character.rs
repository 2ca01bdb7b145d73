//! How each test behaves over the four weeks.

use proctor_core::result::TestResult;

use crate::demo::dice::Dice;
use crate::demo::template::TestTemplate;

/// How a test behaves. Times are fractions of the history: 0 its beginning, 1 now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Character {
    /// Always passes.
    Steady,
    /// Fails now and then, with this chance, whatever the code.
    Flaky(f64),
    /// Failed on main from one commit until another fixed it.
    BrokenBetween(f64, f64),
    /// Takes longer and longer.
    Slowing,
    /// Is skipped.
    Skipped,
    /// Fails on the suite's broken feature branch only.
    BrokenByFeature,
}

/// The state of the code that a run tests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Code {
    /// The main branch.
    Main,
    /// A feature branch that is fine.
    Feature,
    /// The feature branch that is not.
    BrokenFeature,
}

/// Gives each test a character: those that failed in the report are the troublesome ones, for they have failure texts.
pub(super) fn assign(tests: &[TestTemplate], dice: &mut Dice) -> Vec<Character> {
    let mut trouble = 0;
    let mut of = |test: &TestTemplate| match test.result {
        TestResult::Passed if dice.happens(0.06) => Character::Slowing,
        TestResult::Passed => Character::Steady,
        TestResult::Failed => {
            trouble += 1;
            match trouble {
                1 => Character::Flaky(dice.between(0.08, 0.2)),
                2 => {
                    let start = dice.between(0.35, 0.75);
                    Character::BrokenBetween(start, start + dice.between(0.04, 0.12))
                }
                3 => Character::BrokenByFeature,
                4 => Character::Flaky(dice.between(0.01, 0.05)),
                _ => Character::Steady,
            }
        }
        TestResult::Skipped | TestResult::Pending | TestResult::Unknown => Character::Skipped,
    };
    tests.iter().map(&mut of).collect()
}

impl Character {
    /// What a test of this character comes to at `when` (0 to 1) on this code.
    pub(super) fn result(self, when: f64, code: Code, dice: &mut Dice) -> TestResult {
        let fails = match self {
            Self::Steady | Self::Slowing => false,
            Self::Skipped => return TestResult::Skipped,
            Self::Flaky(chance) => dice.happens(chance),
            // Branches start from main, but not from its broken commits.
            Self::BrokenBetween(start, end) => code == Code::Main && (start..end).contains(&when),
            Self::BrokenByFeature => code == Code::BrokenFeature,
        };
        if fails { TestResult::Failed } else { TestResult::Passed }
    }

    /// Seconds that a test of this character takes at `when`, when it usually takes `usual`.
    pub(super) fn duration(self, usual: f64, when: f64, dice: &mut Dice) -> f64 {
        let trend = if self == Self::Slowing { 1.0 + 2.5 * when } else { 1.0 };
        let seconds = usual * trend * dice.between(0.8, 1.35);
        (seconds * 1e6).round() / 1e6
    }
}
