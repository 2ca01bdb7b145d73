//! What an evaluation came to.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::monitors::tracker::Event;
use proctor_core::time::Timestamp;

use super::guard::NewIncident;
use crate::catalog::workflows::{Application, Workflow};

/// What an evaluation came to: stored as a whole, or not at all.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// The suite.
    pub suite: SuiteId,
    /// Of the snapshot that it began with.
    pub epoch: u64,
    /// The uploads that no longer wait.
    pub taken: Vec<u64>,
    /// What each workflow made of it.
    pub outcomes: Vec<WorkflowOutcome<'a>>,
    /// The mass failures that were found.
    pub incidents: Vec<NewIncident>,
}

/// What one workflow made of it.
#[derive(Debug)]
pub struct WorkflowOutcome<'a> {
    /// The workflow, in the version that was evaluated.
    pub workflow: &'a Workflow,
    /// The pages of states that changed, each as a whole.
    pub pages: Vec<StatePage>,
    /// Tests that are, or no longer are, alarmed.
    pub alarms: Vec<AlarmChange>,
    /// What is reported, in order.
    pub events: Vec<TestEvent>,
    /// Whether the workflow has taken in the stored history: then its pages and alarms are all there are.
    pub applied: Option<Applied>,
}

impl<'a> WorkflowOutcome<'a> {
    /// Nothing yet.
    #[must_use]
    pub const fn of(workflow: &'a Workflow) -> Self {
        Self { workflow, pages: Vec::new(), alarms: Vec::new(), events: Vec::new(), applied: None }
    }

    /// The id of the workflow.
    #[must_use]
    pub const fn id(&self) -> WorkflowId {
        self.workflow.id
    }
}

/// How a workflow took in the stored history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What became of differences.
    pub application: Application,
    /// Executions that were read.
    pub executions: u64,
    /// Tests that are alarmed now.
    pub alarmed: u64,
}

/// The states of [`super::TESTS_PER_PAGE`] tests, packed: see [`StatePage::pack`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePage {
    pub(super) page: u32,
    pub(super) packed: Vec<u8>,
}

/// A test that is, or no longer is, alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmChange {
    /// It is.
    Open {
        /// The test.
        ordinal: u32,
        /// Since when; none: as before.
        since: Option<Timestamp>,
        /// When time alone may change that.
        due_at: Option<Timestamp>,
    },
    /// It is not.
    Closed {
        /// The test.
        ordinal: u32,
    },
}

/// An alarm or a recovery of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestEvent {
    /// The test.
    pub ordinal: u32,
    /// What happened, and why.
    pub event: Event,
}
