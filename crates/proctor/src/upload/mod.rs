//! `proctor upload`: sending reports to a server.

mod args;
mod body;
mod ci;
mod command;
mod form;
mod progress;
mod receipt;
mod retry;
mod run_env;
mod send;
mod show;
mod target;

pub(crate) use args::UploadArgs;
pub(crate) use command::run;
