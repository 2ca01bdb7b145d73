//! `proctor demo`: a server on a temporary store with four weeks of made-up history.

mod args;
mod character;
mod command;
mod dice;
mod load;
mod plan;
mod receiver;
mod render;
mod send;
mod show;
mod suites;
mod template;
mod workflows;

pub(crate) use args::DemoArgs;
pub(crate) use command::run;
