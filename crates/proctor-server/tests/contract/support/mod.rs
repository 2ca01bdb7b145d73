//! What the contract tests share: a served server with data, its answers, and the documents that they must agree with.

mod answer;
mod app;
mod builder;
mod data;
pub(crate) mod described;
mod mail;
mod openapi;
mod owners;
mod raw;
mod tests;

pub(crate) use answer::Answer;
pub(crate) use app::{SuiteFixture, TestApp};
pub(crate) use data::{envelope, envelope_of, record, timed};
pub(crate) use mail::mail_server;
pub(crate) use openapi::assert_conforms;
pub(crate) use raw::Raw;
pub(crate) use tests::names;

/// When the tests take place that choose their time.
pub(crate) const NOW: &str = "2026-04-09T18:22:05.031Z";
