//! `proctor org`, `proctor suite` and `proctor token`: administration of a data directory or of a running server.

mod args;
mod confirm;
mod local;
mod local_suites;
mod local_tokens;
mod organization;
mod remote;
mod suite;
mod target;
mod token;
mod views;

pub(crate) use args::{OrganizationCommand, SuiteCommand, TokenCommand};
pub(crate) use organization::run_organization;
pub(crate) use suite::run_suite;
pub(crate) use token::run_token;
