//! Whether everything arrived: the last 24 hours of a suite's uploads (`workflows.md`, section 9).

use std::collections::HashMap;

use proctor_core::id::{SuiteId, UploadId};
use proctor_core::time::Timestamp;
use proctor_core::upload_health::{RANGE_STARTS, pattern_of, range_of};
use proctor_store::catalog::upload_health::UploadProblem;
use proctor_store::catalog::upload_list::UploadHour;
use proctor_store::catalog::uploads::UploadStatus;
use proctor_store::{Store, StoreError};

const HOUR_MS: i64 = 3_600_000;
/// The running hour and the 23 before it.
pub const HOURS: i64 = 24;
/// Groups of problems that are shown.
pub const PROBLEM_GROUPS_MAX: usize = 50;
/// Problems that are looked at, the newest; a suite with more of them a day sends the same one again and again.
pub const PROBLEMS_MAX: u32 = 10_000;
/// Uploads that a group names, the newest.
pub const UPLOADS_NAMED_MAX: usize = 10;

/// What became of the uploads of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadHealth {
    /// 24 hours, aligned to UTC, the running one last.
    pub hours: Vec<UploadHour>,
    /// Successful uploads by the range of their executions, see [`RANGE_STARTS`].
    pub sizes: [u64; RANGE_STARTS.len()],
    /// Executions in successful uploads.
    pub executions: u64,
    /// Problems by (result, reason code, message), those of most uploads first, then those seen last.
    pub problems: Vec<ProblemGroup>,
    /// Whether older problems were not looked at.
    pub is_cut: bool,
}

/// Uploads that went wrong alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemGroup {
    /// Rejected or failed.
    pub status: UploadStatus,
    /// The stable code.
    pub code: String,
    /// The message, values blanked.
    pub message: String,
    /// How many.
    pub uploads: u64,
    /// When the last one was received.
    pub latest_at: Timestamp,
    /// The newest of them.
    pub newest: Vec<(UploadId, Timestamp)>,
}

impl UploadHealth {
    /// Uploads by what became of them: succeeded, rejected, failed.
    #[must_use]
    pub fn totals(&self) -> (u64, u64, u64) {
        let add =
            |(succeeded, rejected, failed), hour: &UploadHour| (succeeded + hour.succeeded, rejected + hour.rejected, failed + hour.failed);
        self.hours.iter().fold((0, 0, 0), add)
    }
}

/// The health of the suite's uploads at `now`.
///
/// # Errors
/// When the store cannot be read.
pub async fn upload_health(store: &Store, suite: SuiteId, now: Timestamp) -> Result<UploadHealth, StoreError> {
    let first = now.millis().div_euclid(HOUR_MS) - HOURS + 1;
    let since = Timestamp::from_millis(first * HOUR_MS);
    let known = store.uploads_by_hour(suite, since).await?;
    let hour_of =
        |hour: i64| known.iter().find(|known| known.hour == hour).copied().unwrap_or(UploadHour { hour, ..UploadHour::default() });
    let (mut sizes, mut executions) = ([0; RANGE_STARTS.len()], 0);
    for size in store.upload_sizes(suite, since).await? {
        sizes[range_of(size.executions)] += size.uploads;
        executions += size.executions.saturating_mul(size.uploads);
    }
    let problems = store.upload_problems(suite, since, PROBLEMS_MAX).await?;
    let is_cut = problems.len() >= PROBLEMS_MAX as usize;
    Ok(UploadHealth { hours: (first..first + HOURS).map(hour_of).collect(), sizes, executions, problems: grouped(problems), is_cut })
}

/// `problems`: newest first.
fn grouped(problems: Vec<UploadProblem>) -> Vec<ProblemGroup> {
    let mut places: HashMap<(&'static str, String, String), usize> = HashMap::new();
    let mut groups: Vec<ProblemGroup> = Vec::new();
    for UploadProblem { id, status, code, message, received_at } in problems {
        let message = pattern_of(&message);
        let place = *places.entry((status.as_str(), code.clone(), message.clone())).or_insert(groups.len());
        if place == groups.len() {
            groups.push(ProblemGroup { status, code, message, uploads: 0, latest_at: received_at, newest: Vec::new() });
        }
        let group = &mut groups[place];
        group.uploads += 1;
        if group.newest.len() < UPLOADS_NAMED_MAX {
            group.newest.push((id, received_at));
        }
    }
    // Stable: of equal ones the last seen first.
    groups.sort_by_key(|group| std::cmp::Reverse(group.uploads));
    groups.truncate(PROBLEM_GROUPS_MAX);
    groups
}

#[cfg(test)]
mod tests {
    use proctor_core::id::Uuid;

    use super::*;

    #[test]
    fn problems_are_grouped_and_counted() {
        let problem = |number: u128, status, code: &str, message: String| UploadProblem {
            id: UploadId::new(Uuid::from_u128(number)),
            status,
            code: code.to_owned(),
            message,
            received_at: Timestamp::from_millis(1_000 - number as i64),
        };
        let mut problems: Vec<UploadProblem> =
            (0..12).map(|n| problem(n, UploadStatus::Rejected, "invalid", format!("record {n} has no name"))).collect();
        problems.insert(0, problem(20, UploadStatus::Failed, "internal", String::new()));
        problems.push(problem(21, UploadStatus::Failed, "invalid", "record 1 has no name".to_owned()));
        let groups = grouped(problems);
        let seen: Vec<_> = groups.iter().map(|group| (group.status.as_str(), &*group.code, &*group.message, group.uploads)).collect();
        assert_eq!(
            seen,
            [
                ("rejected", "invalid", "record … has no name", 12),
                ("failed", "internal", "", 1),
                ("failed", "invalid", "record … has no name", 1)
            ]
        );
        assert_eq!((groups[0].newest.len(), groups[0].latest_at.millis()), (UPLOADS_NAMED_MAX, 1_000));
        let many = (0..60).map(|n| problem(n, UploadStatus::Rejected, &format!("code_{n}"), String::new())).collect();
        assert_eq!(grouped(many).len(), PROBLEM_GROUPS_MAX);
    }
}
