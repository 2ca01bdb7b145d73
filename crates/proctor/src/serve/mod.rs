//! `proctor serve`.

mod args;
mod command;
mod first_start;
mod logging;
mod shutdown;
mod start;

pub(crate) use args::{DEFAULT_LISTEN, LogFormat, ServeArgs, parse_listen};
pub(crate) use command::run;
pub(crate) use logging::start_logging;
pub(crate) use shutdown::asked_to_stop;
pub(crate) use start::bind;
