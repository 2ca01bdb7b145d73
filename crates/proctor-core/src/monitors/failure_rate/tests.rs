use super::*;
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::new_test::Origin;
use crate::monitors::observation::Observation;
use crate::monitors::replay::replay;
use crate::monitors::testing::{at, events, execution, history, rule, verdicts};

fn settings(window_days: Option<u16>) -> FailureRate {
    FailureRate { window_executions: 20, window_days, alarm: 0.2, recover: 0.1, sample_min: 10 }
}

#[test]
fn the_window_by_executions() {
    let letters = format!("PPPPFFFPPFF{}", "P".repeat(30));
    let monitor = MonitorSettings::FailureRate(settings(None));
    // 4 of 10 at the tenth; of twenty 2 at the 27th
    assert_eq!(verdicts(monitor.clone(), &history(&letters)), [(Alarm, 10), (Recover, 27)]);
    let alarm = &events(monitor, &history(&letters))[0];
    assert_eq!((alarm.score, alarm.evidence.clone()), (Some(0.4), [5, 6, 7, 10].map(execution).to_vec()));
    assert_eq!(alarm.figures, Figures::FailureRate { failures: 4, executions_in_window: 10 });
}

#[test]
fn few_executions_never_alarm() {
    assert_eq!(verdicts(MonitorSettings::FailureRate(settings(None)), &history("FFFFFFFFF")), []);
}

#[test]
fn the_clock_empties_the_window() {
    let history: Vec<_> = history("FFFFFFFFFFF").into_iter().map(|seen| Observation { at: at(1, "12:00"), ..seen }).collect();
    let events = replay(&rule(MonitorSettings::FailureRate(settings(Some(7)))), Origin::Known, &history, at(30, "00:00"));
    assert_eq!(events.iter().map(|event| (event.kind, event.at)).collect::<Vec<_>>(), [(Alarm, at(1, "12:00")), (Recover, at(8, "12:00"))]);
}

#[test]
fn what_is_refused() {
    let message = |settings: FailureRate| settings.validate().unwrap_err().to_string();
    assert_eq!(message(FailureRate { sample_min: 21, ..settings(None) }), "sample_min must be between 1 and 20");
    assert_eq!(message(FailureRate { recover: 0.2, ..settings(None) }), "recover must be lower than alarm");
    assert_eq!(message(settings(Some(0))), "window_days must be between 1 and 90");
}
