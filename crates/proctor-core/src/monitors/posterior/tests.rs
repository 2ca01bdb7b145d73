use super::*;

/// The score as the contract says it: on a grid, in logarithms.
fn on_grid(tally: &Tally) -> f64 {
    let Tally { passed_commits, failures, passes, failed_commits } = tally;
    let (good, failures, passes) = (f64::from(*passed_commits), f64::from(*failures), f64::from(*passes));
    let mut cells = Vec::new();
    for i in 0..400 {
        let q = (f64::from(i) + 0.5) / 400.0;
        for j in 0..200 {
            let b = (f64::from(j) + 0.5) / 200.0;
            let prior = 18.0 * (1.0 - q).ln() + 8.0 * (1.0 - b).ln();
            let seen = good * (1.0 - b).ln() + failures * q.ln() + passes * (1.0 - q).ln();
            let all_failed = failed_commits.iter().map(|(k, m)| f64::from(*m) * (b + (1.0 - b) * q.powi(i32::from(*k))).ln());
            cells.push((q, prior + seen + all_failed.sum::<f64>()));
        }
    }
    let most = cells.iter().map(|cell| cell.1).fold(f64::NEG_INFINITY, f64::max);
    let (sum, weights) = cells.iter().fold((0.0, 0.0), |(sum, weights), (q, logarithm)| {
        let weight = (logarithm - most).exp();
        (sum + weight * q, weights + weight)
    });
    sum / weights
}

fn tally(passed_commits: u32, failures: u32, passes: u32, failed_commits: &[(u16, u16)]) -> Tally {
    Tally { passed_commits, failures, passes, failed_commits: failed_commits.to_vec() }
}

// contract: workflows 22
#[test]
fn the_rows() {
    for (tally, expected) in [
        (tally(0, 0, 0, &[]), 0.05),
        (tally(20, 0, 20, &[]), 0.025),
        (tally(50, 0, 50, &[]), 0.0143),
        (tally(1, 1, 1, &[]), 0.0909),
        (tally(2, 2, 2, &[]), 0.125),
        (tally(20, 2, 20, &[]), 0.0714),
        (tally(20, 4, 20, &[]), 0.1136),
        (tally(100, 10, 100, &[]), 0.0846),
        (tally(20, 0, 20, &[(1, 1)]), 0.0350),
        (tally(20, 0, 20, &[(1, 5)]), 0.0624),
        (tally(20, 0, 20, &[(3, 5)]), 0.0252),
        (tally(10, 0, 10, &[(1, 10)]), 0.0856),
    ] {
        assert!((score(&tally) - expected).abs() < 0.001, "{tally:?}: {} is not {expected}", score(&tally));
    }
}

#[test]
fn the_grid_says_the_same() {
    for tally in [
        tally(20, 0, 20, &[(1, 5)]),
        tally(40, 7, 44, &[(1, 3), (2, 4), (3, 2), (5, 1)]),
        tally(0, 0, 0, &[(1, 100)]),
        tally(0, 0, 0, &[(1, 1), (3, 33)]),
        tally(0, 0, 0, &[(1, 14), (2, 12), (3, 8), (4, 4), (5, 4)]),
        tally(60, 20, 80, &[(1, 20)]),
        tally(100, 100, 100, &[(1, 50), (2, 25)]),
    ] {
        assert!((score(&tally) - on_grid(&tally)).abs() < 0.001, "{tally:?}: {} on the grid {}", score(&tally), on_grid(&tally));
    }
}

#[test]
fn large_windows_stay_numbers() {
    for tally in [tally(0, 0, 0, &[(1, 200)]), tally(0, 0, 0, &[(1, 66), (2, 67)]), tally(100, 100, 100, &[(1, 100)])] {
        assert!((0.0..=1.0).contains(&score(&tally)), "{tally:?}: {}", score(&tally));
    }
}
