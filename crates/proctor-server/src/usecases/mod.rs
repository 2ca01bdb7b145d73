//! What the server does, without HTTP types.

pub mod bootstrap;
pub mod ingest;
pub mod secrets;
pub mod suites;
