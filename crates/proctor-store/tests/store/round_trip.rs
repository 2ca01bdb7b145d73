use std::borrow::Cow;

use proctor_core::execution::Execution;
use proctor_core::identity::{execution_id, test_id};
use proctor_core::tags::TagSet;
use proctor_store::PageRequest;
use proctor_store::catalog::uploads::{Completed, CompletedUpload};
use proctor_store::executions::{SegmentBuilder, StoredExecution};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::any_execution::{any_tag_sets, any_upload};
use crate::engines::{at, on_both};
use crate::fixtures::{segment, suite, upload};

const CASES: i64 = 60;

fn stored(execution: Execution<'static>, tag_sets: &[TagSet], upload: &CompletedUpload, completed: Completed) -> StoredExecution {
    let Completed::Stored { run_id } = completed else { panic!("stored") };
    let owned = |text: Option<Cow<'static, str>>| text.map(Cow::into_owned);
    StoredExecution {
        id: execution_id(upload.upload_id, execution.index),
        run_id,
        upload_id: upload.upload_id,
        test_id: test_id(upload.suite_id, &execution.scope, &execution.name),
        scope: execution.scope.into_owned(),
        name: execution.name.into_owned(),
        branch: upload.run.branch.clone(),
        commit_sha: upload.run.commit_sha.clone(),
        created_at: upload.received_at,
        result: execution.result,
        duration: execution.duration,
        start_at: execution.start_at,
        end_at: execution.end_at,
        location: owned(execution.location),
        file_name: owned(execution.file_name),
        failure_reason: owned(execution.failure_reason),
        failure_expanded: execution.failure_expanded,
        spans: execution.spans,
        tags: tag_sets[execution.tag_set as usize].clone(),
        selector: owned(execution.selector),
        client_id: owned(execution.client_id),
        external_id: owned(execution.external_id),
        trace_id: owned(execution.trace_id),
        flags: execution.flags,
    }
}

#[tokio::test]
async fn what_was_uploaded_is_what_is_read() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let mut runner = TestRunner::deterministic();
        for case in 0..CASES {
            let executions = any_upload().new_tree(&mut runner).unwrap().current();
            let tag_sets = any_tag_sets().new_tree(&mut runner).unwrap().current();
            let mut builder = SegmentBuilder::new(suite);
            executions.iter().for_each(|execution| builder.push(execution));
            let mut upload = upload(suite, &format!("k{case}"), at(case), segment(suite, &[]));
            upload.segment = builder.finish(&tag_sets).unwrap();
            upload.run.branch = Some("zweig/ü".to_owned());
            upload.run.commit_sha = (case % 2 == 0).then(|| "c0ffee".to_owned());
            let completed = store.complete_upload(upload.clone()).await.unwrap();
            let mut expected: Vec<_> = executions.into_iter().map(|execution| stored(execution, &tag_sets, &upload, completed)).collect();
            // As text, because NaN is not itself.
            let read = store.executions_of_upload(suite, upload.upload_id).await.unwrap();
            assert_eq!(format!("{read:?}"), format!("{expected:?}"));
            expected.reverse();
            let Completed::Stored { run_id } = completed else { panic!("stored") };
            let page = store.executions_of_run(suite, run_id, None, PageRequest { offset: 0, limit: 100 }).await.unwrap();
            assert_eq!(format!("{:?}", page.items), format!("{expected:?}"));
        }
        store.close().await;
    })
    .await;
}
