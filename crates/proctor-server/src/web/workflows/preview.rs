//! What saving a workflow would change at once: which tests would be alarmed.

use proctor_core::monitors::hysteresis::Phase;
use proctor_store::StoreError;

use super::super::place::AtSuite;
use super::super::when::count;
use crate::App;
use crate::usecases::workflows::PreviewReport;

/// Tests that each list names.
const TESTS_SHOWN_MAX: usize = 10;

/// Which tests would be alarmed if it were saved now.
#[derive(Clone, Debug)]
pub struct NowView {
    /// How many.
    pub alarmed: String,
    /// Held against the saved version: alarmed only after saving, only before, and both; none: nothing is saved.
    pub change: Option<NowChange>,
}

/// What would be different.
#[derive(Clone, Debug)]
pub struct NowChange {
    /// Tests that would be alarmed and are not.
    pub added: Names,
    /// Tests that are alarmed and would not be.
    pub removed: Names,
    /// How many stay alarmed.
    pub same: String,
}

/// Some tests, and how many there are.
#[derive(Clone, Debug)]
pub struct Names {
    /// All of them.
    pub total: String,
    /// Page and full name of the first.
    pub first: Vec<(String, String)>,
    /// How many are not named.
    pub more: usize,
}

impl NowView {
    /// What a preview says.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of(app: &App, at: &AtSuite, report: &PreviewReport) -> Result<Self, StoreError> {
        let ordinals = |phase_of: &proctor_core::monitors::preview::Previewed| -> Vec<u32> {
            phase_of.ending(Phase::Alarmed).into_iter().map(|(ordinal, _)| ordinal).collect()
        };
        let alarmed = ordinals(&report.edited);
        let change = match &report.saved {
            None => None,
            Some(saved) => {
                let before = ordinals(saved);
                let added: Vec<u32> = alarmed.iter().copied().filter(|ordinal| !saved.is_alarmed(*ordinal)).collect();
                let removed: Vec<u32> = before.iter().copied().filter(|ordinal| !report.edited.is_alarmed(*ordinal)).collect();
                let same = count((alarmed.len() - added.len()) as u64);
                Some(NowChange { added: names(app, at, &added).await?, removed: names(app, at, &removed).await?, same })
            }
        };
        Ok(Self { alarmed: count(alarmed.len() as u64), change })
    }
}

async fn names(app: &App, at: &AtSuite, ordinals: &[u32]) -> Result<Names, StoreError> {
    let shown = &ordinals[..ordinals.len().min(TESTS_SHOWN_MAX)];
    let tests = app.store.tests_by_ordinal(at.suite.id, shown).await?;
    let path = at.path();
    let first =
        tests.iter().map(|test| (format!("{path}/tests/{}", test.id), proctor_core::text::full_name(&test.scope, &test.name))).collect();
    Ok(Names { total: count(ordinals.len() as u64), first, more: ordinals.len() - shown.len() })
}
