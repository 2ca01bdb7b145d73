use proptest::prelude::*;

use super::*;
use crate::monitors::changepoint::Changepoint;
use crate::monitors::hysteresis::{EventKind, Phase};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::new_test::NewTest;
use crate::monitors::observation::TextHash;
use crate::monitors::probabilistic_flakiness::ProbabilisticFlakiness;
use crate::monitors::testing::{DAY_MS, HOUR_MS, MONDAY_MS, at, history, rule, seen};
use crate::monitors::tracker::Cause;
use crate::result::TestResult;

/// Histories with long gaps, repeated commits, and changing moods.
fn histories() -> impl Strategy<Value = Vec<Observation>> {
    let one = (0_u8..20, 0_u8..100, any::<bool>(), 0.1_f64..3.0, 0_i64..200);
    prop::collection::vec(one, 1..250).prop_map(|ones| {
        let mut at = MONDAY_MS;
        let mut history = Vec::new();
        for (number, (commit, chance, moody, duration, gap)) in (1_u64..).zip(ones) {
            at += if gap > 197 { (gap - 190) * DAY_MS } else { gap * HOUR_MS / 50 };
            let failed = chance < if number % 80 > 60 && moody { 80 } else { 8 };
            history.push(Observation {
                at: Timestamp::from_millis(at),
                commit: (commit > 0).then(|| TextHash::of(&(number / 20 * 20 + u64::from(commit)).to_string())),
                duration_s: Some(duration).filter(|_| commit != 3),
                runner_retried: chance == 9,
                variant: (commit % 4 > 0).then(|| TextHash::of(&(commit % 4).to_string())),
                ..seen(
                    number,
                    if chance == 99 {
                        TestResult::Skipped
                    } else if failed {
                        TestResult::Failed
                    } else {
                        TestResult::Passed
                    },
                )
            });
        }
        history
    })
}

fn rules() -> Vec<Rule> {
    let defaults = MonitorSettings::TYPES.iter().filter_map(|name| MonitorSettings::default_of(name));
    let more = [
        MonitorSettings::Changepoint(Changepoint::of_duration()),
        MonitorSettings::NewTest(NewTest { stable_executions: Some(4) }),
        MonitorSettings::ProbabilisticFlakiness(ProbabilisticFlakiness { window_days: 3, window_executions: 30, ..Default::default() }),
    ];
    let proposed = MonitorSettings::TYPES.iter().filter_map(|name| MonitorSettings::proposed(name));
    let rules: Vec<_> = defaults.chain(more).chain(proposed).map(rule).collect();
    let expiring: Vec<_> = rules.iter().cloned().map(|rule| rule.expiring(Some(5)).unwrap()).collect();
    rules.into_iter().chain(expiring).collect()
}

#[test]
fn every_monitor_has_defaults_that_can_be() {
    assert_eq!(MonitorSettings::TYPES.len(), 7);
    for name in MonitorSettings::TYPES {
        let settings = MonitorSettings::default_of(name).unwrap();
        assert_eq!((settings.as_str(), settings.validate()), (*name, Ok(())));
        let proposed = MonitorSettings::proposed(name).unwrap();
        assert_eq!((proposed.as_str(), proposed.validate()), (*name, Ok(())));
    }
    assert_eq!(MonitorSettings::default_of("other"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    // contract: workflows 36
    #[test]
    fn live_is_replay(history in histories(), cuts in prop::collection::vec(1_usize..40, 1..20), tick_gap in 1_i64..400) {
        let until = history[history.len() - 1].at.plus_millis(60 * DAY_MS);
        for rule in rules() {
            let expected = replay(&rule, Origin::New, &history, until);
            let mut live = Vec::new();
            let mut tracker = Tracker::new(&rule, Origin::New);
            let (mut rest, mut cuts) = (history.as_slice(), cuts.iter().cycle());
            while let Some(first) = rest.first() {
                // The clock ran any number of times since, and the node restarted.
                if let Some((last, _)) = tracker.last() {
                    let mut now = last;
                    while now < first.at {
                        tracker.tick(&rule, now, &mut |event| live.push(event));
                        now = now.plus_millis(tick_gap * HOUR_MS);
                    }
                }
                let (batch, more) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                batch.iter().for_each(|seen| tracker.observe(&rule, seen, &mut |event| live.push(event)));
                let restored = Tracker::from_bytes(&rule, &tracker.to_bytes()).unwrap();
                prop_assert_eq!(&restored, &tracker);
                tracker = restored;
                rest = more;
            }
            tracker.tick(&rule, until, &mut |event| live.push(event));
            prop_assert_eq!(live, expected);
        }
    }

    #[test]
    fn events_alternate_and_carry_evidence(history in histories()) {
        for rule in rules() {
            let events = replay(&rule, Origin::New, &history, history[history.len() - 1].at.plus_millis(60 * DAY_MS));
            for (number, event) in events.iter().enumerate() {
                prop_assert_eq!(event.kind, if number % 2 == 0 { EventKind::Alarm } else { EventKind::Recover });
                prop_assert!(event.kind == EventKind::Recover || !event.evidence.is_empty(), "{:?}", event);
            }
            prop_assert!(events.is_sorted_by_key(|event| event.at));
        }
    }

    #[test]
    fn damaged_bytes_are_refused_not_fatal(history in histories(), cut in 0_usize..2000, flip in 0_usize..2000) {
        for rule in rules() {
            let mut tracker = Tracker::new(&rule, Origin::New);
            history.iter().for_each(|seen| tracker.observe(&rule, seen, &mut |_| {}));
            let mut bytes = tracker.to_bytes();
            prop_assert_eq!(Tracker::from_bytes(&rule, &bytes[..cut.min(bytes.len() - 1)]), None);
            let at = flip % bytes.len();
            bytes[at] ^= 0x55;
            if let Some(mut tracker) = Tracker::from_bytes(&rule, &bytes) {
                history.iter().for_each(|seen| tracker.observe(&rule, seen, &mut |_| {}));
            }
        }
    }
}

#[test]
fn a_silent_test_expires() {
    let rule = rule(MonitorSettings::default_of("transition_count").unwrap()).expiring(Some(14)).unwrap();
    let events = replay(&rule, Origin::Known, &history("PFPFPF"), at(20, "00:00"));
    let last = seen(6, TestResult::Failed).at;
    let short: Vec<_> = events.iter().map(|event| (event.kind, event.at, event.cause)).collect();
    assert_eq!(short[1..], [(EventKind::Recover, last.plus_millis(14 * DAY_MS), Cause::Expired)]);
}

#[test]
fn what_comes_late_is_known_to_be_late() {
    let rule = rule(MonitorSettings::default_of("failure_rate").unwrap());
    let mut tracker = Tracker::new(&rule, Origin::Known);
    let history = history("PP");
    assert!(!tracker.is_late(&history[0]));
    tracker.observe(&rule, &history[1], &mut |_| {});
    assert!(tracker.is_late(&history[0]) && tracker.is_late(&history[1]));
    assert_eq!((tracker.phase(), tracker.next_tick(&rule)), (Phase::Idle, None));
}

#[test]
fn a_state_of_another_monitor_is_not_read() {
    let (one, other) = (rule(MonitorSettings::default_of("failure_rate").unwrap()), rule(MonitorSettings::default_of("new_test").unwrap()));
    let bytes = Tracker::new(&one, Origin::Known).to_bytes();
    assert!(Tracker::from_bytes(&one, &bytes).is_some());
    assert_eq!(Tracker::from_bytes(&other, &bytes), None);
}
