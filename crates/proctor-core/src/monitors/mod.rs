//! Monitors: what turns the executions of one test into alarms and recoveries (`workflows.md`, sections 1 to 3).
//!
//! A monitor is a pure state machine over the counted executions of one test. [`rule::Rule`] is what a workflow says,
//! [`tracker::Tracker`] is what is known of one test under it, [`replay::replay`] runs a whole history through both.
//! Ingest, the clock, previews and back-tests all go through [`tracker::Tracker`], so they give the same events.

pub mod backtest;
pub mod bytes;
pub mod changepoint;
pub mod duration_threshold;
pub mod evaluation;
pub mod failure_rate;
pub mod filter;
pub mod history;
pub mod hysteresis;
pub mod incident;
pub mod monitor;
pub mod new_test;
pub mod observation;
pub mod passed_on_retry;
pub mod posterior;
pub mod preview;
pub mod probabilistic_flakiness;
pub mod replay;
pub mod rule;
mod run_length;
mod sample;
pub mod settings;
pub mod tracker;
pub mod transition_count;

#[cfg(test)]
mod testing;
