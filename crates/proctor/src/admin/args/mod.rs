//! The arguments of the administration commands.

mod organization;
mod suite;
mod summary;
mod target;
mod team;
mod token;
mod workflow;

pub(crate) use organization::OrganizationCommand;
pub(crate) use suite::{SuiteCommand, SuitePath, SuiteSettingArgs, Switch, TagKeys};
pub(crate) use summary::{NewSummaryArgs, SummaryCommand};
pub(crate) use target::TargetArgs;
pub(crate) use team::{AccessArg, TeamCommand, TeamPath};
pub(crate) use token::{NewTokenArgs, TokenCommand};
pub(crate) use workflow::{ApplicationArgs, WorkflowCommand};
