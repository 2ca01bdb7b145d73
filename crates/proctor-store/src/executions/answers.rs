//! The questions that a store of executions answers.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proctor_core::filter::ResultSet;
use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;

use super::collect::{ByTest, DurationsByTest, Failures, History, OfTest, Passes, RunTests, Top, flaky_tests};
use super::question::Question;
use super::{EmbeddedExecutions, ExecutionRow, UploadSeq};
use crate::StoreError;
use crate::queries::{FlakyTest, HistoryPoint, LightExecution, Percentiles, RunTest, TestMetrics};

/// A list of executions that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) first: First,
    /// How many at the most.
    pub(crate) limit: usize,
    /// Only those with one of these results.
    pub(crate) results: Option<ResultSet>,
    pub(crate) spans: Spans,
}

/// Whether it matters which executions have spans: finding that out reads much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spans {
    /// It does.
    Looked,
    /// `has_spans` is false everywhere.
    Ignored,
}

/// Which executions come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// Newest first: the reverse of (receive time, upload sequence, index).
    Newest,
    /// Longest first, then newest; those without a duration are left out.
    Longest,
}

/// Some executions of one upload, by their positions in it, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) upload: UploadSeq,
    pub(crate) indexes: Vec<u32>,
}

/// The half of the seam that reads. Answers are those of `proctor_core::naive`, as of one moment.
pub(crate) trait ExecutionQueries {
    /// Tests with a selected execution, by ascending ordinal.
    fn test_metrics<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<TestMetrics>, StoreError>>;

    /// Everything selected taken together.
    fn metrics<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<(Metrics, Percentiles), StoreError>>;

    /// A percentile of the durations of each test that has one, by ascending ordinal.
    fn percentile_by_test<'a>(&'a self, question: &'a Question, quantile: f64) -> BoxFuture<'a, Result<Vec<(u32, f64)>, StoreError>>;

    /// Day by day, split by the question's group.
    fn history<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<HistoryPoint>, StoreError>>;

    /// The first selected executions of a wish, and the number of all.
    fn first<'a>(&'a self, question: &'a Question, wish: Wish) -> BoxFuture<'a, Result<(Vec<LightExecution>, u64), StoreError>>;

    /// How tests ended in runs, by run and ordinal.
    fn run_tests<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<RunTest>, StoreError>>;

    /// Tests that passed and failed on one commit, by ascending ordinal.
    fn flaky_tests<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<FlakyTest>, StoreError>>;

    /// Single executions in full: for each upload those of `indexes` that are there, in their order.
    fn rows<'a>(&'a self, suite: SuiteId, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>>;
}

impl ExecutionQueries for Arc<EmbeddedExecutions> {
    fn test_metrics<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<TestMetrics>, StoreError>> {
        async { Ok(self.scan(question, ByTest::default).await?.finish()) }.boxed()
    }

    fn metrics<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<(Metrics, Percentiles), StoreError>> {
        async { Ok(self.scan(question, OfTest::default).await?.finish()) }.boxed()
    }

    fn percentile_by_test<'a>(&'a self, question: &'a Question, quantile: f64) -> BoxFuture<'a, Result<Vec<(u32, f64)>, StoreError>> {
        async move { Ok(self.scan(question, DurationsByTest::default).await?.finish(quantile)) }.boxed()
    }

    fn history<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<HistoryPoint>, StoreError>> {
        async { Ok(self.scan(question, || History::new(question.group.as_deref())).await?.finish()) }.boxed()
    }

    fn first<'a>(&'a self, question: &'a Question, wish: Wish) -> BoxFuture<'a, Result<(Vec<LightExecution>, u64), StoreError>> {
        async move { Ok(self.scan(question, || Top::new(wish)).await?.finish()) }.boxed()
    }

    fn run_tests<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<RunTest>, StoreError>> {
        async { Ok(self.scan(question, RunTests::default).await?.finish()) }.boxed()
    }

    fn flaky_tests<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<FlakyTest>, StoreError>> {
        async {
            let failed = Arc::new(self.scan(question, Failures::default).await?.finish());
            let passes = self.scan(question, || Passes::new(Arc::clone(&failed))).await?;
            Ok(flaky_tests(passes))
        }
        .boxed()
    }

    fn rows<'a>(&'a self, suite: SuiteId, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>> {
        self.rows_at(suite, wanted).boxed()
    }
}
