//! The catalog: one file per family of tables. SQL text is written once for both engines.

pub mod organizations;
pub mod runs;
pub mod suites;
pub mod teams;
pub mod tokens;
pub mod uploads;
pub mod users;
