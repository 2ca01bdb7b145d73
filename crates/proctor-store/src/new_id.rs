//! Ids of things that are made here.

use proctor_core::id::Uuid;
use proctor_core::time::Timestamp;

/// A UUID of version 7 of the time `at`, the rest of it random: ids made one after another sort that way, which keeps indexes compact.
pub(crate) fn uuid_of(at: Timestamp) -> Uuid {
    let random: [u8; 10] = rand::random();
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.millis()).unwrap_or(0), &random).into_uuid()
}
