//! Tests of the readers through the crate's front door.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, but clippy only knows functions marked as such")]

mod buildkite;
mod captures;
mod corpus;
mod cucumber;
mod encoding;
mod envelope;
mod fuzz;
mod go_jsonl;
mod jest;
mod json_corpus;
mod json_properties;
mod junit;
mod junit_corpus;
mod junit_properties;
mod junit_repair;
mod playwright;
mod rspec;
mod sniff;
