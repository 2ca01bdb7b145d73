//! `proctor workflow`: workflows one by one, and as code.

mod access;
mod backtest;
mod file;
mod plan;
mod preview;
mod run;
mod view;

pub(crate) use file::next_step;
pub(crate) use run::run_workflow;
