//! The score of probabilistic flakiness: the posterior mean of the chance of a false failure (`workflows.md`, 3.3).
//!
//! The contract states the model and a grid of 400 x 200 points to compute it on. Both integrals have closed forms, so the
//! grid is not needed: with j of the M all-failed commits bad, and K failures on those that are good,
//!
//! ```text
//! weight(j, K) = c(j, K) x B(1+j, 9+G+M-j) x B(1+F+K, 19+S)        score = sum weight x (1+F+K)/(20+F+S+K) / sum weight
//! ```
//!
//! where c counts the ways to choose them: the coefficients of the product over k of (y + x^k)^(m_k). The tests hold this
//! against the grid. Each beta function follows from the one before by a ratio, so there is neither logarithm nor exponential.

use std::ops::Range;

/// Weight of failing in the prior of q: Beta(1, 19).
const Q_FAILED: f64 = 1.0;
/// Both weights in the prior of q.
const Q_TOTAL: f64 = 20.0;
/// Weight of bad commits in the prior of b: Beta(1, 9).
const B_BAD: f64 = 1.0;
/// Weight of good commits in the prior of b.
const B_GOOD: f64 = 9.0;

/// What the score follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// G: commits with at least one pass.
    pub passed_commits: u32,
    /// F: failures on those commits.
    pub failures: u32,
    /// S: passes in all.
    pub passes: u32,
    /// (k, m_k): m_k commits with k failures and no pass; each k once, neither of them 0.
    pub failed_commits: Vec<(u16, u16)>,
}

/// The posterior mean of q, 0 to 1. Exact to rounding for up to some 300 executions; takes time in proportion to the square of
/// the failures on all-failed commits, and none worth naming when all of these have equally many.
#[must_use]
pub fn score(tally: &Tally) -> f64 {
    match tally.failed_commits.as_slice() {
        [] => mean(tally, 0),
        [(failures, commits)] => {
            let (failures, commits) = (usize::from(*failures), usize::from(*commits));
            let bad = bad_weights(tally, commits);
            let good = good_weights(tally, failures * commits);
            let mut ways = 1.0;
            let mut sum = Sum::default();
            for (j, weight) in bad.iter().enumerate() {
                let in_good = failures * (commits - j);
                sum.add(tally, in_good, ways * weight * good.get(in_good).copied().unwrap_or(0.0));
                ways *= (commits - j) as f64 / (j + 1) as f64;
            }
            sum.mean()
        }
        several => {
            let ways = Ways::of(several);
            let bad = bad_weights(tally, ways.commits);
            let good = good_weights(tally, ways.failures);
            let mut sum = Sum::default();
            for (row, weight) in ways.counts.chunks(ways.failures + 1).zip(&bad) {
                for (in_good, (count, other)) in row.iter().zip(&good).enumerate().filter(|(_, (count, _))| **count > 0.0) {
                    sum.add(tally, in_good, count * weight * other);
                }
            }
            sum.mean()
        }
    }
}

/// (1 + F + K) / (20 + F + S + K).
fn mean(tally: &Tally, in_good: usize) -> f64 {
    let failures = f64::from(tally.failures) + in_good as f64;
    (Q_FAILED + failures) / (Q_TOTAL + failures + f64::from(tally.passes))
}

#[derive(Default)]
struct Sum {
    weights: f64,
    weighted: f64,
}

impl Sum {
    fn add(&mut self, tally: &Tally, in_good: usize, weight: f64) {
        self.weights += weight;
        self.weighted += weight * mean(tally, in_good);
    }

    fn mean(&self) -> f64 {
        self.weighted / self.weights
    }
}

/// B(1+j, 9+G+M-j) for j = 0 to M, the first as 1.
fn bad_weights(tally: &Tally, commits: usize) -> Vec<f64> {
    let good = B_GOOD - 1.0 + f64::from(tally.passed_commits);
    let ratio = move |j: usize| (B_BAD + j as f64) / (good + (commits - j) as f64);
    running_product(commits, ratio)
}

/// B(1+F+K, 19+S) for K = 0 to the number of failures, the first as 1.
fn good_weights(tally: &Tally, failures: usize) -> Vec<f64> {
    running_product(failures, |in_good| mean(tally, in_good))
}

fn running_product(steps: usize, ratio: impl Fn(usize) -> f64) -> Vec<f64> {
    std::iter::successors(Some((0, 1.0)), |(step, value)| (*step < steps).then(|| (step + 1, value * ratio(*step))))
        .map(|(_, value)| value)
        .collect()
}

/// c(j, K) for all-failed commits that differ in their failures: row j, column K.
struct Ways {
    commits: usize,
    failures: usize,
    counts: Vec<f64>,
}

impl Ways {
    fn of(failed_commits: &[(u16, u16)]) -> Self {
        let commits = failed_commits.iter().map(|(_, commits)| usize::from(*commits)).sum();
        let failures = failed_commits.iter().map(|(failures, commits)| usize::from(*failures) * usize::from(*commits)).sum();
        let width = failures + 1;
        let mut counts = vec![0.0; (commits + 1) * width];
        counts[0] = 1.0;
        // The columns of each row that are not 0; there are few of them.
        let mut spans: Vec<Range<usize>> = std::iter::once(0..1).collect();
        for &(failures, more) in failed_commits {
            let (failures, more) = (usize::from(failures), usize::from(more));
            let mut next = vec![0.0; counts.len()];
            let mut next_spans = vec![width..0; spans.len() + more];
            let mut choices = 1.0;
            for bad in 0..=more {
                let shift = failures * (more - bad);
                for (row, span) in spans.iter().enumerate() {
                    let source = &counts[row * width + span.start..row * width + span.end];
                    let target = &mut next[(row + bad) * width + shift + span.start..];
                    for (target, source) in target.iter_mut().zip(source) {
                        *target += choices * source;
                    }
                    let wider = &mut next_spans[row + bad];
                    *wider = wider.start.min(span.start + shift)..wider.end.max(span.end + shift);
                }
                choices *= (more - bad) as f64 / (bad + 1) as f64;
            }
            (counts, spans) = (next, next_spans);
        }
        Self { commits, failures, counts }
    }
}

#[cfg(test)]
mod tests;
