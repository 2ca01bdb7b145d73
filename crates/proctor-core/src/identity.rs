//! How the ids of tests and executions follow from what they name (`uploads.md`, sections 8 and 11).

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::id::{ExecutionId, SuiteId, TestId, UploadId};

/// The id of the test `(suite, scope, name)`: a UUID of version 8 from the first sixteen bytes of SHA-256 over the suite's
/// UUID, the length of the scope (four bytes, big-endian), the scope and the name. Every node computes the same.
#[must_use]
pub fn test_id(suite: SuiteId, scope: &str, name: &str) -> TestId {
    let scope_bytes = u32::try_from(scope.len()).unwrap_or(u32::MAX);
    let digest =
        Sha256::new().chain_update(suite.bytes()).chain_update(scope_bytes.to_be_bytes()).chain_update(scope).chain_update(name).finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    TestId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// How many executions one upload can number: the index takes the low 24 bits of an execution's id.
pub const EXECUTIONS_PER_UPLOAD_MAX: u32 = 1 << 24;

const INDEX_MASK: u128 = (EXECUTIONS_PER_UPLOAD_MAX as u128) - 1;

/// The id of the execution at `index` of `upload`: the upload's own UUIDv7 with its low 24 bits replaced by the index.
///
/// It is a valid UUIDv7 of the receive time, needs no storage, and leads back to its upload: see [`upload_id_range`].
/// `index` is below [`EXECUTIONS_PER_UPLOAD_MAX`]; higher bits are ignored.
#[must_use]
pub fn execution_id(upload: UploadId, index: u32) -> ExecutionId {
    let base = upload.uuid().as_u128() & !INDEX_MASK;
    ExecutionId::new(Uuid::from_u128(base | (u128::from(index) & INDEX_MASK)))
}

/// The index inside its upload that an execution's id carries.
#[must_use]
pub fn execution_index(execution: ExecutionId) -> u32 {
    u32::try_from(execution.uuid().as_u128() & INDEX_MASK).unwrap_or(0)
}

/// The first and the last upload id (both inclusive) that can have produced `execution`. At most one upload exists in it.
#[must_use]
pub fn upload_id_range(execution: ExecutionId) -> (UploadId, UploadId) {
    let base = execution.uuid().as_u128() & !INDEX_MASK;
    (UploadId::new(Uuid::from_u128(base)), UploadId::new(Uuid::from_u128(base | INDEX_MASK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite() -> SuiteId {
        "f08db22f-d293-456a-b170-fab23d90fbac".parse().unwrap()
    }

    // contract: uploads 33, 34
    #[test]
    fn scope_and_name_do_not_run_into_each_other() {
        assert_ne!(test_id(suite(), "a", "bc"), test_id(suite(), "ab", "c"));
        assert_ne!(test_id(suite(), " a b", "n"), test_id(suite(), "a b", "n"));
        assert_eq!(test_id(suite(), "a", "bc"), test_id(suite(), "a", "bc"));
        let id = test_id(suite(), "a", "bc").uuid();
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn an_execution_leads_back_to_its_upload() {
        let upload: UploadId = "0199d3c5-2a10-7d3e-8f21-0f6b1c9a4e77".parse().unwrap();
        let execution = execution_id(upload, 249_999);
        assert_eq!(execution.uuid().get_version_num(), 7);
        assert_eq!(execution_index(execution), 249_999);
        let (first, last) = upload_id_range(execution);
        assert!(first <= upload && upload <= last);
        assert_ne!(execution_id(upload, 1), execution_id(upload, 2));
    }
}
