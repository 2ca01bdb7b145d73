use super::*;
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::observation::Observation;
use crate::monitors::testing::{events, execution, seen, verdicts};
use crate::result::TestResult::{Failed, Passed};

const TABLE: [f64; 9] = [0.8, 1.1, 0.9, 4.0, 1.0, 2.5, 2.2, 0.9, 1.0];

fn settings(aggregation: Aggregation) -> DurationThreshold {
    DurationThreshold { aggregation, ..DurationThreshold::absolute(2.0, 1.2) }
}

fn history(durations: impl IntoIterator<Item = f64>) -> Vec<Observation> {
    (1..).zip(durations).map(|(number, duration)| Observation { duration_s: Some(duration), ..seen(number, Passed) }).collect()
}

fn scores(settings: &DurationThreshold, history: &[Observation]) -> Vec<Option<f64>> {
    let mut state = State::default();
    history.iter().filter_map(Observation::counted).map(|seen| settings.observe(&mut state, &seen).score).collect()
}

// contract: workflows 28
#[test]
fn the_table() {
    let p50 = settings(Aggregation::P50);
    let expected = [None, None, None, None, Some(1.0), Some(1.1), Some(2.2), Some(2.2), Some(1.0)];
    assert_eq!(scores(&p50, &history(TABLE)), expected);
    let monitor = MonitorSettings::DurationThreshold(p50);
    assert_eq!(verdicts(monitor.clone(), &history(TABLE)), [(Alarm, 7), (Recover, 9)]);
    let alarm = &events(monitor, &history(TABLE))[0];
    assert_eq!(alarm.evidence, [3, 4, 5, 6, 7].map(execution));
    assert_eq!(alarm.figures, Figures::DurationThreshold { duration_s: 2.2, baseline_s: None, executions_in_window: 5 });

    let p90 = settings(Aggregation::P90);
    assert!((scores(&p90, &history(TABLE))[4].unwrap() - 2.84).abs() < 1e-12);
    assert_eq!(verdicts(MonitorSettings::DurationThreshold(p90), &history(TABLE))[0], (Alarm, 5));
}

// contract: workflows 29
#[test]
fn what_is_left_out_and_what_is_refused() {
    let mut with_gap = history(TABLE);
    with_gap.insert(4, Observation { duration_s: None, ..seen(99, Passed) });
    with_gap.insert(4, Observation { duration_s: Some(f64::NAN), ..seen(98, Passed) });
    assert_eq!(scores(&settings(Aggregation::P50), &with_gap)[4..7], [None, None, Some(1.0)]);

    let message = |settings: DurationThreshold| settings.validate().unwrap_err().to_string();
    assert_eq!(message(DurationThreshold { window: 101, ..settings(Aggregation::P50) }), "window must be between 1 and 100");
    let limits = Limits::Absolute { alarm_s: 2.0, recover_s: 2.0 };
    assert_eq!(message(DurationThreshold { limits, ..settings(Aggregation::P50) }), "recover must be lower than alarm");
}

#[test]
fn failures_can_be_left_out() {
    let failed = Observation { duration_s: Some(60.0), ..seen(9, Failed) };
    let history: Vec<_> = history([1.0; 5]).into_iter().chain([failed]).collect();
    let max = |counts| DurationThreshold { counts, ..settings(Aggregation::Max) };
    assert_eq!(scores(&max(Counts::PassedAndFailed), &history)[5], Some(60.0));
    assert_eq!(scores(&max(Counts::PassedOnly), &history)[5], Some(1.0));
}

#[test]
fn small_windows_need_no_five() {
    let one = DurationThreshold { window: 1, ..settings(Aggregation::Mean) };
    assert_eq!(scores(&one, &history([1.5, 2.5])), [Some(1.5), Some(2.5)]);
}

#[test]
fn against_its_own_past() {
    let durations = [1.0; 30].into_iter().chain([1.6; 200]);
    let monitor = MonitorSettings::DurationThreshold(DurationThreshold::default());
    let events = events(monitor.clone(), &history(durations.clone()));
    assert_eq!(events[0].figures, Figures::DurationThreshold { duration_s: 1.6, baseline_s: Some(1.0), executions_in_window: 5 });
    // Three of five are slow at 33; of the baseline's 66 more than half are slow once 62 are over with.
    assert_eq!(verdicts(monitor, &history(durations)).iter().map(|verdict| verdict.0).collect::<Vec<_>>(), [Alarm, Recover]);
    assert_eq!(events[0].at, seen(33, Passed).at);
}
