//! Looks for mass failures among the uploads that are to be evaluated (`workflows.md`, 11).
//!
//! An upload is part of a mass failure when its run, with all uploads that came up to and including it, is one: so it does not matter
//! whether they are evaluated one by one or together.

use std::collections::HashMap;

use proctor_core::fingerprint::{FingerprintId, fingerprint_of};
use proctor_core::id::{RunId, SuiteId};
use proctor_core::identity::execution_index;
use proctor_core::monitors::history::{History, HistoryRow, Incidental, Needs};
use proctor_core::monitors::incident::{IncidentSettings, RunTally};
use proctor_core::monitors::observation::Attempts;
use proctor_core::result::TestResult;
use proctor_store::catalog::evaluations::NewIncident;
use proctor_store::{Store, StoreError};

/// The fingerprints of failures, by sequence number of the upload and index there.
type Fingerprints = HashMap<(u64, u32), FingerprintId>;

/// Marks the uploads of `history` that are part of a mass failure, and gives these.
pub(super) async fn find_incidents(
    store: &Store,
    suite: SuiteId,
    guard: &IncidentSettings,
    history: &mut History,
) -> Result<Vec<NewIncident>, StoreError> {
    let mut found = Vec::new();
    let mut runs: HashMap<RunId, (History, Option<Fingerprints>)> = HashMap::new();
    let any_reason = IncidentSettings { fingerprint_share: None, ..*guard };
    for at in 0..history.uploads.len() {
        let (seq, run, received_at) = (history.uploads[at].seq, history.uploads[at].run, history.uploads[at].at);
        if let std::collections::hash_map::Entry::Vacant(vacant) = runs.entry(run) {
            let uploads = store.upload_seqs_of_run(suite, run).await?;
            vacant.insert((store.history_of_uploads(suite, &uploads, Needs::default(), None).await?, None));
        }
        let Some((of_run, fingerprints)) = runs.get_mut(&run) else { continue };
        let through = (received_at, seq);
        let mut incident = any_reason.assess(&tally(of_run, through, None));
        if incident.is_some() && guard.fingerprint_share.is_some() {
            if fingerprints.is_none() {
                *fingerprints = Some(fingerprints_of(store, suite, of_run).await?);
            }
            incident = guard.assess(&tally(of_run, through, fingerprints.as_ref()));
        }
        if let Some(incident) = incident {
            history.uploads[at].incident = Incidental::Yes;
            found.push(NewIncident { upload_seq: seq, run, at: received_at, found: incident });
        }
    }
    Ok(found)
}

/// The tests of a run by how they ended, up to and including an upload.
fn tally(history: &History, through: (proctor_core::time::Timestamp, u64), fingerprints: Option<&Fingerprints>) -> RunTally {
    let upload_of = |row: &HistoryRow| history.uploads.get(row.upload as usize);
    let is_there = |row: &&HistoryRow| upload_of(row).is_some_and(|upload| (upload.at, upload.seq) <= through);
    let tests = history.rows.chunk_by(|one, next| one.ordinal == next.ordinal).map(|rows| {
        let mut attempts = Attempts::default();
        let mut fingerprint = None;
        for row in rows.iter().filter(is_there) {
            let retried = u16::from(row.flags.runner_retried);
            match row.result {
                TestResult::Passed => {
                    attempts.passed = attempts.passed.saturating_add(1);
                    attempts.failed = attempts.failed.saturating_add(retried);
                }
                TestResult::Failed => {
                    attempts.failed = attempts.failed.saturating_add(1);
                    let place = upload_of(row).map(|upload| (upload.seq, row.index));
                    fingerprint = place.zip(fingerprints).and_then(|(place, known)| known.get(&place).copied());
                }
                TestResult::Skipped | TestResult::Pending | TestResult::Unknown => {}
            }
        }
        (attempts, fingerprint)
    });
    RunTally::of(tests)
}

async fn fingerprints_of(store: &Store, suite: SuiteId, history: &History) -> Result<Fingerprints, StoreError> {
    let mut fingerprints = Fingerprints::new();
    for upload in &history.uploads {
        for execution in store.executions_of_upload(suite, upload.id).await? {
            if execution.result == TestResult::Failed {
                let place = (upload.seq, execution_index(execution.id));
                fingerprints.insert(place, fingerprint_of(execution.failure_reason.as_deref(), &execution.failure_expanded).id);
            }
        }
    }
    Ok(fingerprints)
}
