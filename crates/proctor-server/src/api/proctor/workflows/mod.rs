//! Workflows of a suite, and rules tried on its stored history.

mod alarms;
mod backtest;
mod body;
mod change;
mod in_workflow;
mod input;
mod preview;
mod read;
mod versions;

pub use alarms::alarms;
pub use backtest::{backtest, report_body};
pub use body::WorkflowBody;
pub use change::{create, delete, update};
pub use in_workflow::InWorkflow;
pub use preview::{DAYS_DEFAULT, DAYS_MAX, preview, preview_body, preview_change, read_change, read_unsaved};
pub use read::{get, list};
pub use versions::{version, versions};
