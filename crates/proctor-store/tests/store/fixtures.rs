//! Uploads as stories need them.

use proctor_core::execution::{Execution, ExecutionFlags};
use proctor_core::format::ReportFormat;
use proctor_core::id::{SuiteId, UploadId, Uuid};
use proctor_core::organization::Organization;
use proctor_core::record::Record;
use proctor_core::result::TestResult;
use proctor_core::run::RunDetails;
use proctor_core::suite::{IdenticalUploads, Suite, SuiteSettings};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proctor_store::Store;
use proctor_store::catalog::uploads::{
    Announced, Announcement, CompletedUpload, OnDefaultBranch, ReceiptLines, RejectedUpload, UploadStatus,
};
use proctor_store::executions::{Segment, SegmentBuilder};

use crate::engines::at;

/// An organization with one suite.
pub(crate) async fn suite(store: &Store) -> (Organization, Suite) {
    let organization = store.create_organization("acme", "Acme", at(0)).await.unwrap();
    let suite = store.create_suite(organization.id, SuiteSettings::named("Web"), "token-of-web", at(0)).await.unwrap();
    (organization, suite)
}

pub(crate) fn upload_id(received_at: Timestamp) -> UploadId {
    let random = *Uuid::new_v4().as_bytes();
    let random: [u8; 10] = random[..10].try_into().unwrap();
    UploadId::new(uuid::Builder::from_unix_timestamp_millis(received_at.millis().unsigned_abs(), &random).into_uuid())
}

/// The execution of a test, with nothing else about it.
pub(crate) fn execution<'a>(index: u32, scope: &'a str, name: &'a str, result: TestResult) -> Execution<'a> {
    let Record { scope, name, .. } = Record::new(scope, name, result);
    Execution {
        index,
        scope,
        name,
        location: None,
        file_name: None,
        result,
        duration: None,
        start_at: None,
        end_at: None,
        failure_reason: None,
        failure_expanded: Vec::new(),
        spans: Vec::new(),
        tag_set: 0,
        selector: None,
        client_id: None,
        external_id: None,
        trace_id: None,
        flags: ExecutionFlags::default(),
    }
}

pub(crate) fn segment(suite: SuiteId, executions: &[Execution<'_>]) -> Segment {
    let mut builder = SegmentBuilder::new(suite);
    executions.iter().for_each(|execution| builder.push(execution));
    builder.finish(&[TagSet::default()]).unwrap()
}

/// A segment of one execution of each of the tests `t0`, `t1`, ..
pub(crate) fn results(suite: SuiteId, results: &[TestResult]) -> Segment {
    let names: Vec<String> = (0..results.len()).map(|number| format!("t{number}")).collect();
    let executions: Vec<_> =
        (0..).zip(results.iter().zip(&names)).map(|(index, (result, name))| execution(index, "s", name, *result)).collect();
    segment(suite, &executions)
}

/// A complete upload that was not announced; its digest is its own.
pub(crate) fn upload(suite: SuiteId, run_key: &str, received_at: Timestamp, segment: Segment) -> CompletedUpload {
    let upload_id = upload_id(received_at);
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(upload_id.bytes());
    CompletedUpload {
        suite_id: suite,
        upload_id,
        announced: Announced::No,
        run_key: run_key.to_owned(),
        run: RunDetails::default(),
        run_env_json: format!("{{\"key\":\"{run_key}\"}}"),
        tags: TagSet::default(),
        format: ReportFormat::Json,
        received_at,
        on_default_branch: OnDefaultBranch::No,
        digest,
        identical: IdenticalUploads::Off,
        identical_since: received_at.plus_millis(-600_000),
        body_bytes: 100,
        receipt: ReceiptLines::default(),
        deciding_tags: Vec::new(),
        segment,
    }
}

pub(crate) fn announcement(upload: &CompletedUpload) -> Announcement {
    Announcement {
        suite_id: upload.suite_id,
        upload_id: upload.upload_id,
        run_key: upload.run_key.clone(),
        run: upload.run.clone(),
        at: upload.received_at,
    }
}

pub(crate) fn rejection(upload: &CompletedUpload, announced: Announced) -> RejectedUpload {
    RejectedUpload {
        suite_id: upload.suite_id,
        upload_id: upload.upload_id,
        announced,
        status: UploadStatus::Rejected,
        reason_code: "unparsable_data".to_owned(),
        message: "line 1, column 1: no JSON".to_owned(),
        format: Some(ReportFormat::Json),
        received_at: upload.received_at,
        body_bytes: 9,
    }
}
