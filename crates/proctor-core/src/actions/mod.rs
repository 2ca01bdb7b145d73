//! Actions that leave the house: when they are tried, where they may go, and what they say (`workflows.md`, sections 4 and 5).
//!
//! Pure: who delivers hands in facts and sends what comes out.

pub mod address;
pub mod queue;
pub mod retry;
pub mod template;
pub mod text;
