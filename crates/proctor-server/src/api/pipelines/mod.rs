//! Builds as the Builds API shows them, made up from what runs say of them (`rest-api.md`, 3.10).

pub mod body;
pub mod builds;
