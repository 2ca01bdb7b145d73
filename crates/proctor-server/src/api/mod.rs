//! The JSON API: one file per noun, wire shapes beside their thin handlers.

pub mod access_token;
pub mod body;
pub mod discovery;
pub mod error;
pub mod health;
pub mod ids;
pub mod json;
pub mod organizations;
pub mod post_uploads;
pub mod proctor;
pub mod runs;
pub mod suites;
pub mod uploads;
pub mod user;
