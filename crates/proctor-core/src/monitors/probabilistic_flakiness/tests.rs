use proptest::prelude::*;

use super::*;
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::new_test::Origin;
use crate::monitors::observation::{Observation, TextHash};
use crate::monitors::replay::replay;
use crate::monitors::testing::{at, commits, events, history, rule, seen, verdicts};
use crate::monitors::tracker::Cause;
use crate::result::TestResult::{Failed, Passed};

fn default() -> MonitorSettings {
    MonitorSettings::ProbabilisticFlakiness(ProbabilisticFlakiness::default())
}

fn after(history: &[Observation]) -> (State, f64) {
    let (settings, mut state) = (ProbabilisticFlakiness::default(), State::default());
    let mut last = 0.0;
    for seen in history.iter().filter_map(Observation::counted) {
        last = settings.observe(&mut state, &seen).score.unwrap();
    }
    (state, last)
}

fn singles(letter: &str, from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("c{number}:{letter} ")).collect()
}

// contract: workflows 22
#[test]
fn histories_become_tallies() {
    for (text, tally, score) in [
        (singles("P", 0, 18) + &singles("FP", 50, 2), (20, 2, 20, vec![]), 0.0714),
        (singles("P", 0, 90) + &singles("FP", 100, 5), (95, 5, 95, vec![]), 0.05),
        (singles("P", 0, 20) + &singles("FFF", 50, 5), (20, 0, 20, vec![(3, 5)]), 0.0252),
        (singles("P", 0, 10) + &singles("F", 50, 10), (10, 0, 10, vec![(1, 10)]), 0.0856),
    ] {
        let (state, last) = after(&commits(&text));
        let Tally { passed_commits, failures, passes, failed_commits } = state.tally;
        assert_eq!((passed_commits, failures, passes, failed_commits), tally, "{text}");
        assert!((last - score).abs() < 0.001, "{text}: {last}");
    }
}

// contract: workflows 23
#[test]
fn alarm_and_recovery() {
    let text = singles("P", 0, 16) + &singles("PF", 50, 4) + &singles("P", 100, 30);
    // (1+F)/(20+F+S) is 5/44 = 0.1136 after 24 executions, 5/62 = 0.0806 with 18 further passes, 5/63 = 0.0794 with 19.
    assert_eq!(verdicts(default(), &commits(&text)), [(Alarm, 24), (Recover, 43)]);
    let alarm = &events(default(), &commits(&text))[0];
    assert!((alarm.score.unwrap() - 0.1136).abs() < 0.0001, "{alarm:?}");
    // With the failures first, the last of them is doubtful but already enough.
    assert_eq!(verdicts(default(), &commits(&text.replace("PF", "FP"))), [(Alarm, 23), (Recover, 43)]);
}

// contract: workflows 24
#[test]
fn what_leaves_the_window() {
    let (state, score) = after(&commits(&(singles("FP", 0, 10) + &singles("P", 50, 100))));
    assert_eq!((state.entries.len(), state.tally.failures, score), (100, 0, 1.0 / 120.0));

    let old = Observation { at: at(0, "00:00"), ..seen(1, Failed) };
    let young = |day| Observation { at: at(day, "00:00"), ..seen(2, Passed) };
    assert_eq!(after(&[old, young(27)]).0.entries.len(), 2);
    assert_eq!(after(&[old, young(28)]).0.entries.len(), 1);
}

// contract: workflows 24; 1.2: the clock
#[test]
fn a_test_that_no_longer_runs_recovers() {
    let history: Vec<_> = commits("a:FP b:FP").into_iter().map(|seen| Observation { at: at(0, "09:00"), ..seen }).collect();
    let events = replay(&rule(default()), Origin::Known, &history, at(40, "00:00"));
    let short: Vec<_> = events.iter().map(|event| (event.kind, event.at, event.cause == Cause::Clock)).collect();
    assert_eq!(short, [(Alarm, at(0, "09:00"), false), (Recover, at(28, "09:00"), true)]);
}

// contract: workflows 3.2: a retry inside the runner is a fail and a pass
#[test]
fn runner_retries_count_twice() {
    let retried = Observation { runner_retried: true, ..seen(1, Passed) };
    let (state, score) = after(&[retried]);
    assert_eq!((state.tally.passed_commits, state.tally.failures, state.tally.passes), (1, 1, 1));
    assert!((score - 2.0 / 22.0).abs() < 1e-12);
}

#[test]
fn a_broken_test_is_not_flaky() {
    for letters in ["F".repeat(300), format!("{}{}", "P".repeat(150), "F".repeat(150))] {
        assert_eq!(verdicts(default(), &history(&letters)), [], "{letters}");
    }
}

proptest! {
    #[test]
    fn the_tally_is_that_of_the_window(results in prop::collection::vec((0_u8..12, any::<bool>(), any::<bool>()), 1..200)) {
        let history: Vec<_> = (1..).zip(&results).map(|(number, (commit, failed, retried))| Observation {
            commit: Some(TextHash::of(&commit.to_string())),
            runner_retried: *retried,
            ..seen(number, if *failed { Failed } else { Passed })
        }).collect();
        let (state, _) = after(&history);
        let mut anew = State::default();
        state.entries.iter().for_each(|entry| anew.push(*entry));
        prop_assert_eq!(anew.tally, state.tally);
        prop_assert_eq!(state.entries.len(), results.len().min(100));
    }
}
