//! Proctor's own routes, below `/v2/proctor`: administration, and questions of people who look at a red run.

pub mod deliveries;
pub mod executions;
pub mod failures;
pub mod history;
pub mod labels;
pub mod ledger;
pub mod organizations;
pub mod storage;
pub mod summaries;
pub mod team_members;
pub mod tokens;
pub mod trend;
pub mod upload_token;
pub mod workflows;

mod question;
