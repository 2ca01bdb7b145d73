//! Failures by fingerprint.

pub mod body;
pub mod run;
pub mod window;
