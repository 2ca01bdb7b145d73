use super::*;
use crate::monitors::evaluation::Condition;
use crate::monitors::filter::{BRANCH_TAG, Operator, TagFilter, TagFilters};
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::rule::Rule;
use crate::monitors::testing::{events, execution, history, verdicts};

fn settings(alarm: f64, recover: f64) -> TransitionCount {
    TransitionCount { window: 10, alarm, recover }
}

fn scores(letters: &str) -> Vec<f64> {
    let (settings, mut state) = (settings(0.3, 0.1), State::default());
    let counted = history(letters).into_iter().filter_map(|seen| seen.counted());
    counted.map(|seen| settings.observe(&mut state, &seen).score.unwrap()).collect()
}

// contract: workflows 10
#[test]
fn the_seven_rows() {
    for (letters, score) in [
        ("PPPPPPPPPP", 0.0),
        ("PPPPPPFFFF", 0.1),
        ("PFPPPFPPPP", 0.4),
        ("FPFPFPFPFP", 0.9),
        ("PF", 0.1),
        ("FFFFFFFFPP", 0.1),
        ("PFPPPPPPPPPPP", 0.0),
    ] {
        assert_eq!(scores(letters).last(), Some(&score), "{letters}");
    }
}

// contract: workflows 11
#[test]
fn the_timeline() {
    let letters = "PPPPFPFPPPPPPPPP";
    assert_eq!(scores(letters)[4..], [0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.3, 0.2, 0.1]);
    let settings = MonitorSettings::TransitionCount(settings(0.3, 0.1));
    assert_eq!(verdicts(settings.clone(), &history(letters)), [(Alarm, 7), (Recover, 16)]);
    // contract: workflows 9
    let alarm = &events(settings, &history(letters))[0];
    assert_eq!(alarm.evidence, [execution(5), execution(6), execution(7)]);
    assert_eq!(alarm.figures, Figures::TransitionCount { transitions: 3, executions_in_window: 7 });
    assert_eq!((alarm.score, alarm.thresholds), (Some(0.3), Thresholds { alarm: 0.3, recover: Some(0.1) }));
}

// contract: workflows 3
#[test]
fn other_results_change_nothing() {
    assert_eq!(scores("PSFNPU"), [0.0, 0.1, 0.2]);
}

// contract: workflows 1, 2
#[test]
fn repetition_and_recovery_without_alarm_are_silent() {
    let settings = MonitorSettings::TransitionCount(settings(0.3, 0.1));
    assert_eq!(verdicts(settings.clone(), &history("PFPFPFPFPFPFPFP")), [(Alarm, 4)]);
    assert_eq!(verdicts(settings, &history(&"P".repeat(300))), []);
}

// contract: workflows 7
#[test]
fn alarm_and_recovery_in_one_upload() {
    let letters = format!("{}FPFP{}", "P".repeat(100), "P".repeat(196));
    let settings = MonitorSettings::TransitionCount(settings(0.3, 0.1));
    assert_eq!(verdicts(settings, &history(&letters)), [(Alarm, 103), (Recover, 112)]);
}

// contract: workflows 12, 13
#[test]
fn what_is_refused() {
    let message = |settings: TransitionCount| settings.validate().unwrap_err().to_string();
    assert_eq!(message(settings(0.1, 0.1)), "recover must be lower than alarm");
    assert_eq!(message(settings(1.5, 0.1)), "alarm must be between 0 and 1");
    assert_eq!(message(TransitionCount { window: 1, ..settings(0.3, 0.1) }), "window must be between 2 and 1000");
    assert_eq!(message(settings(f64::NAN, 0.1)), "alarm must be between 0 and 1");

    let with = |operator| TagFilters::new(vec![TagFilter { key: BRANCH_TAG.to_owned(), operator }]).unwrap();
    let monitor = || MonitorSettings::TransitionCount(TransitionCount::default());
    assert!(Rule::new(monitor(), with(Operator::StartsWith("release/".to_owned()))).is_ok());
    for filters in [TagFilters::default(), with(Operator::Exists), with(Operator::IsNot("main".to_owned()))] {
        let error = Rule::new(monitor(), filters).unwrap_err().to_string();
        assert_eq!(error, "transition_count needs a filter on scm.branch with \"is\", \"is one of\" or \"starts with\"");
    }
}

#[test]
fn alarm_wins_when_both_hold() {
    let odd = Thresholds { alarm: 0.1, recover: Some(0.5) };
    assert_eq!(Condition::of_score(0.3, odd), Condition::Alarm);
}
