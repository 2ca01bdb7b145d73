//! The domain of Proctor: what a run, an upload, a test and an execution *are*, and the rules that hold for them.
//!
//! Everything here is pure: no IO, no async, no SQL, no HTTP, no clock. The types are deliberately not serialisable;
//! wire and disk have shapes of their own.

pub mod actions;
pub mod build_place;
pub mod day;
pub mod derived_tags;
pub mod execution;
pub mod filter;
pub mod fingerprint;
pub mod flaky_week;
pub mod format;
pub mod id;
pub mod identity;
pub mod interval;
pub mod label;
pub mod label_color;
pub mod lifecycle;
pub mod limits;
pub mod metrics;
pub mod monitors;
pub mod mutable_tags;
pub mod naive;
pub mod organization;
pub mod owners;
pub mod path;
pub mod percentile;
pub mod query;
pub mod receipt;
pub mod record;
pub mod result;
pub mod retention;
pub mod run;
pub mod run_env;
pub mod scope;
pub mod selector;
pub mod slug;
pub mod state;
pub mod suite;
pub mod tags;
pub mod text;
pub mod time;
pub mod token;
pub mod upload_health;
pub mod verdict;
pub mod window;
pub mod workflow;
