//! The connection to the SQL database: the little that the two engines do not do alike lives here.

mod connect;
mod engine;
mod lock;
mod migrate;
mod row;
mod statement;
mod transaction;
mod vacuum;

pub(crate) use connect::{Connections, sqlite_url};
pub(crate) use engine::Engine;
pub(crate) use lock::ServerLock;
pub(crate) use row::Columns;
pub(crate) use statement::{Statement, Value};
pub(crate) use transaction::WriteTransaction;
