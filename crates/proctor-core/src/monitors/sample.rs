//! A sliding sample of numbers, kept in order of arrival and of size.

use std::collections::VecDeque;

/// The newest numbers, up to a capacity. None is not-a-number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    arrived: VecDeque<f64>,
    sorted: Vec<f64>,
}

impl Sample {
    pub(super) fn len(&self) -> usize {
        self.arrived.len()
    }

    /// The numbers, oldest first.
    pub(super) fn arrived(&self) -> impl Iterator<Item = f64> {
        self.arrived.iter().copied()
    }

    /// Adds a number; gives back the oldest if there are more than `capacity` now.
    pub(super) fn push(&mut self, value: f64, capacity: usize) -> Option<f64> {
        let at = self.sorted.partition_point(|known| *known < value);
        self.sorted.insert(at, value);
        self.arrived.push_back(value);
        if self.arrived.len() <= capacity {
            return None;
        }
        let oldest = self.arrived.pop_front()?;
        let at = self.sorted.partition_point(|known| *known < oldest);
        if at < self.sorted.len() {
            self.sorted.remove(at);
        }
        Some(oldest)
    }

    /// The percentile `share` (0 to 1), linear between neighbours at (n-1) x share; `None` without numbers.
    pub(super) fn percentile(&self, share: f64) -> Option<f64> {
        let place = self.sorted.len().checked_sub(1)? as f64 * share;
        let below = place.floor();
        let low = *self.sorted.get(below as usize)?;
        let high = self.sorted.get(below as usize + 1).copied().unwrap_or(low);
        Some(low + (place - below) * (high - low))
    }

    /// The arithmetic mean; `None` without numbers. Summed anew, so that no rounding builds up.
    pub(super) fn mean(&self) -> Option<f64> {
        if self.arrived.is_empty() { None } else { Some(self.arrived.iter().sum::<f64>() / self.arrived.len() as f64) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_slide() {
        let mut sample = Sample::default();
        assert_eq!(sample.percentile(0.5), None);
        for value in [0.8, 1.1, 0.9, 4.0, 1.0] {
            assert_eq!(sample.push(value, 5), None);
        }
        assert_eq!((sample.percentile(0.5), sample.percentile(0.0), sample.percentile(1.0)), (Some(1.0), Some(0.8), Some(4.0)));
        assert!((sample.percentile(0.9).unwrap() - 2.84).abs() < 1e-12);
        assert_eq!(sample.push(0.9, 5), Some(0.8));
        assert_eq!(sample.arrived().collect::<Vec<_>>(), [1.1, 0.9, 4.0, 1.0, 0.9]);
        assert_eq!(sample.percentile(0.5), Some(1.0));
    }
}
