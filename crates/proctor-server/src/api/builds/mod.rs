//! What the runs of one build have in common (`rest-api.md`, 3.7).

pub mod preflight;
pub mod slowest;
pub mod tests;
