//! The ledger of a suite: events of workflows, what they changed, and incidents.

mod body;
mod incidents;
mod list;
mod replay;

pub use body::LedgerBody;
pub use incidents::{delete_guard, get_guard, incidents, put_guard};
pub use list::{ListPlace, entries, events, get, of_test};
pub use replay::replay;
