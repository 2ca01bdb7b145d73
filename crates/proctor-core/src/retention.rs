//! How long a suite keeps what it was sent, and what is due on a day: plain data and one pure function.
//!
//! Executions are kept for a number of days. Of older days only aggregates stay (for each test and branch: counts, and sum,
//! minimum and maximum of durations), and these may be kept longer. Only whole days go, so that a question about the last N days
//! is never answered from half of them: day D is due once all of it is more than N days old.

use crate::day::Day;

/// The longest period that can be set; longer is for ever.
pub const RETENTION_DAYS_MAX: u32 = 36_500;

/// For how long something is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Keep {
    /// Nothing is ever deleted.
    #[default]
    Forever,
    /// Whole days, at least one.
    Days(u32),
}

impl Keep {
    /// `days` days; `None` unless there are 1 to [`RETENTION_DAYS_MAX`] of them.
    #[must_use]
    pub fn days(days: u64) -> Option<Self> {
        u32::try_from(days).ok().filter(|days| (1..=RETENTION_DAYS_MAX).contains(days)).map(Self::Days)
    }

    /// The number of days; none for [`Self::Forever`].
    #[must_use]
    pub const fn as_days(self) -> Option<u32> {
        match self {
            Self::Forever => None,
            Self::Days(days) => Some(days),
        }
    }

    /// The first day that is still kept; `None`: all are.
    #[must_use]
    pub fn first_kept(self, today: Day) -> Option<Day> {
        self.as_days().map(|days| today.plus(-i64::from(days)))
    }

    /// Whether something of `day` is no longer kept.
    #[must_use]
    pub fn is_over(self, day: Day, today: Day) -> bool {
        self.first_kept(today).is_some_and(|first| day < first)
    }
}

/// The periods of a suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Retention {
    /// Of executions.
    pub executions: Keep,
    /// Of the aggregates of days whose executions are gone, counted from the same day.
    pub aggregates: Keep,
}

/// What a suite has of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptDay {
    /// The day.
    pub day: Day,
    /// Executions that are there one by one.
    pub executions: u64,
    /// Executions that are there as aggregates only.
    pub aggregated: u64,
}

/// Something to be done to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionStep {
    /// Its executions are to be replaced by aggregates.
    Aggregate(Day),
    /// Its executions are to be deleted, and nothing stays.
    DeleteExecutions(Day),
    /// Its aggregates are to be deleted.
    DeleteAggregates(Day),
}

/// The first day whose groups of failures are kept: a group that was last seen before it may be forgotten. `None`: all are kept. When a
/// group was first and last seen is knowledge like an aggregate's: it stays as long as executions or aggregates of its day stay.
#[must_use]
pub fn failure_groups_kept_from(retention: Retention, today: Day) -> Option<Day> {
    let Retention { executions, aggregates } = retention;
    executions.first_kept(today).zip(aggregates.first_kept(today)).map(|(executions, aggregates)| executions.min(aggregates))
}

/// What is due, in the order of `days`. Executions that arrive for a day that has been aggregated already (history can be
/// imported) are aggregated in their turn: a day may have several aggregates.
#[must_use]
pub fn due(retention: Retention, today: Day, days: &[KeptDay]) -> Vec<RetentionStep> {
    let Retention { executions: keep_executions, aggregates: keep_aggregates } = retention;
    let mut steps = Vec::new();
    for KeptDay { day, executions, aggregated } in days.iter().copied() {
        let are_aggregates_over = keep_aggregates.is_over(day, today);
        if executions > 0 && keep_executions.is_over(day, today) {
            steps.push(if are_aggregates_over { RetentionStep::DeleteExecutions(day) } else { RetentionStep::Aggregate(day) });
        }
        // Aggregates without executions beside them: shorter periods for aggregates delete no execution that is to be kept.
        if aggregated > 0 && are_aggregates_over {
            steps.push(RetentionStep::DeleteAggregates(day));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::RetentionStep::{Aggregate, DeleteAggregates, DeleteExecutions};
    use super::*;

    const TODAY: Day = Day::from_number(1_000);

    fn kept(number: i64, executions: u64, aggregated: u64) -> KeptDay {
        KeptDay { day: Day::from_number(number), executions, aggregated }
    }

    #[test]
    fn what_is_due() {
        use Keep::{Days, Forever};
        let day = Day::from_number;
        for (executions, aggregates, days, steps) in [
            (Forever, Forever, vec![kept(0, 5, 5), kept(1_000, 5, 0)], vec![]),
            // today, and the day that is in part within the last 24 hours, stay; the one before goes
            (Days(1), Forever, vec![kept(998, 1, 0), kept(999, 1, 0), kept(1_000, 1, 0)], vec![Aggregate(day(998))]),
            (Days(90), Forever, vec![kept(909, 1, 0), kept(910, 1, 0)], vec![Aggregate(day(909))]),
            // days without executions are done with; late ones come after the aggregates of the first
            (Days(1), Forever, vec![kept(5, 0, 9), kept(6, 2, 9)], vec![Aggregate(day(6))]),
            (Days(90), Days(365), vec![kept(634, 0, 7), kept(635, 0, 7)], vec![DeleteAggregates(day(634))]),
            // nothing is aggregated only to be deleted
            (Days(90), Days(365), vec![kept(600, 3, 4)], vec![DeleteExecutions(day(600)), DeleteAggregates(day(600))]),
            (Days(90), Days(30), vec![kept(900, 3, 0), kept(950, 3, 0)], vec![DeleteExecutions(day(900))]),
            (Forever, Days(1), vec![kept(3, 3, 0)], vec![]),
            // a clock that went back deletes nothing that lies ahead
            (Days(1), Days(1), vec![kept(2_000, 3, 3)], vec![]),
        ] {
            assert_eq!(due(Retention { executions, aggregates }, TODAY, &days), steps, "{executions:?} {aggregates:?} {days:?}");
        }
    }

    #[test]
    fn groups_of_failures_stay_as_long_as_anything_of_their_day() {
        use Keep::{Days, Forever};
        for (executions, aggregates, first) in [
            (Forever, Forever, None),
            (Days(30), Forever, None),
            (Forever, Days(30), None),
            (Days(30), Days(365), Some(635)),
            (Days(90), Days(30), Some(910)),
        ] {
            let kept_from = failure_groups_kept_from(Retention { executions, aggregates }, TODAY);
            assert_eq!(kept_from, first.map(Day::from_number), "{executions:?} {aggregates:?}");
        }
    }

    #[test]
    fn periods_are_one_day_at_least() {
        assert_eq!(Keep::days(0), None);
        assert_eq!(Keep::days(1), Some(Keep::Days(1)));
        assert_eq!(Keep::days(36_500), Some(Keep::Days(RETENTION_DAYS_MAX)));
        assert_eq!(Keep::days(36_501), None);
        assert_eq!(Keep::days(u64::MAX), None);
    }
}
