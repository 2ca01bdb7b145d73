//! What the server does, without HTTP types.

pub mod ingest;
