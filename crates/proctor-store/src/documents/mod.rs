//! The JSON of workflows: the same on disk, on the wire and in files of workflows as code, so that one reader checks them all.

mod actions;
mod change;
mod event;
mod fields;
mod filters;
mod monitor;
mod outgoing;
mod workflow;

pub use actions::Actions;
pub use change::{executions_of_change, name_commits, without_commits};
pub use event::event_document;
pub use workflow::{read_guard, read_workflow, write_guard, write_workflow};

#[cfg(test)]
mod tests;
