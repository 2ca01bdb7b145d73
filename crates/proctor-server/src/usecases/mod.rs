//! What the server does, without HTTP types.

pub mod bootstrap;
pub mod builds;
pub mod failures;
pub mod ingest;
pub mod retention;
pub mod secrets;
pub mod sign_in_link;
pub mod suites;
pub mod tests;
pub mod trace;
pub mod trend;
pub mod workflows;
