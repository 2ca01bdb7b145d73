//! Report files as the command line names them: what `upload` and `lint` share.

mod format;
mod input;
mod select;

pub(crate) use format::{FormatChoice, format_of};
pub(crate) use input::Input;
pub(crate) use select::select;
