//! `proctor org`, `proctor suite`, `proctor team`, `proctor token` and `proctor workflow`: administration of a data directory or of a running server.

mod args;
mod confirm;
mod local;
mod local_suites;
mod local_teams;
mod local_tokens;
mod organization;
mod remote;
mod remote_teams;
mod suite;
mod summary;
mod target;
mod team;
mod token;
mod views;
mod workflow;

pub(crate) use args::{OrganizationCommand, SuiteCommand, SuitePath, TargetArgs, TeamCommand, TokenCommand, WorkflowCommand};
pub(crate) use local::Local;
pub(crate) use organization::run_organization;
pub(crate) use suite::run_suite;
pub(crate) use target::{Target, open_local};
pub(crate) use team::run_team;
pub(crate) use token::run_token;
pub(crate) use workflow::run_workflow;
