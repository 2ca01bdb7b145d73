//! `proctor storage`: what suites take on disk.

mod args;
mod command;
mod show;
mod view;

pub(crate) use args::StorageCommandArgs;
pub(crate) use command::run;
pub(crate) use view::StorageView;
