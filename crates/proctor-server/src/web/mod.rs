//! The pages: server-rendered HTML. Everything can be read with scripts off; state lives in the address.
//!
//! A page is a template struct beside its handler. What all pages share (frame, navigation, who is looking) is [`chrome::Chrome`].

pub mod ansi;
pub mod assets;
pub mod backtrace;
pub mod chart;
pub mod chrome;
pub mod columns;
pub mod docs;
pub mod durations;
pub mod error;
pub mod execution;
pub mod first_step;
pub mod flaky;
pub mod form;
pub mod home;
pub mod html;
pub mod pager;
pub mod place;
pub mod run;
pub mod run_executions;
pub mod run_failures;
pub mod runs;
pub mod settings;
pub mod sign_in;
pub mod state_history;
pub mod strip;
pub mod suites;
pub mod summary;
pub mod test;
pub mod test_actions;
pub mod test_facts;
pub mod test_failures;
pub mod test_groups;
pub mod test_ledger;
pub mod test_query;
pub mod tests;
pub mod tokens;
pub mod upload;
pub mod uploads;
pub mod viewer;
pub mod when;
pub mod workflows;
