//! Single executions (`rest-api.md`, 3.7).

pub mod trace;
