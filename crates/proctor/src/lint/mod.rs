//! `proctor lint`: the verdicts of an upload, without one.

mod args;
mod command;
mod show;
mod verdict;

pub(crate) use args::LintArgs;
pub(crate) use command::run;
