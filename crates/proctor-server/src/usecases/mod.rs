//! What the server does, without HTTP types.

pub mod bootstrap;
pub mod builds;
pub mod calendar;
pub mod failures;
pub mod ingest;
pub mod retention;
pub mod secrets;
pub mod sign_in_link;
pub mod suites;
pub mod summaries;
pub mod test_state;
pub mod tests;
pub mod trace;
pub mod trend;
pub mod upload_health;
pub mod workflows;
