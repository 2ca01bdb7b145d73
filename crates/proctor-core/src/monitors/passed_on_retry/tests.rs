use super::*;
use crate::id::{RunId, Uuid};
use crate::monitors::hysteresis::EventKind::{self, Alarm, Recover};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::new_test::Origin;
use crate::monitors::observation::{Observation, TextHash};
use crate::monitors::replay::replay;
use crate::monitors::testing::{at, commits, events, execution, rule, seen, verdicts};
use crate::monitors::tracker::Cause;
use crate::result::TestResult::{Failed, Passed};

fn default() -> MonitorSettings {
    MonitorSettings::PassedOnRetry(PassedOnRetry::default())
}

fn alarms(history: &[Observation]) -> Vec<(EventKind, u128)> {
    verdicts(default(), history)
}

// contract: workflows 14, 15
#[test]
fn both_results_on_one_commit() {
    for (text, number) in [("a:FP", 2), ("a:PF", 2), ("a:FFP", 3), ("a:F b:P a:P", 3), ("a:P b:PPP a:F", 5)] {
        assert_eq!(alarms(&commits(text)), [(Alarm, number)], "{text}");
    }
    for text in ["a:F b:P", "a:FFF b:PPP", "a:P b:F c:P d:F"] {
        assert_eq!(alarms(&commits(text)), [], "{text}");
    }
}

// contract: workflows 16
#[test]
fn the_worked_example() {
    let rows = [
        (at(0, "09:00"), "a1", Passed),
        (at(0, "10:00"), "b2", Failed),
        (at(0, "10:05"), "b2", Passed),
        (at(0, "10:09"), "b2", Failed),
        (at(1, "09:00"), "c3", Failed),
        (at(1, "12:00"), "d4", Passed),
        (at(2, "08:00"), "c3", Passed),
    ];
    let history: Vec<_> = (1..)
        .zip(rows)
        .map(|(number, (at, commit, result))| Observation { at, commit: Some(TextHash::of(commit)), ..seen(number, result) })
        .collect();

    let (settings, mut state) = (PassedOnRetry::default(), State::default());
    let counts: Vec<_> =
        history.iter().filter_map(Observation::counted).map(|seen| settings.observe(&mut state, &seen).score.unwrap()).collect();
    assert_eq!(counts, [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
    let clock = [at(7, "10:08"), at(7, "10:09"), at(9, "07:59"), at(9, "08:00")].map(|now| settings.tick(&mut state, now).score.unwrap());
    assert_eq!(clock, [2.0, 1.0, 1.0, 0.0]);

    let events = replay(&rule(default()), Origin::Known, &history, at(20, "00:00"));
    let short: Vec<_> = events.iter().map(|event| (event.kind, event.at, event.cause)).collect();
    assert_eq!(short, [(Alarm, at(0, "10:05"), Cause::Execution(execution(3))), (Recover, at(9, "08:00"), Cause::Clock)]);
    assert_eq!(events[0].figures, Figures::PassedOnRetry { commit_count: 1, executions_in_window: 3, days_in_window: 1 });
    assert_eq!(events[0].evidence, [execution(2), execution(3)]);
    assert_eq!(replay(&rule(default()), Origin::Known, &history, at(9, "07:59")).len(), 1);
}

// contract: workflows 17
#[test]
fn a_hundred_executions_later() {
    let text = format!("x:{} a:FP y:{}", "P".repeat(55), "P".repeat(120));
    let history: Vec<_> = commits(&text)
        .into_iter()
        .map(|seen| Observation { at: at(0, "00:00").plus_millis(seen.sequence.cast_signed()), ..seen })
        .collect();
    assert_eq!(alarms(&history), [(Alarm, 57), (Recover, 157)]);
}

// contract: workflows 18, 19
#[test]
fn only_comparable_executions_are_compared() {
    let with = |change: fn(Observation, &str) -> Observation, values: [&str; 2]| -> Vec<Observation> {
        commits("a:FP").into_iter().zip(values).map(|(seen, value)| change(seen, value)).collect()
    };
    let located = |seen, location: &str| Observation { location: Some(TextHash::of(location)), ..seen };
    assert_eq!(alarms(&with(located, ["./a_spec.rb:3", "./a_spec.rb:9"])), []);
    assert_eq!(alarms(&with(located, ["./a_spec.rb:3", "./a_spec.rb:3"])), [(Alarm, 2)]);
    let on_host = |seen, arch: &str| {
        let arch = arch.to_owned();
        let tags = ["host.arch".to_owned()];
        Observation { variant: TextHash::of_values(&tags, |_| Some(arch.as_str())), ..seen }
    };
    assert_eq!(alarms(&with(on_host, ["arm64", "x86_64"])), []);
    assert_eq!(alarms(&with(on_host, ["arm64", "arm64"])), [(Alarm, 2)]);
}

// contract: workflows 20
#[test]
fn without_commit_the_run_is_the_group() {
    let run = |number| RunId::new(Uuid::from_u128(number));
    let in_runs = |runs: [u128; 2]| -> Vec<Observation> {
        commits("a:FP").into_iter().zip(runs).map(|(seen, number)| Observation { commit: None, run: run(number), ..seen }).collect()
    };
    assert_eq!(alarms(&in_runs([1, 1])), [(Alarm, 2)]);
    assert_eq!(alarms(&in_runs([1, 2])), []);
}

// contract: workflows 21
#[test]
fn a_retry_inside_the_runner() {
    let history = [seen(1, Passed), Observation { runner_retried: true, ..seen(2, Passed) }];
    assert_eq!(alarms(&history), [(Alarm, 2)]);
    assert_eq!(events(default(), &history)[0].evidence, [execution(2)]);
}

#[test]
fn several_commits_can_be_asked_for() {
    let settings = PassedOnRetry { commit_count_threshold_high: 3, commit_count_threshold_low: 1, ..PassedOnRetry::default() };
    assert_eq!(verdicts(MonitorSettings::PassedOnRetry(settings), &commits("a:FP b:FPPF c:P d:PF")), [(Alarm, 9)]);
}

#[test]
fn memory_is_bounded() {
    let (settings, mut state) = (PassedOnRetry::default(), State::default());
    for number in 1..2000 {
        let letter = if number % 3 == 0 { Failed } else { Passed };
        let retried = number % 7 == 0;
        settings.observe(&mut state, &Observation { runner_retried: retried, ..seen(number, letter) }.counted().unwrap());
    }
    let mut bytes = Writer::default();
    state.write(&mut bytes);
    assert!(bytes.into_bytes().len() < 13_000);
}

#[test]
fn what_is_refused() {
    assert_eq!(PassedOnRetry::of_new_suite().validate(), Ok(()));
    let message = |settings: PassedOnRetry| settings.validate().unwrap_err().to_string();
    let settings = PassedOnRetry::default;
    assert_eq!(
        message(PassedOnRetry { commit_count_threshold_low: 1, ..settings() }),
        "commit_count_threshold_low must be lower than commit_count_threshold_high"
    );
    assert_eq!(
        message(PassedOnRetry { commit_count_threshold_high: 0, ..settings() }),
        "commit_count_threshold_high must be between 1 and 100"
    );
    assert_eq!(message(PassedOnRetry { window_days: 91, ..settings() }), "window_days must be between 1 and 90");
    let tagged = PassedOnRetry { variant_tags: vec!["mut.x".to_owned()], ..settings() };
    assert_eq!(message(tagged), "variant_tags: \"mut.x\" cannot be used in filters and variant tags");
}
