use super::*;
use crate::monitors::evaluation::Condition;
use crate::monitors::filter::{BRANCH_TAG, Operator, TagFilter, TagFilters};
use crate::monitors::hysteresis::EventKind::{Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::observation::Observation;
use crate::monitors::rule::Rule;
use crate::monitors::testing::{events, execution, history, verdicts};

fn settings(alarm: f64, recover: f64) -> TransitionCount {
    TransitionCount { window: 10, alarm, recover, variant_tags: Vec::new() }
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

/// Executions on hosts: `a:P b:F`.
fn on_hosts(text: &str) -> Vec<Observation> {
    let words: Vec<(&str, &str)> = text.split_whitespace().filter_map(|word| word.split_once(':')).collect();
    let letters: String = words.iter().map(|(_, letter)| *letter).collect();
    let variant = |host: &str| Some(TextHash::of(host));
    history(&letters).into_iter().zip(words).map(|(seen, (host, _))| Observation { variant: variant(host), ..seen }).collect()
}

#[test]
fn variants_are_sequences_of_their_own() {
    let settings = MonitorSettings::TransitionCount(TransitionCount { variant_tags: vec!["host.arch".to_owned()], ..settings(0.3, 0.1) });
    assert_eq!(verdicts(settings.clone(), &on_hosts(&"a:P b:F ".repeat(20))), [], "it fails on one kind of host, always");
    // The commit of executions 5 to 8 is bad: two transitions on each host are not four.
    assert_eq!(verdicts(settings.clone(), &on_hosts("a:P b:P a:P b:P a:F b:F a:F b:F a:P b:P a:P b:P")), []);
    let flaky = on_hosts("a:P b:P a:P b:F a:P b:P a:P b:F a:P b:P");
    assert_eq!(verdicts(settings.clone(), &flaky), [(Alarm, 8)]);
    let alarm = &events(settings, &flaky)[0];
    assert_eq!(alarm.figures, Figures::TransitionCount { transitions: 3, executions_in_window: 4 });
    assert_eq!(alarm.evidence, [execution(4), execution(6), execution(8)]);
}

#[test]
fn a_variant_that_is_no_longer_run_is_forgotten() {
    let settings = MonitorSettings::TransitionCount(settings(0.3, 0.1));
    let history = on_hosts(&format!("b:P b:F b:P b:F {}", "a:P ".repeat(20)));
    assert_eq!(verdicts(settings, &history), [(Alarm, 4), (Recover, 14)], "not among the last ten");
}

#[test]
fn sequences_are_bounded() {
    let (settings, mut state) = (TransitionCount { window: 1000, ..settings(0.3, 0.1) }, State::default());
    let text: Vec<String> = (0..100).map(|host| format!("h{host}:P")).collect();
    for seen in on_hosts(&text.join(" ")).iter().filter_map(Observation::counted) {
        settings.observe(&mut state, &seen);
    }
    assert_eq!(state.sequences.len(), VARIANTS_MAX);
    assert_eq!(state.sequences.last().map(|last| last.variant), Some(Some(TextHash::of("h99"))));
}
