//! Workflows: a rule, and what is done about tests when it alarms and recovers (`workflows.md`, sections 1 and 4).

pub mod action;
pub mod definition;

pub use action::{Action, Channel, Outgoing, StateChange};
pub use definition::{Definition, DefinitionError, Mode, Status};
