//! The contract tests: every statement of `rest-api.md` and `uploads.md` that this crate answers for, against the served server.

// Everything here is a test, helpers included: that is how clippy knows.
#![cfg(test)]

mod access;
mod bootstrap;
mod failed_executions;
mod general;
mod pagination;
mod proctor;
mod runs;
mod serving;
mod suites;
mod support;
mod uploads_captures;
mod uploads_limits;
mod uploads_native;
mod uploads_oidc;
mod uploads_records;
mod uploads_runs;
mod uploads_support;
mod uploads_transport;
