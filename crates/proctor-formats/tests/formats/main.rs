//! Tests of the readers through the crate's front door.

mod corpus;
mod junit;
