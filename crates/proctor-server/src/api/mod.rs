//! The JSON API: one file per noun, wire shapes beside their thin handlers.

pub mod error;
pub mod post_uploads;
