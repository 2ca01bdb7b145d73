use super::*;
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::observation::Observation;
use crate::monitors::testing::{events, execution, history, seen, verdicts};
use crate::monitors::tracker::Event;
use crate::result::TestResult::Passed;

fn default() -> MonitorSettings {
    MonitorSettings::Changepoint(Changepoint::default())
}

fn change(event: &Event) -> Change {
    match event.figures {
        Figures::Changepoint(Some(change)) => change,
        other => panic!("{other:?}"),
    }
}

/// Durations around one second with a spread of some 10 %, the same at every run of the tests.
fn durations(level: impl Fn(u64) -> f64, count: u64) -> Vec<Observation> {
    let noise = |number: u64| ((number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / f64::from(1 << 24) - 0.5) * 0.35;
    (1..=count).map(|number| Observation { duration_s: Some(level(number) * noise(number).exp()), ..seen(number, Passed) }).collect()
}

#[test]
fn a_test_that_broke() {
    let letters = "P".repeat(100) + &"F".repeat(30) + &"P".repeat(30);
    let verdicts = verdicts(default(), &history(&letters));
    assert!(matches!(verdicts[..], [(Alarm, 103..=105), (Recover, 133..=145)]), "{verdicts:?}");
    let change = change(&events(default(), &history(&letters))[0]);
    assert!(change.probability >= 0.99 && change.level_after > 0.7 && change.level_before < 0.02, "{change:?}");
    assert!(change.after.unwrap() <= execution(100) && change.before >= execution(101), "{change:?}");
}

#[test]
fn attempts_of_one_run_are_no_trend() {
    let mut history = history(&("P".repeat(100) + "FFFFF" + &"P".repeat(50)));
    let run = history[100].run;
    history[101..105].iter_mut().for_each(|retry| retry.run = run);
    assert_eq!(verdicts(default(), &history), []);
}

#[test]
fn what_stays_broken_becomes_normal() {
    let letters = "P".repeat(100) + &"F".repeat(250);
    let verdicts = verdicts(default(), &history(&letters));
    assert!(matches!(verdicts[..], [(Alarm, at), (Recover, then)] if then == at + 200), "{verdicts:?}");
}

#[test]
fn no_change_no_alarm() {
    let flaky: String = (0_u64..600).map(|number| if number.wrapping_mul(0x9e37_79b9) % 97 < 10 { 'F' } else { 'P' }).collect();
    for letters in ["P".repeat(600), "F".repeat(600), flaky, "P".repeat(50) + "F" + &"P".repeat(50)] {
        assert_eq!(verdicts(default(), &history(&letters)), [], "{letters}");
    }
    // Better is no alarm either.
    assert_eq!(verdicts(default(), &history(&("F".repeat(100) + &"P".repeat(100)))), []);
}

#[test]
fn a_test_that_became_slow() {
    let settings = MonitorSettings::Changepoint(Changepoint::of_duration());
    let history = durations(|number| if (101..=180).contains(&number) { 1.5 } else { 1.0 }, 260);
    let verdicts = verdicts(settings.clone(), &history);
    assert!(matches!(verdicts[..], [(Alarm, 105..=112), (Recover, 185..=195)]), "{verdicts:?}");
    let change = change(&events(settings.clone(), &history)[0]);
    assert!((change.level_before - 1.0).abs() < 0.05 && (change.level_after - 1.5).abs() < 0.15, "{change:?}");
    assert_eq!(events(settings, &durations(|_| 1.0, 600)), []);
}

#[test]
fn odd_durations_are_survived() {
    let settings = MonitorSettings::Changepoint(Changepoint::of_duration());
    let level = |number| if number % 50 == 0 { 1e300 } else { 0.0 };
    for event in events(settings, &durations(level, 400)) {
        assert!(event.score.is_some_and(f64::is_finite), "{event:?}");
    }
}

#[test]
fn what_is_refused() {
    let message = |settings: Changepoint| settings.validate().unwrap_err().to_string();
    assert_eq!(message(Changepoint { probability: 1.0, ..Changepoint::default() }), "probability must be between 0.5 and 0.9999");
    assert_eq!(message(Changepoint { change_min: 1.5, ..Changepoint::default() }), "change_min must be between 0 and 1");
    assert!(Changepoint { change_min: 1.5, ..Changepoint::of_duration() }.validate().is_ok());
}
