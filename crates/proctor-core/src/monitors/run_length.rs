//! Online Bayesian changepoint detection: how long the present level may have lasted.
//!
//! Adams and MacKay, "Bayesian Online Changepoint Detection", 2007. Each hypothesis says at which value the present level
//! began. A new value adds the hypothesis that it began the level itself (with the prior chance of a change), weighs all of
//! them by how well they predicted the value, and drops those that weigh nothing.

use super::bytes::{Reader, StateBytes, Writer};
use crate::id::ExecutionId;

/// Hypotheses kept at most; of more the lightest go.
pub(super) const HYPOTHESES_MAX: usize = 64;
/// Hypotheses lighter than this go.
const MASS_MIN: f64 = 1e-4;

/// Sums over the values of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Level {
    /// How many values.
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Level {
    pub(super) fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    /// The values of this level that are not those of `part`, which is within it.
    pub(super) fn without(&self, part: &Self) -> Self {
        Self { count: self.count - part.count, sum: self.sum - part.sum, squares: self.squares - part.squares }
    }

    /// The arithmetic mean; 0 without values.
    pub(super) fn mean(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}

/// What the values of a level look like, with conjugate priors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Model {
    /// 1 (failed) or 0 (passed), the chance of a failure Beta(1, 1).
    Bernoulli,
    /// Any number, mean and precision Normal-Gamma(0, 0.05, 2, 0.08): a spread of about 0.2, a mean about four times that from 0.
    Normal,
}

impl Model {
    const KAPPA: f64 = 0.05;
    const ALPHA: f64 = 2.0;
    const BETA: f64 = 0.08;

    /// The density of `value` after those of `level`, up to a factor that is the same for all levels.
    fn density(self, level: &Level, value: f64) -> f64 {
        match self {
            Self::Bernoulli => {
                let failed = (1.0 + level.sum) / (2.0 + level.count);
                if value > 0.5 { failed } else { 1.0 - failed }
            }
            Self::Normal => Self::student(level, value),
        }
    }

    /// The posterior predictive of the Normal-Gamma is Student's t (Murphy, "Conjugate Bayesian analysis of the Gaussian
    /// distribution", 2007, equation 100).
    fn student(level: &Level, value: f64) -> f64 {
        let mean = level.mean();
        let kappa = Self::KAPPA + level.count;
        let alpha = Self::ALPHA + level.count / 2.0;
        let spread = (level.squares - level.count * mean * mean).max(0.0);
        let beta = Self::BETA + 0.5 * spread + Self::KAPPA * level.count * mean * mean / (2.0 * kappa);
        let scale = beta * (kappa + 1.0) / (alpha * kappa);
        let distance = value - level.sum / kappa;
        let exponent = -(alpha + 0.5) * (distance * distance / (2.0 * alpha * scale)).ln_1p();
        (exponent + gamma_ratio_ln(alpha)).exp() / (alpha * scale).sqrt()
    }
}

/// ln Γ(a + 1/2) - ln Γ(a), by its asymptotic series; within 1e-4 from a = 2 upwards.
fn gamma_ratio_ln(a: f64) -> f64 {
    let inverse = 1.0 / a;
    0.5 * a.ln() - inverse / 8.0 + inverse.powi(3) / 192.0 - inverse.powi(5) / 640.0
}

/// The present level began with the value at `start`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hypothesis {
    /// Place of that value, from 1.
    pub(super) start: u64,
    /// Its execution.
    pub(super) first: ExecutionId,
    /// The execution before it.
    pub(super) before: Option<ExecutionId>,
    /// Posterior probability.
    pub(super) mass: f64,
    /// The values since.
    pub(super) level: Level,
}

/// All hypotheses worth keeping, by their start; masses add up to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RunLengths {
    hypotheses: Vec<Hypothesis>,
}

impl RunLengths {
    pub(super) fn hypotheses(&self) -> &[Hypothesis] {
        &self.hypotheses
    }

    /// Takes in a value at place `start` of execution `first`. `hazard`: the prior chance that it begins a level.
    pub(super) fn observe(&mut self, model: Model, hazard: f64, value: f64, start: u64, first: ExecutionId, before: Option<ExecutionId>) {
        let mut total = 0.0;
        for hypothesis in &mut self.hypotheses {
            hypothesis.mass *= (1.0 - hazard) * model.density(&hypothesis.level, value);
            hypothesis.level.add(value);
            total += hypothesis.mass;
        }
        let prior = if self.hypotheses.is_empty() { 1.0 } else { hazard };
        let mut level = Level::default();
        let mass = prior * model.density(&level, value);
        level.add(value);
        total += mass;
        self.hypotheses.push(Hypothesis { start, first, before, mass, level });
        self.normalise(total);
    }

    fn normalise(&mut self, total: f64) {
        if !(total.is_finite() && total > 0.0) {
            // Nothing predicts such a value, not even the prior: the level begins here.
            self.hypotheses.drain(..self.hypotheses.len().saturating_sub(1));
            self.hypotheses.iter_mut().for_each(|hypothesis| hypothesis.mass = 1.0);
            return;
        }
        self.hypotheses.retain_mut(|hypothesis| {
            hypothesis.mass /= total;
            hypothesis.mass >= MASS_MIN
        });
        if self.hypotheses.len() > HYPOTHESES_MAX
            && let Some(lightest) = (0..self.hypotheses.len()).min_by(|a, b| self.hypotheses[*a].mass.total_cmp(&self.hypotheses[*b].mass))
        {
            self.hypotheses.remove(lightest);
        }
    }
}

impl StateBytes for Level {
    fn write(&self, to: &mut Writer) {
        let Self { count, sum, squares } = self;
        [count, sum, squares].into_iter().for_each(|value| to.double(*value));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { count: from.double()?, sum: from.double()?, squares: from.double()? })
    }
}

impl StateBytes for RunLengths {
    fn write(&self, to: &mut Writer) {
        to.length(self.hypotheses.len());
        for Hypothesis { start, first, before, mass, level } in &self.hypotheses {
            to.unsigned(*start);
            to.execution(*first);
            to.optional(*before, Writer::execution);
            to.double(*mass);
            level.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut hypotheses = Vec::new();
        for _ in 0..from.length(HYPOTHESES_MAX)? {
            hypotheses.push(Hypothesis {
                start: from.unsigned()?,
                first: from.execution()?,
                before: from.optional(Reader::execution)?,
                mass: from.double()?,
                level: Level::read(from)?,
            });
        }
        Some(Self { hypotheses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_close_enough() {
        // ln(Γ(2.5)/Γ(2)) and ln(Γ(10.5)/Γ(10))
        for (a, exact) in [(2.0, 0.284_682_870_472_919_2), (10.0, 1.138_797_748_264_477_6)] {
            assert!((gamma_ratio_ln(a) - exact).abs() < 1e-4, "{a}: {}", gamma_ratio_ln(a));
        }
    }
}
