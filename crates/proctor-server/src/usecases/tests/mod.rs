//! Lists of tests (`rest-api.md`, 3.4 and 3.5).

mod flaky;
mod known;
mod measured;
mod percentile;
mod rank;

pub use flaky::{FlakyPage, FlakyQuestion, flaky_tests};
pub use known::known_tests;
pub use measured::{MeasuredTest, Scope, measured_tests};
