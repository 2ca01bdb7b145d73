//! The contract tests: every statement of `rest-api.md` and `uploads.md` that this crate answers for, against the served server.

// Everything here is a test, helpers included: that is how clippy knows.
#![cfg(test)]

mod access;
mod bootstrap;
mod builds;
mod deliveries;
mod execution_tags;
mod failed_executions;
mod flaky_tests;
mod general;
mod openapi;
mod ownership;
mod pages;
mod pagination;
mod proctor;
mod proctor_failures;
mod proctor_history;
mod proctor_verdicts;
mod query_limits;
mod runs;
mod serving;
mod state_terms;
mod storage;
mod suites;
mod summaries;
mod support;
mod teams;
mod tests_against_naive;
mod tests_filters;
mod tests_labels;
mod tests_list;
mod tests_metrics;
mod tests_state;
mod trace;
mod uploads_captures;
mod uploads_limits;
mod uploads_native;
mod uploads_oidc;
mod uploads_records;
mod uploads_runs;
mod uploads_support;
mod uploads_transport;
mod workflow_rehearsal;
mod workflow_versions;
mod workflows;
