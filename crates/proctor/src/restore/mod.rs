//! `proctor restore`: a data directory from a backup.

mod args;
mod command;

pub(crate) use args::RestoreArgs;
pub(crate) use command::run;
