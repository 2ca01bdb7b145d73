//! The built binary, as people and scripts use it.

// Everything here is a test, helpers included: that is how clippy knows.
#![cfg(test)]

mod admin;
mod demo;
mod harness;
mod help;
mod lint;
mod retry;
mod serve;
mod storage;
mod upload;
mod workflow;
