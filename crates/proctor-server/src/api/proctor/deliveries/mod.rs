//! Messages of workflows to the outside, and what became of them.

mod body;
mod list;
mod queue;
mod redeliver;

pub use body::DeliveryBody;
pub use list::{get, list};
pub use queue::queue;
pub use redeliver::redeliver;
