//! Bounds on uploads, and what repeated ones mean.

use std::time::Duration;

use clap::Args;
use proctor_core::suite::IdenticalUploads;
use proctor_server::settings::UploadSettings;

use crate::quantity::{parse_bytes, parse_duration, parse_identical};

/// Uploads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Uploads")]
pub(crate) struct UploadLimitArgs {
    /// The largest body on the wire
    #[arg(long, value_name = "SIZE", env = "PROCTOR_UPLOAD_BYTES_MAX", default_value = "64MiB", value_parser = parse_bytes)]
    upload_bytes_max: u64,
    /// The largest body after decoding
    #[arg(long, value_name = "SIZE", env = "PROCTOR_UPLOAD_DECODED_BYTES_MAX", default_value = "256MiB", value_parser = parse_bytes)]
    upload_decoded_bytes_max: u64,
    /// The most results in one upload
    #[arg(long, value_name = "COUNT", env = "PROCTOR_UPLOAD_RECORDS_MAX", default_value = "250000")]
    upload_records_max: u64,
    /// The most memory for bodies under way; beyond it uploads get 503
    #[arg(long, value_name = "SIZE", env = "PROCTOR_UPLOADS_IN_FLIGHT_BYTES_MAX", default_value = "256MiB", value_parser = parse_bytes)]
    uploads_in_flight_bytes_max: u64,
    /// The most uploads under way; beyond it uploads get 503
    #[arg(long, value_name = "COUNT", env = "PROCTOR_UPLOADS_CONCURRENT_MAX", default_value = "256")]
    uploads_concurrent_max: usize,
    /// How long a sender may be silent in the middle of a body
    #[arg(long, value_name = "TIME", env = "PROCTOR_UPLOAD_SILENCE", default_value = "60s", value_parser = parse_duration)]
    upload_silence: Duration,
    /// When a repeated upload is stored once: always, lost_reply or off
    #[arg(long, value_name = "WHEN", env = "PROCTOR_IDENTICAL_UPLOADS", default_value = "always", value_parser = parse_identical)]
    identical_uploads: IdenticalUploads,
    /// How long an upload is remembered for that
    #[arg(long, value_name = "TIME", env = "PROCTOR_IDENTICAL_WINDOW", default_value = "10m", value_parser = parse_duration)]
    identical_window: Duration,
}

impl UploadLimitArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> UploadSettings {
        let Self {
            upload_bytes_max,
            upload_decoded_bytes_max,
            upload_records_max,
            uploads_in_flight_bytes_max,
            uploads_concurrent_max,
            upload_silence,
            identical_uploads,
            identical_window,
        } = self;
        UploadSettings {
            body_bytes_max: *upload_bytes_max,
            decoded_bytes_max: *upload_decoded_bytes_max,
            records_max: *upload_records_max,
            in_flight_bytes_max: *uploads_in_flight_bytes_max,
            concurrent_max: *uploads_concurrent_max,
            silence: *upload_silence,
            identical: *identical_uploads,
            identical_window: *identical_window,
        }
    }
}
