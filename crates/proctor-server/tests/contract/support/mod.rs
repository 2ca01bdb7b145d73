//! What the contract tests share: a served server with data, its answers, and the reference document.

mod answer;
mod app;
mod builder;
mod data;
mod openapi;
mod raw;

pub(crate) use answer::Answer;
pub(crate) use app::{SuiteFixture, TestApp};
pub(crate) use data::{envelope, record};
pub(crate) use openapi::assert_conforms;
pub(crate) use raw::Raw;

/// When the tests take place that choose their time.
pub(crate) const NOW: &str = "2026-04-09T18:22:05.031Z";
