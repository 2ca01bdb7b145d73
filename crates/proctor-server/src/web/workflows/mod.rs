//! The pages of workflows: what they do, what they did, and how they are made.

pub mod backtest;
pub mod change;
pub mod deliveries;
pub mod draft;
pub mod edit;
pub mod entry;
pub mod faults;
pub mod form;
pub mod ledger;
pub mod list;
pub mod place;
pub mod preview;
pub mod replay;
pub mod show;
pub mod specs;
pub mod values;
pub mod versions;
pub mod words;
