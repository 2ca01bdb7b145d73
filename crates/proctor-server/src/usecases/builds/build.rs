//! A build, its parts and its span of time.

use proctor_core::id::{OrganizationId, RunId, Uuid};
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use proctor_core::window::{Period, Window, WindowLimits};
use proctor_store::catalog::builds::BuildRun;
use proctor_store::{Store, StoreError};

/// The longest time over which metrics of a build are taken.
const BUILD_WINDOW_MAX: Period = Period::days(1);

/// A build of an organization: at least one run.
#[derive(Clone, Debug)]
pub struct Build {
    /// Its id.
    pub id: Uuid,
    /// The suites with a run in it, in the order of their creation.
    pub suites: Vec<Suite>,
    /// Its runs, oldest first.
    pub runs: Vec<BuildRun>,
}

/// What one suite has in a build.
#[derive(Clone, Debug)]
pub struct PartOfBuild<'b> {
    /// The suite.
    pub suite: &'b Suite,
    /// Its runs in the build, oldest first.
    pub runs: Vec<RunId>,
}

impl Build {
    /// The build with this id. `None` when no run has it.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn find(store: &Store, organization: OrganizationId, id: Uuid) -> Result<Option<Self>, StoreError> {
        let (suites, runs) = store.runs_of_build(organization, id).await?;
        Ok((!runs.is_empty()).then_some(Self { id, suites, runs }))
    }

    /// Its runs by suite.
    #[must_use]
    pub fn parts(&self) -> Vec<PartOfBuild<'_>> {
        let runs_of =
            |suite: &Suite| self.runs.iter().map(|run| &run.run).filter(|run| run.suite_id == suite.id).map(|run| run.id).collect();
        self.suites.iter().map(|suite| PartOfBuild { suite, runs: runs_of(suite) }).collect()
    }

    /// From its beginning to the end of its last run, or to `now` while one is running: every execution of the build is inside.
    #[must_use]
    pub fn span(&self, now: Timestamp) -> Window {
        let begin = |run: &BuildRun| run.received.map_or(run.run.created_at, |(first, _)| first.min(run.run.created_at));
        let end = |run: &BuildRun| {
            let activity = run.run.status.last_activity_at;
            run.received.map_or(activity, |(_, last)| last.max(activity))
        };
        let is_running = self.runs.iter().any(|run| run.run.status.uploads_in_flight > 0);
        let last = self.runs.iter().map(end).max().unwrap_or(now);
        let last = if is_running { last.max(now) } else { last };
        // The millisecond of the last upload is inside.
        Window { from: self.runs.iter().map(begin).min().unwrap_or(now), until: last.plus_millis(1) }
    }

    /// The window of its metrics: [`Self::span`], but 24 hours at most, and nothing older than the longest window that there is. `None`
    /// when that leaves nothing.
    #[must_use]
    pub fn window(&self, now: Timestamp, limits: WindowLimits) -> Option<Window> {
        let Window { from, until } = self.span(now);
        let until = until.min(from.plus_millis(BUILD_WINDOW_MAX.millis()));
        let from = from.max(now.plus_millis(-Period::days(limits.days_max).millis()));
        (from < until).then_some(Window { from, until })
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::id::SuiteId;
    use proctor_core::lifecycle::RunStatus;
    use proctor_core::result::ResultCounts;
    use proctor_core::run::{Run, RunDetails};

    use super::*;

    const HOUR: i64 = 3_600_000;
    const NOW: i64 = 10_000 * HOUR;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(NOW + hours * HOUR)
    }

    fn run(created: i64, active: i64, uploads_in_flight: u32) -> BuildRun {
        let run = Run {
            id: RunId::new(Uuid::from_u128(1)),
            suite_id: SuiteId::new(Uuid::from_u128(2)),
            key: "key".to_owned(),
            details: RunDetails::default(),
            status: RunStatus { uploads_in_flight, last_activity_at: at(active), ..RunStatus::created(at(created)) },
            counts: ResultCounts::default(),
            created_at: at(created),
        };
        BuildRun { run, received: None }
    }

    fn build(runs: Vec<BuildRun>) -> Build {
        Build { id: Uuid::from_u128(3), suites: Vec::new(), runs }
    }

    #[test]
    fn from_the_first_run_to_the_end_of_the_last() {
        let limits = WindowLimits::default();
        let finished = build(vec![run(-5, -3, 0), run(-4, -2, 0)]);
        assert_eq!(finished.window(at(0), limits), Some(Window { from: at(-5), until: at(-2).plus_millis(1) }));
        let running = build(vec![run(-5, -3, 0), run(-4, -4, 1)]);
        assert_eq!(running.window(at(0), limits), Some(Window { from: at(-5), until: at(0).plus_millis(1) }));
        let late = BuildRun { received: Some((at(-6), at(-1))), ..run(-5, -3, 0) };
        assert_eq!(build(vec![late]).span(at(0)), Window { from: at(-6), until: at(-1).plus_millis(1) });
    }

    #[test]
    fn a_day_at_the_most_and_not_before_the_longest_window() {
        let limits = WindowLimits { days_max: 2, ..WindowLimits::default() };
        let long = build(vec![run(-40, -1, 0)]);
        assert_eq!(long.window(at(0), limits), Some(Window { from: at(-40), until: at(-16) }));
        let old = build(vec![run(-60, -40, 0)]);
        assert_eq!(old.window(at(0), limits), Some(Window { from: at(-48), until: at(-40).plus_millis(1) }));
        assert_eq!(build(vec![run(-99, -90, 0)]).window(at(0), limits), None);
    }
}
