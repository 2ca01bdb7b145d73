//! Workflows at work: results become alarms and recoveries, and these become labels, states and messages (`workflows.md`).
//!
//! Uploads wait in the store from the moment they are there. The [`Evaluator`] takes them suite by suite, in the order of arrival, lets the
//! rules of `core` decide, and has the store make it all true in one transaction. A version of a workflow first takes in the
//! stored history (`apply`); executions that arrive late have their tests started over (`rebuild`); and time alone ends alarms (`tick`).

mod apply;
mod backtest;
mod evaluate;
mod evaluator;
mod incidents;
mod observe;
mod preview;
mod rebuild;
mod replay;
mod scan;
mod tick;

pub use backtest::{BacktestReport, backtest, backtest_since};
pub use evaluator::{Evaluator, HistoryTurn};
pub use preview::{PreviewOf, PreviewReport, preview};
pub use replay::{Replay, replay_entry};
pub(in crate::usecases) use scan::scan_days;

/// Tests are looked at by so many threads.
const PARTS: u32 = 2;
