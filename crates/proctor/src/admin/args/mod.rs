//! The arguments of the administration commands.

mod organization;
mod suite;
mod target;
mod token;

pub(crate) use organization::OrganizationCommand;
pub(crate) use suite::{SuiteCommand, SuitePath, SuiteSettingArgs, Switch};
pub(crate) use target::TargetArgs;
pub(crate) use token::{NewTokenArgs, TokenCommand};
