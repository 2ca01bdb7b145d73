//! A rule tried on the stored history, beside the saved one.

use std::collections::HashMap;
use std::fmt::Write;

use proctor_core::day::Day;
use proctor_core::monitors::backtest::{Account, EVENTS_PER_TEST_MAX, FlagEvent, Flagged};
use proctor_core::monitors::hysteresis::{EventKind, Phase};
use proctor_core::monitors::rule::Rule;
use proctor_core::time::Timestamp;
use proctor_store::StoreError;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::catalog::workflows::Workflow;

use super::super::place::AtSuite;
use super::super::when::{When, count};
use super::preview::NowView;
use super::words::number;
use crate::App;
use crate::query::QueryParams;
use crate::usecases::workflows::{BacktestReport, PreviewOf, backtest_since, preview};

/// Days that can be chosen; the last stands for all there are.
pub const TERMS: [u32; 4] = [7, 28, 90, ALL_DAYS];
/// What is chosen at first.
pub const DAYS_DEFAULT: u32 = 28;
const ALL_DAYS: u32 = 36_500;
/// Tests that the panel lists.
const TESTS_SHOWN_MAX: usize = 50;
const DAY_MS: i64 = 86_400_000;
/// Units of a test's line.
const LINE_WIDTH: f64 = 240.0;

/// What came of it.
#[derive(Clone, Debug)]
pub struct TrialView {
    /// Days of history.
    pub days: u32,
    /// The first and the last moment of it; none: there was no history.
    pub span: Option<(When, When)>,
    /// Executions looked at.
    pub counted: String,
    /// What saving it would change at once.
    pub now: NowView,
    /// What, how many, and how many under the saved version.
    pub figures: Vec<Figure>,
    /// Tests that only this version flags, that only the saved one does, and that both do.
    pub compared: Option<[String; 3]>,
    /// The tests: those that are new first, then the most flagged.
    pub tests: Vec<TrialTest>,
    /// How many more there are.
    pub more: usize,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// How much.
    pub value: String,
    /// The same under the saved version.
    pub before: Option<String>,
    /// What to know about it.
    pub help: String,
}

/// A test that was flagged under one of the versions.
#[derive(Clone, Debug)]
pub struct TrialTest {
    /// Its page.
    pub path: String,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// `added`, `removed` or `same`; empty: there is nothing to compare with.
    pub change: &'static str,
    /// Alarms.
    pub alarms: u32,
    /// Days alarmed, summed.
    pub days: String,
    /// Whether it ends alarmed.
    pub is_alarmed: bool,
    /// Regressions that happened while it was alarmed.
    pub hidden: u32,
    /// When it was alarmed, as a picture.
    pub line: String,
    /// Its first events: kind, when, score.
    pub events: Vec<(&'static str, When, String)>,
    /// Whether there are more of them.
    pub has_more_events: bool,
}

/// The days that a form chooses.
#[must_use]
pub fn days_of(form: &QueryParams) -> u32 {
    form.get("days").and_then(|days| days.trim().parse().ok()).filter(|days| TERMS.contains(days)).unwrap_or(DAYS_DEFAULT)
}

/// What a choice of days is called.
#[must_use]
pub fn days_words(days: &u32) -> String {
    if *days == ALL_DAYS { "all history".to_owned() } else { format!("the last {days} days") }
}

/// Tries a rule, and the saved one if there is one and it differs, and looks what saving it would change at once. None: somebody else tries
/// one at the moment.
///
/// # Errors
/// When the store cannot be read.
pub async fn try_out(
    app: &App,
    at: &AtSuite,
    (rule, saved): (&Rule, Option<&Workflow>),
    days: u32,
) -> Result<Option<TrialView>, StoreError> {
    let Some(_turn) = app.evaluator.history_turn() else { return Ok(None) };
    let (now, suite) = (app.clock.now(), at.suite.id);
    let first_day = now.millis().div_euclid(DAY_MS) - i64::from(days);
    let what = PreviewOf { rule, saved, first_day: Day::from_number(first_day), until: now };
    let at_once = NowView::of(app, at, &preview(&app.store, suite, what).await?).await?;
    let report = backtest_since(&app.store, suite, rule, first_day, now).await?;
    let before = match saved.map(|saved| &saved.definition.rule) {
        Some(saved) if saved == rule => Some(report.clone()),
        Some(saved) => Some(backtest_since(&app.store, suite, saved, first_day, now).await?),
        None => None,
    };
    let listed = listed(&report.account, before.as_ref().map(|before| &before.account));
    let shown: Vec<u32> = listed.iter().take(TESTS_SHOWN_MAX).map(|listed| listed.ordinal).collect();
    let tests = app.store.tests_by_ordinal(suite, &shown).await?;
    let known: HashMap<u32, &KnownTest> = tests.iter().map(|test| (test.ordinal, test)).collect();
    let span = report.account.span.map(|(from, _)| (from, report.until));
    let row = |listed: &Listed<'_>| Some(trial_test(known.get(&listed.ordinal)?, listed, span?, &at.path(), now));
    Ok(Some(TrialView {
        days,
        span: report.account.span.map(|(from, to)| (When::new(from, now), When::new(to, now))),
        counted: count(report.account.counted),
        now: at_once,
        figures: figures(&report, before.as_ref()),
        compared: before.as_ref().map(|before| compared(&report.account, &before.account)),
        tests: listed.iter().take(TESTS_SHOWN_MAX).filter_map(row).collect(),
        more: listed.len().saturating_sub(TESTS_SHOWN_MAX),
    }))
}

fn figures(report: &BacktestReport, before: Option<&BacktestReport>) -> Vec<Figure> {
    let figure = |name, help: String, of: &dyn Fn(&Account) -> String| Figure {
        name,
        value: of(&report.account),
        before: before.map(|before| of(&before.account)),
        help,
    };
    let alarmed_now = |account: &Account| account.flagged.values().filter(|flagged| flagged.phase == Phase::Alarmed).count() as u64;
    let failed = report.account.failed_runs.len() as u64;
    vec![
        figure("Tests flagged", format!("{} are alarmed at the end", count(alarmed_now(&report.account))), &|account| {
            count(account.flagged.len() as u64)
        }),
        figure("Flaps a week", "Alarms that ended again".to_owned(), &|account| {
            let weeks = account.span.map_or(0.0, |(from, to)| (to.millis() - from.millis()) as f64 / (7 * DAY_MS) as f64);
            number((account.recoveries as f64 / weeks.max(1.0) * 100.0).round() / 100.0)
        }),
        figure("Builds saved", format!("of {} that failed: all their failures were of alarmed tests", count(failed)), &|account| {
            count(account.runs_saved() as u64)
        }),
        figure("Regressions hidden", "Two commits in a row only failed while the test was alarmed".to_owned(), &|account| {
            count(account.regressions_hidden)
        }),
        figure("Test-days alarmed", "Summed over tests".to_owned(), &|account| days_text(account.alarmed_ms)),
    ]
}

fn compared(account: &Account, before: &Account) -> [String; 3] {
    let added = account.flagged.keys().filter(|ordinal| !before.flagged.contains_key(ordinal)).count();
    let removed = before.flagged.keys().filter(|ordinal| !account.flagged.contains_key(ordinal)).count();
    [added, removed, account.flagged.len() - added].map(|number| count(number as u64))
}

struct Listed<'a> {
    ordinal: u32,
    change: &'static str,
    flagged: &'a Flagged,
}

/// Added and removed ones first: those are what a change is about.
fn listed<'a>(account: &'a Account, before: Option<&'a Account>) -> Vec<Listed<'a>> {
    let change = |ordinal: &u32| match before {
        Some(before) if before.flagged.contains_key(ordinal) => "same",
        Some(_) => "added",
        None => "",
    };
    let mut listed: Vec<Listed<'_>> =
        account.flagged.iter().map(|(ordinal, flagged)| Listed { ordinal: *ordinal, change: change(ordinal), flagged }).collect();
    let gone = before.into_iter().flat_map(|before| &before.flagged).filter(|(ordinal, _)| !account.flagged.contains_key(ordinal));
    listed.extend(gone.map(|(ordinal, flagged)| Listed { ordinal: *ordinal, change: "removed", flagged }));
    let rank = |change: &str| u8::from(change == "same");
    listed.sort_by_key(|one| (rank(one.change), std::cmp::Reverse((one.flagged.alarms, one.flagged.alarmed_ms)), one.ordinal));
    listed
}

fn trial_test(test: &KnownTest, listed: &Listed<'_>, span: (Timestamp, Timestamp), suite_path: &str, now: Timestamp) -> TrialTest {
    let Flagged { alarms, recoveries, events, alarmed_ms, regressions_hidden, phase } = listed.flagged;
    let event = |event: &FlagEvent| (event.kind.as_str(), When::new(event.at, now), event.score.map(number).unwrap_or_default());
    TrialTest {
        path: format!("{suite_path}/tests/{}", test.id),
        scope: test.scope.clone(),
        name: test.name.clone(),
        change: listed.change,
        alarms: *alarms,
        days: days_text(*alarmed_ms),
        is_alarmed: *phase == Phase::Alarmed,
        hidden: *regressions_hidden,
        line: line(events, *phase, span),
        events: events.iter().map(event).collect(),
        has_more_events: (alarms + recoveries) as usize > EVENTS_PER_TEST_MAX,
    }
}

/// When the test was alarmed: a block from each alarm to its recovery, or to the end.
fn line(events: &[FlagEvent], phase: Phase, (from, until): (Timestamp, Timestamp)) -> String {
    let whole = (until.millis() - from.millis()).max(1) as f64;
    let x = |at: Timestamp| ((at.millis() - from.millis()) as f64 / whole).clamp(0.0, 1.0) * LINE_WIDTH;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {LINE_WIDTH} 12\" width=\"{LINE_WIDTH}\" height=\"12\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\" focusable=\"false\"><rect class=\"lane\" x=\"0\" y=\"5\" width=\"{LINE_WIDTH}\" height=\"2\"/>"
    );
    let mut since = None;
    let mut block = |start: f64, end: f64| {
        // Writing to a string cannot fail.
        _ = write!(
            svg,
            "<rect class=\"alarmed\" x=\"{start:.1}\" y=\"1\" width=\"{:.1}\" height=\"10\" rx=\"1\"/>",
            (end - start).max(2.0)
        );
    };
    for event in events {
        match event.kind {
            EventKind::Alarm => since = Some(x(event.at)),
            EventKind::Recover => {
                if let Some(start) = since.take() {
                    block(start, x(event.at));
                }
            }
        }
    }
    // Of a test with more events than are kept, what followed is not known.
    if let Some(start) = since.filter(|_| phase == Phase::Alarmed) {
        block(start, LINE_WIDTH);
    }
    svg.push_str("</svg>");
    svg
}

fn days_text(ms: i64) -> String {
    let days = ms as f64 / DAY_MS as f64;
    if days >= 10.0 { count(days.round() as u64) } else { number((days * 10.0).round() / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_when_a_test_was_alarmed() {
        let at = |ms| Timestamp::from_millis(ms);
        let event = |kind, ms| FlagEvent { kind, at: at(ms), score: None };
        let events = [event(EventKind::Alarm, 100), event(EventKind::Recover, 200), event(EventKind::Alarm, 900)];
        let svg = line(&events, Phase::Alarmed, (at(0), at(1_000)));
        assert!(svg.contains("x=\"24.0\" y=\"1\" width=\"24.0\"") && svg.contains("x=\"216.0\" y=\"1\" width=\"24.0\""), "{svg}");
    }

    #[test]
    fn what_a_change_is_about_comes_first() {
        let flagged = |alarms| Flagged { alarms, ..Flagged::default() };
        let account = Account { flagged: [(1, flagged(9)), (2, flagged(1))].into(), ..Account::default() };
        let before = Account { flagged: [(1, flagged(9)), (3, flagged(2))].into(), ..Account::default() };
        let order: Vec<_> = listed(&account, Some(&before)).iter().map(|one| (one.ordinal, one.change)).collect();
        assert_eq!(order, [(3, "removed"), (2, "added"), (1, "same")]);
        assert_eq!(compared(&account, &before), ["1", "1", "1"].map(str::to_owned));
        assert!(listed(&account, None).iter().all(|one| one.change.is_empty()));
    }
}
