//! All monitors under one name each, so that a workflow can have any of them.

use super::bytes::{Reader, StateBytes, Writer};
use super::changepoint::{self, Changepoint};
use super::duration_threshold::{self, DurationThreshold};
use super::evaluation::{Evaluation, Figures, Thresholds};
use super::failure_rate::{self, FailureRate};
use super::new_test::{self, NewTest, Origin};
use super::observation::Counted;
use super::passed_on_retry::{self, PassedOnRetry};
use super::probabilistic_flakiness::{self, ProbabilisticFlakiness};
use super::settings::SettingsError;
use super::transition_count::{self, TransitionCount};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// A monitor is its settings. A state belongs to one version of them: new settings start from the stored history.
pub trait Monitor {
    /// What is known of one test; bounded in size.
    type State: Default + StateBytes;

    /// Whether the settings can be.
    ///
    /// # Errors
    /// The first setting that cannot, in words for a 422.
    fn validate(&self) -> Result<(), SettingsError>;

    /// Takes the next counted execution in.
    fn observe(&self, state: &mut Self::State, seen: &Counted) -> Evaluation;

    /// Evaluates at `now`, without a new execution.
    fn tick(&self, state: &mut Self::State, now: Timestamp) -> Evaluation;

    /// The first point in time later than `after` at which [`Self::tick`] may come to another verdict.
    fn due(&self, state: &Self::State, after: Timestamp) -> Option<Timestamp>;

    /// What the score is held against.
    fn thresholds(&self) -> Thresholds;

    /// What belongs to the last score.
    fn figures(&self, state: &Self::State, now: Timestamp) -> Figures;

    /// The executions that decided the verdict of `now`, oldest first, at most [`EVIDENCE_MAX`](super::evaluation::EVIDENCE_MAX).
    fn evidence(&self, state: &Self::State, now: Timestamp) -> Vec<ExecutionId>;
}

macro_rules! monitors {
    ($($code:literal $word:literal $variant:ident($settings:ty, $state:ty);)*) => {
        /// The settings of any monitor.
        #[derive(Clone, Debug, PartialEq)]
        pub enum MonitorSettings {
            $(#[doc = concat!("`", $word, "`.")] $variant($settings),)*
        }

        /// The state of any monitor for one test.
        #[derive(Clone, Debug, PartialEq)]
        pub enum MonitorState {
            $(#[doc = concat!("Of `", $word, "`.")] $variant($state),)*
        }

        impl MonitorSettings {
            /// The names of all monitors on the wire, in the order in which pages list them.
            pub const TYPES: &[&str] = &[$($word),*];

            /// The name of the monitor on the wire.
            #[must_use]
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word,)* }
            }

            /// The default settings of the monitor of this name.
            #[must_use]
            pub fn default_of(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant(<$settings>::default())),)* _ => None }
            }

            /// Whether the settings can be.
            ///
            /// # Errors
            /// The first setting that cannot, in words for a 422.
            pub fn validate(&self) -> Result<(), SettingsError> {
                match self { $(Self::$variant(settings) => settings.validate(),)* }
            }

            /// What the score is held against.
            #[must_use]
            pub fn thresholds(&self) -> Thresholds {
                match self { $(Self::$variant(settings) => settings.thresholds(),)* }
            }

            fn blank(&self) -> MonitorState {
                match self { $(Self::$variant(_) => MonitorState::$variant(<$state>::default()),)* }
            }

            /// See [`Monitor::observe`]. A state of another monitor starts anew.
            pub fn observe(&self, state: &mut MonitorState, seen: &Counted) -> Evaluation {
                match (self, &mut *state) {
                    $((Self::$variant(settings), MonitorState::$variant(state)) => settings.observe(state, seen),)*
                    _ => { *state = self.blank(); self.observe(state, seen) }
                }
            }

            /// See [`Monitor::tick`]. A state of another monitor starts anew.
            pub fn tick(&self, state: &mut MonitorState, now: Timestamp) -> Evaluation {
                match (self, &mut *state) {
                    $((Self::$variant(settings), MonitorState::$variant(state)) => settings.tick(state, now),)*
                    _ => { *state = self.blank(); self.tick(state, now) }
                }
            }

            /// See [`Monitor::due`].
            #[must_use]
            pub fn due(&self, state: &MonitorState, after: Timestamp) -> Option<Timestamp> {
                match (self, state) {
                    $((Self::$variant(settings), MonitorState::$variant(state)) => settings.due(state, after),)*
                    _ => None,
                }
            }

            /// See [`Monitor::figures`].
            #[must_use]
            pub fn figures(&self, state: &MonitorState, now: Timestamp) -> Figures {
                match (self, state) {
                    $((Self::$variant(settings), MonitorState::$variant(state)) => settings.figures(state, now),)*
                    _ => self.figures(&self.blank(), now),
                }
            }

            /// See [`Monitor::evidence`].
            #[must_use]
            pub fn evidence(&self, state: &MonitorState, now: Timestamp) -> Vec<ExecutionId> {
                match (self, state) {
                    $((Self::$variant(settings), MonitorState::$variant(state)) => settings.evidence(state, now),)*
                    _ => Vec::new(),
                }
            }

            /// Reads a state; `None` when the bytes are damaged or of another monitor.
            #[must_use]
            pub fn read(&self, from: &mut Reader<'_>) -> Option<MonitorState> {
                match (self, from.byte()?) {
                    $((Self::$variant(_), $code) => <$state>::read(from).map(MonitorState::$variant),)*
                    _ => None,
                }
            }
        }

        impl MonitorState {
            /// Writes the state, led by the code of its monitor.
            pub fn write(&self, to: &mut Writer) {
                match self { $(Self::$variant(state) => { to.byte($code); state.write(to); })* }
            }
        }
    };
}

monitors! {
    1 "transition_count" TransitionCount(TransitionCount, transition_count::State);
    2 "passed_on_retry" PassedOnRetry(PassedOnRetry, passed_on_retry::State);
    3 "probabilistic_flakiness" ProbabilisticFlakiness(ProbabilisticFlakiness, probabilistic_flakiness::State);
    4 "new_test" NewTest(NewTest, new_test::State);
    5 "duration_threshold" DurationThreshold(DurationThreshold, duration_threshold::State);
    6 "failure_rate" FailureRate(FailureRate, failure_rate::State);
    7 "changepoint" Changepoint(Changepoint, changepoint::State);
}

impl MonitorSettings {
    /// The state of a test before its first execution.
    #[must_use]
    pub fn fresh(&self, origin: Origin) -> MonitorState {
        match self {
            Self::NewTest(_) => MonitorState::NewTest(new_test::State::of(origin)),
            other => other.blank(),
        }
    }

    /// The tags whose values keep executions apart; see [`super::observation::TextHash::of_values`].
    #[must_use]
    pub fn variant_tags(&self) -> &[String] {
        match self {
            Self::TransitionCount(settings) => &settings.variant_tags,
            Self::PassedOnRetry(settings) => &settings.variant_tags,
            Self::ProbabilisticFlakiness(settings) => &settings.variant_tags,
            Self::NewTest(_) | Self::DurationThreshold(_) | Self::FailureRate(_) | Self::Changepoint(_) => &[],
        }
    }

    /// The settings that Proctor proposes for a new workflow with the monitor of this name, chosen from the tables of
    /// `docs/detectors.md`. Where the contract's defaults do as well they are those.
    #[must_use]
    pub fn proposed(name: &str) -> Option<Self> {
        match Self::default_of(name)? {
            Self::TransitionCount(_) => Some(Self::TransitionCount(TransitionCount::proposed())),
            Self::PassedOnRetry(_) => Some(Self::PassedOnRetry(PassedOnRetry::of_new_suite())),
            Self::ProbabilisticFlakiness(_) => Some(Self::ProbabilisticFlakiness(ProbabilisticFlakiness::proposed())),
            same => Some(same),
        }
    }
}
