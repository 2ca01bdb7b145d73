use proptest::prelude::*;

use super::*;
use crate::execution::ExecutionFlags;
use crate::id::{RunId, UploadId, Uuid};
use crate::monitors::backtest::{Account, Backtest, RunTimes};
use crate::monitors::filter::TagFilters;
use crate::monitors::history::{Context, DerivedTags, HistoryRow, HistoryUpload, Incidental};
use crate::monitors::monitor::MonitorSettings;
use crate::monitors::observation::Observation;
use crate::monitors::replay::replay;
use crate::monitors::testing::{DAY_MS, HOUR_MS, MONDAY_MS};
use crate::result::TestResult;
use crate::run_env::RunEnv;
use crate::tags::TagSet;

const TESTS: u32 = 5;

/// One upload: hours since the one before, its commit, whether it is on `main`, its host, and for each test what happened (0 to 19).
type Upload = (i64, u8, bool, bool, Vec<u8>);

fn uploads() -> impl Strategy<Value = Vec<Upload>> {
    let hours = prop_oneof![9 => 0_i64..6, 1 => 20_i64..300];
    let one = (hours, 0_u8..40, prop::bool::weighted(0.9), any::<bool>(), prop::collection::vec(0_u8..20, TESTS as usize));
    prop::collection::vec(one, 1..120)
}

fn history(uploads: &[Upload]) -> History {
    let (mut history, mut at) = (History::default(), MONDAY_MS);
    for (number, (hours, commit, is_main, is_arm, results)) in (0_u32..).zip(uploads) {
        at += hours * HOUR_MS;
        let id = UploadId::new(Uuid::from_u128(u128::from(number + 1) << 32));
        let run = RunId::new(Uuid::from_u128(u128::from(number / 2)));
        let time = Timestamp::from_millis(at);
        history.uploads.push(HistoryUpload { seq: u64::from(number), id, run, at: time, incident: Incidental::No });
        let sha = format!("c{}", u32::from(*commit) / 8 + number / 8);
        let derived = DerivedTags::of(&RunEnv::default(), Some(if *is_main { "main" } else { "topic" }), Some(&sha));
        let arch = if *is_arm { "arm64" } else { "x86_64" };
        history.contexts.push(Context::new(&derived, &std::iter::once(("host.arch".to_owned(), arch.to_owned())).collect()));
        for (ordinal, roll) in (0_u32..).zip(results) {
            let result = match roll {
                0..=3 => TestResult::Failed,
                4 => TestResult::Skipped,
                _ => TestResult::Passed,
            };
            let flags = ExecutionFlags { runner_retried: *roll == 5, ..ExecutionFlags::default() };
            let duration_s = f64::from(*roll) * if number % 50 > 30 { 3.0 } else { 1.0 };
            history.rows.push(HistoryRow {
                ordinal,
                upload: number,
                index: ordinal,
                context: number,
                location: 0,
                result,
                flags,
                duration_s,
            });
        }
    }
    history.sort();
    history
}

fn rules() -> Vec<Arc<Rule>> {
    let settings = MonitorSettings::TYPES.iter().filter_map(|name| MonitorSettings::default_of(name));
    settings.map(|settings| Arc::new(Rule::new(settings, TagFilters::on_branch("main")).unwrap().expiring(Some(20)).unwrap())).collect()
}

fn in_parts<P, R>(parts: u32, history: &History, new: impl Fn(u32) -> P, take: impl Fn(&mut P, &History), end: impl Fn(P) -> R) -> Vec<R> {
    let one = |part| {
        let mut this = new(part);
        take(&mut this, history);
        end(this)
    };
    (0..parts).map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    // contract: workflows 36
    #[test]
    fn preview_back_test_and_replay_tell_the_same(uploads in uploads(), parts in 1_u32..4) {
        let history = history(&uploads);
        let until = history.uploads[history.uploads.len() - 1].at.plus_millis(40 * DAY_MS);
        let origin = |_| Origin::New;
        for rule in rules() {
            let first_day = Day::of(Timestamp::from_millis(MONDAY_MS));
            let mut found = Previewed::default();
            in_parts(parts, &history, |part| Preview::new(Arc::clone(&rule), first_day, part, parts), |one, h| one.take(h, &origin), |one| one.finish(until))
                .into_iter().for_each(|part| found.merge(part));
            let runs = Arc::new(RunTimes::new());
            let mut account = Account::default();
            in_parts(parts, &history, |part| Backtest::new(Arc::clone(&rule), Arc::clone(&runs), part, parts), |one, h| one.take(h, &origin), |one| one.finish(until))
                .into_iter().for_each(|part| account.merge(part));
            let view = View::new(&rule, &history);
            let (mut alarms, mut recoveries) = (0, 0);
            for ordinal in 0..TESTS {
                let seen: Vec<Observation> =
                    history.rows.iter().filter(|row| row.ordinal == ordinal).filter_map(|row| view.observation(row)).collect();
                let events = replay(&rule, Origin::New, &seen, until);
                alarms += events.iter().filter(|event| event.kind == EventKind::Alarm).count() as u64;
                recoveries += events.iter().filter(|event| event.kind == EventKind::Recover).count() as u64;
                let short: Vec<FlagEvent> =
                    events.iter().map(|event| FlagEvent { kind: event.kind, at: event.at, score: event.score }).collect();
                let previewed = found.tests.get(&ordinal);
                prop_assert_eq!(previewed.map(|test| &test.last), events.last());
                let newest = &short[short.len().saturating_sub(EVENTS_PER_TEST_MAX)..];
                prop_assert_eq!(previewed.map_or(Vec::new(), |test| test.events.iter().copied().collect()), newest);
                let oldest = &short[..short.len().min(EVENTS_PER_TEST_MAX)];
                prop_assert_eq!(account.flagged.get(&ordinal).map_or(&[][..], |test| test.events.as_slice()), oldest);
            }
            prop_assert_eq!((account.alarms, account.recoveries), (alarms, recoveries));
            prop_assert_eq!(found.days.values().map(|day| (day.alarms, day.recoveries)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)), (alarms, recoveries));
            prop_assert_eq!((found.executions, found.counted), (account.executions, account.counted));
        }
    }
}

#[test]
fn only_the_days_asked_for_are_told_of() {
    // Test 0 passes and fails on one commit on Monday, test 1 on Friday.
    let uploads =
        [(0, 0, true, true, vec![0, 9, 9, 9, 9]), (1, 0, true, true, vec![9, 9, 9, 9, 9]), (96, 39, true, true, vec![9, 0, 9, 9, 9])];
    let mut history = history(&uploads);
    history.contexts[2] = Context::new(&DerivedTags::of(&RunEnv::default(), Some("main"), Some("c9")), &TagSet::default());
    history.rows.iter_mut().filter(|row| row.ordinal == 1 && row.upload == 2).for_each(|row| row.flags.runner_retried = true);
    let rule = Arc::new(Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::on_branch("main")).unwrap());
    let of = |first_day: i64, until_day: i64| {
        let mut preview = Preview::new(Arc::clone(&rule), Day::of(Timestamp::from_millis(MONDAY_MS)).plus(first_day), 0, 1);
        preview.take(&history, &|_| Origin::Known);
        preview.finish(Timestamp::from_millis(MONDAY_MS + until_day * DAY_MS))
    };
    let ordinals = |tests: Vec<(u32, &PreviewedTest)>| tests.into_iter().map(|(ordinal, _)| ordinal).collect::<Vec<_>>();
    let friday = of(3, 5);
    assert_eq!(ordinals(friday.ending(Phase::Alarmed)), [1, 0], "newest first; an old alarm that stands is told of");
    assert_eq!(friday.tests[&0].events, [], "its event is not");
    assert_eq!(friday.days.values().copied().collect::<Vec<_>>(), [DayEvents { alarms: 1, recoveries: 0 }]);
    let later = of(9, 10);
    assert_eq!((ordinals(later.ending(Phase::Alarmed)), ordinals(later.ending(Phase::Idle))), (vec![1], vec![]));
    assert_eq!(ordinals(of(0, 10).ending(Phase::Idle)), [0]);
}
