//! Aggregates as part of a history.

use std::collections::BTreeMap;

use proctor_core::day::Day;
use proctor_core::filter::TextFilter;
use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;
use proctor_core::window::Window;

use crate::executions::decode_aggregate;
use crate::queries::{GroupBy, HistoryPoint, Percentiles, Selected};
use crate::{Store, StoreError};

impl Store {
    /// Adds to a history the days that are aggregates only, if they can answer: aggregates know tests and branches, but neither tags, nor
    /// single results, nor runs. Such days have no percentiles. `ordinal`: of the test, or none for the whole suite.
    ///
    /// # Errors
    /// When the catalog or an aggregate cannot be read.
    pub(crate) async fn with_aggregates(
        &self,
        suite: SuiteId,
        ordinal: Option<u32>,
        selected: Selected<'_>,
        group: &GroupBy,
        mut points: Vec<HistoryPoint>,
    ) -> Result<Vec<HistoryPoint>, StoreError> {
        let Selected { window, filters, runs } = selected;
        let can_answer = *group == GroupBy::Nothing && filters.tags.is_empty() && filters.result.is_none() && runs.is_none();
        if !can_answer {
            return Ok(points);
        }
        for (day, metrics) in self.history_of_aggregates(suite, ordinal, window, filters.branch.as_ref()).await? {
            let (day, percentiles) = (day.start(), Percentiles::default());
            match points.iter_mut().find(|point| point.day == day) {
                // Executions came after the others of their day were aggregated: percentiles of some would pass for those of all.
                Some(point) => {
                    point.metrics.merge(&metrics);
                    point.percentiles = percentiles;
                }
                None => points.push(HistoryPoint { day, group: None, metrics, percentiles }),
            }
        }
        points.sort_by_key(|point| point.day);
        Ok(points)
    }

    /// The metrics of days that are aggregates, by day: those that lie in the window as a whole, because a part of a day cannot be told
    /// from the rest of it.
    async fn history_of_aggregates(
        &self,
        suite: SuiteId,
        ordinal: Option<u32>,
        window: Window,
        branch: Option<&TextFilter>,
    ) -> Result<BTreeMap<Day, Metrics>, StoreError> {
        let first = Day::of(window.from.plus_millis(-1)).plus(1);
        let last = Day::of(window.until).plus(-1);
        let mut history: BTreeMap<Day, Metrics> = BTreeMap::new();
        if first > last {
            return Ok(history);
        }
        // Bodies one after the other: a window can have many days.
        for (day, id) in self.aggregates_between(suite, first, last).await? {
            let Some(body) = self.aggregate_body(suite, day, &id).await? else { continue };
            let branch = branch.cloned();
            let decode = move || sum_of(body, ordinal, branch.as_ref());
            // Decoding is work for a processor, not for the threads that serve sockets.
            let decoded = tokio::task::spawn_blocking(decode).await;
            let metrics = decoded.map_err(|error| StoreError::Internal(format!("reading aggregates: {error}")))??;
            if metrics.counts.total() > 0 {
                history.entry(day).or_default().merge(&metrics);
            }
        }
        Ok(history)
    }
}

fn sum_of(body: Vec<u8>, ordinal: Option<u32>, branch: Option<&TextFilter>) -> Result<Metrics, StoreError> {
    let mut sum = Metrics::default();
    decode_aggregate(body, |row| {
        let is_test = ordinal.is_none_or(|ordinal| row.ordinal == ordinal);
        if is_test && branch.is_none_or(|filter| filter.matches(row.branch.as_deref())) {
            sum.merge(&row.metrics);
        }
    })?;
    Ok(sum)
}
