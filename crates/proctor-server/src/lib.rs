//! The HTTP server of Proctor.
//!
//! All routes stand in [`router`], all layers in [`middleware`]; a handler extracts, calls one use case or one function of the
//! store, and maps the answer to the wire. [`App`] is the composition root.

pub mod api;
pub mod app;
pub mod auth;
pub mod clock;
pub mod delivery;
pub mod middleware;
pub mod openapi;
pub mod pagination;
pub mod query;
pub mod rate_limit;
pub mod router;
pub mod serve;
pub mod settings;
pub mod urls;
pub mod usecases;
pub mod web;

pub use app::App;
pub use clock::{Clock, SystemClock};
pub use serve::{serve, serve_requests};
pub use settings::Settings;
