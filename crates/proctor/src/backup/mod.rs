//! `proctor backup`: a consistent copy of a store while it is served.

mod args;
mod command;
mod tar;

pub(crate) use args::BackupArgs;
pub(crate) use command::{failure, run};
pub(crate) use tar::{is_tar, unpack};
