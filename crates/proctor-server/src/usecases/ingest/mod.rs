//! From a received body to a stored upload (`uploads.md`).
//!
//! [`Ingest::receive`] follows one upload from its first byte to the commit: the body is read and its content coding undone
//! (`coding`, `arrival`), the run is announced while bytes still arrive, the records are read and normalised off the async
//! threads (`prepare`), and one commit stores them. Every path after an announcement ends in a completion or a refusal
//! (`in_progress`). Memory is bounded over all uploads (`budget`); what does not fit is refused at once, never queued.

mod arrival;
mod budget;
mod coding;
mod contents;
mod digest;
mod form;
mod in_progress;
mod pool;
mod prepare;
mod receive;
mod refusal;
mod scan;
mod sink;
mod state;
mod stored;
mod undelivered;

pub use coding::Coding;
pub use form::form_field;
pub use refusal::Refusal;
pub use scan::Shape;
pub use state::{Admission, Ingest};
pub use stored::{Resend, Stored};
pub use undelivered::Undelivered;

pub use receive::{UploadHead, Uploader};
