//! The questions that a store of executions answers.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proctor_core::filter::ResultSet;
use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;

use super::collect::{
    Cost, Days, DurationsByTest, Failures, Groups, History, NewestOf, OfTest, OfTests, Passes, RunTests, SomeTests, Top, contradictions,
    flaky_tests,
};
use super::question::Question;
use super::{EmbeddedExecutions, ExecutionRow, UploadSeq};
use crate::StoreError;
use crate::queries::{
    Contradiction, FailureCost, FlakyTest, HistoryPoint, LightExecution, Percentiles, RunTest, SuiteDay, TagGroup, TestMetrics,
};

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

/// Something of each of some tests, by ordinal.
type ByTest<T> = Result<Vec<(u32, T)>, StoreError>;

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

    /// When which test came to have passed and failed on one commit, by time, then ordinal.
    fn contradictions<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<Contradiction>, StoreError>>;

    /// The newest executions of each of these tests, by ordinal.
    fn newest_of<'a>(&'a self, question: &'a Question, ordinals: &'a [u32], limit: usize) -> BoxFuture<'a, ByTest<Vec<LightExecution>>>;

    /// Metrics and percentiles of each of these tests, by ordinal.
    fn metrics_of<'a>(&'a self, question: &'a Question, ordinals: &'a [u32]) -> BoxFuture<'a, ByTest<(Metrics, Percentiles)>>;

    /// What the failures of each of these tests cost, by ordinal.
    fn failure_costs<'a>(&'a self, question: &'a Question, ordinals: &'a [u32]) -> BoxFuture<'a, Result<Vec<FailureCost>, StoreError>>;

    /// Day by day, without percentiles.
    fn days<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<SuiteDay>, StoreError>>;

    /// By the value of a tag, which is the question's group.
    fn groups<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<TagGroup>, StoreError>>;

    /// Single executions in full: for each upload those of `indexes` that are there, in their order.
    fn rows<'a>(&'a self, suite: SuiteId, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>>;
}

impl ExecutionQueries for Arc<EmbeddedExecutions> {
    fn test_metrics<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<TestMetrics>, StoreError>> {
        self.metrics_of_tests(question).boxed()
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

    fn contradictions<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<Contradiction>, StoreError>> {
        async {
            let failed = Arc::new(self.scan(question, Failures::default).await?.finish());
            Ok(contradictions(self.scan(question, || Passes::new(Arc::clone(&failed))).await?))
        }
        .boxed()
    }

    fn newest_of<'a>(&'a self, question: &'a Question, ordinals: &'a [u32], limit: usize) -> BoxFuture<'a, ByTest<Vec<LightExecution>>> {
        let tests = SomeTests::new(ordinals);
        async move { Ok(self.scan(question, || NewestOf::new(&tests, limit)).await?.finish()) }.boxed()
    }

    fn metrics_of<'a>(&'a self, question: &'a Question, ordinals: &'a [u32]) -> BoxFuture<'a, ByTest<(Metrics, Percentiles)>> {
        let tests = SomeTests::new(ordinals);
        async move { Ok(self.scan(question, || OfTests::new(&tests)).await?.finish()) }.boxed()
    }

    fn failure_costs<'a>(&'a self, question: &'a Question, ordinals: &'a [u32]) -> BoxFuture<'a, Result<Vec<FailureCost>, StoreError>> {
        let tests = SomeTests::new(ordinals);
        async move { Ok(self.scan(question, || Cost::new(&tests)).await?.finish()) }.boxed()
    }

    fn days<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<SuiteDay>, StoreError>> {
        async { Ok(self.scan(question, Days::default).await?.finish()) }.boxed()
    }

    fn groups<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Vec<TagGroup>, StoreError>> {
        async { Ok(self.scan(question, || Groups::new(question.group.as_deref().unwrap_or_default())).await?.finish()) }.boxed()
    }

    fn rows<'a>(&'a self, suite: SuiteId, wanted: &'a [Wanted]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>> {
        self.rows_at(suite, wanted).boxed()
    }
}
