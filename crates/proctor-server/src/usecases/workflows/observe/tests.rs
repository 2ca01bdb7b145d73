use proctor_core::execution::ExecutionFlags;
use proctor_core::id::{RunId, UploadId, Uuid};
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::history::{Context, DerivedTags, HistoryRow, HistoryUpload, Incidental};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::replay::replay;
use proctor_core::result::TestResult;
use proctor_core::run_env::RunEnv;
use proctor_core::tags::TagSet;
use proptest::prelude::*;

use super::*;

const START_MS: i64 = 1_772_409_600_000;
const HOUR_MS: i64 = 3_600_000;

/// Uploads an hour apart. Each is a commit (of a few), a branch, and executions of tests.
type Uploads = Vec<(u8, bool, Vec<(u32, TestResult)>)>;

fn history(uploads: &Uploads, from: usize, to: usize) -> History {
    let mut history = History::default();
    for (number, (commit, is_main, executions)) in uploads.iter().enumerate().take(to).skip(from) {
        let place = u32::try_from(history.uploads.len()).unwrap();
        let at = Timestamp::from_millis(START_MS + i64::try_from(number).unwrap() * HOUR_MS);
        let id = UploadId::new(Uuid::from_u128((number as u128 + 1) << 32));
        let run = RunId::new(Uuid::from_u128(number as u128));
        history.uploads.push(HistoryUpload { seq: number as u64, id, run, at, incident: Incidental::No });
        let branch = if *is_main { "main" } else { "topic" };
        let derived = DerivedTags::of(&RunEnv::default(), Some(branch), Some(&format!("c{commit}")));
        history.contexts.push(Context::new(&derived, &TagSet::default()));
        for (index, (ordinal, result)) in (0..).zip(executions) {
            let (flags, duration_s) = (ExecutionFlags::default(), f64::from(index) + 0.5);
            let row =
                HistoryRow { ordinal: *ordinal, upload: place, index, context: place, location: 0, result: *result, flags, duration_s };
            history.rows.push(row);
        }
    }
    history.sort();
    history
}

fn uploads() -> impl Strategy<Value = Uploads> {
    let result = prop::sample::select(vec![TestResult::Passed, TestResult::Failed, TestResult::Skipped]);
    let executions = prop::collection::vec((0..3_u32, result), 0..5);
    prop::collection::vec((0..6_u8, prop::bool::weighted(0.8), executions), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    // contract: workflows 36
    #[test]
    fn it_does_not_matter_in_which_batches_uploads_are_evaluated(
        uploads in uploads(),
        cuts in prop::collection::vec(1..8_usize, 1..10),
        kind in prop::sample::select(MonitorSettings::TYPES.to_vec()),
    ) {
        let rule = Rule::new(MonitorSettings::default_of(kind).unwrap(), TagFilters::on_branch("main")).unwrap();
        let (mut states, mut events, mut from) = (StateMap::default(), Vec::new(), 0);
        for cut in cuts.iter().copied().chain(std::iter::repeat(7)) {
            if from >= uploads.len() {
                break;
            }
            let to = (from + cut).min(uploads.len());
            let history = history(&uploads, from, to);
            let pages = pages_of(tests_counted(&rule, &history));
            let observed = observe(&rule, &history, 0..=u32::MAX, &states, |_| Origin::New);
            prop_assert!(observed.late.is_empty());
            let written = observed.pages(&states).unwrap();
            prop_assert_eq!(written.iter().map(StatePage::page).collect::<Vec<_>>(), pages);
            written.iter().for_each(|page| page.unpack(&mut states).unwrap());
            events.extend(observed.events);
            from = to;
        }
        let whole = history(&uploads, 0, uploads.len());
        let view = View::new(&rule, &whole);
        for ordinal in 0..3 {
            let seen: Vec<_> = whole.rows.iter().filter(|row| row.ordinal == ordinal).filter_map(|row| view.observation(row)).collect();
            let until = seen.last().map_or(Timestamp::from_millis(0), |last| last.at);
            let live: Vec<_> = events.iter().filter(|event| event.ordinal == ordinal).map(|event| event.event.clone()).collect();
            prop_assert_eq!(&live, &replay(&rule, Origin::New, &seen, until));
            let alternate = live.windows(2).all(|two| two[0].kind != two[1].kind);
            prop_assert!(alternate && live.first().is_none_or(|first| first.kind == EventKind::Alarm), "no alarm twice, no recovery without one");
        }
    }

    #[test]
    fn what_comes_late_is_started_over(uploads in uploads()) {
        let rule = Rule::new(MonitorSettings::default_of("failure_rate").unwrap(), TagFilters::on_branch("main")).unwrap();
        let whole = history(&uploads, 0, uploads.len());
        let observed = observe(&rule, &whole, 0..=u32::MAX, &StateMap::default(), |_| Origin::Known);
        let states: StateMap = observed.states.iter().map(|(ordinal, state)| (*ordinal, state.clone())).collect();
        let again = observe(&rule, &whole, 0..=u32::MAX, &states, |_| Origin::Known);
        prop_assert_eq!(again.late, tests_counted(&rule, &whole));
        prop_assert!(again.events.is_empty() && again.states.is_empty());
    }

    #[test]
    fn tests_may_be_looked_at_in_parts(uploads in uploads(), cut in 0..3_u32) {
        let rule = Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::on_branch("main")).unwrap();
        let whole = history(&uploads, 0, uploads.len());
        let look = |tests| observe(&rule, &whole, tests, &StateMap::default(), |_| Origin::Known);
        let (all, mut low, high) = (look(0..=u32::MAX), look(0..=cut), look(cut + 1..=u32::MAX));
        low.states.extend(high.states);
        low.events.extend(high.events);
        prop_assert_eq!((low.states, low.events), (all.states, all.events));
    }
}
