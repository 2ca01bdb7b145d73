//! Workflows of a suite, and rules tried on its stored history.

mod alarms;
mod backtest;
mod body;
mod change;
mod in_workflow;
mod input;
mod read;

pub use alarms::alarms;
pub use backtest::{backtest, report_body};
pub use body::WorkflowBody;
pub use change::{create, delete, update};
pub use in_workflow::InWorkflow;
pub use read::{get, list};
