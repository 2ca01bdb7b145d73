//! Where the store of a server is, and how it is opened.

mod args;
mod open;
mod secret_key;

pub(crate) use args::StorageArgs;
pub(crate) use open::{Opening, open};
