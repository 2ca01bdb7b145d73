//! `.../summaries`: who gets a weekly summary of flaky tests, and what it says.

mod body;
mod change;
mod input;
mod preview;
mod read;

pub use body::SummaryBody;
pub use change::{create, delete, send};
pub use preview::preview;
pub use read::{InSummary, get, list};
