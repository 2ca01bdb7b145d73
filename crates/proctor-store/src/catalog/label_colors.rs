//! Colours of labels: chosen by people, else following from the name.

use proctor_core::id::SuiteId;
use proctor_core::label::Label;
use proctor_core::label_color::LabelColor;
use rustc_hash::FxHashMap;

use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// Colours that people may choose in one suite: as many as it may reasonably have labels.
pub const COLORS_PER_SUITE_MAX: u64 = 1_000;

/// The colours of a suite's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelColors {
    chosen: FxHashMap<String, LabelColor>,
}

impl LabelColors {
    /// The colour of a label.
    #[must_use]
    pub fn of(&self, label: &str) -> LabelColor {
        self.chosen.get(label).copied().unwrap_or_else(|| LabelColor::of_name(label))
    }

    /// Labels whose colour somebody chose, whether or not a test has them.
    pub fn chosen(&self) -> impl Iterator<Item = &str> {
        self.chosen.keys().map(String::as_str)
    }
}

/// A label of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteLabel {
    /// Its text.
    pub name: String,
    /// Its colour.
    pub color: LabelColor,
    /// Tests that have it.
    pub tests: u64,
}

impl Store {
    /// The colours of the suite's labels.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn label_colors(&self, suite: SuiteId) -> Result<LabelColors, StoreError> {
        let select = Statement::fixed("SELECT label, color FROM label_colors WHERE suite_id = $1").with(suite.bytes());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let of = |row| Ok((Columns::text(row, "label")?, Columns::word(row, "color", LabelColor::from_word)?));
        Ok(LabelColors { chosen: rows.iter().map(of).collect::<Result<_, StoreError>>()? })
    }

    /// The labels that tests of the suite have or that have a chosen colour, sorted by their bytes.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suite_labels(&self, suite: SuiteId) -> Result<Vec<SuiteLabel>, StoreError> {
        let colors = self.label_colors(suite).await?;
        let select = "SELECT label, COUNT(DISTINCT ordinal) AS tests FROM test_labels WHERE suite_id = $1 GROUP BY label";
        let rows = Statement::fixed(select).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        let mut tests: FxHashMap<String, u64> = colors.chosen().map(|name| (name.to_owned(), 0)).collect();
        for row in &rows {
            tests.insert(row.text("label")?, row.count("tests")?);
        }
        let mut labels: Vec<SuiteLabel> =
            tests.into_iter().map(|(name, tests)| SuiteLabel { color: colors.of(&name), name, tests }).collect();
        labels.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(labels)
    }

    /// Gives a label a colour; none: the one that follows from its name. Gives whether there was room for it.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn set_label_color(&self, suite: SuiteId, label: &Label, color: Option<LabelColor>) -> Result<bool, StoreError> {
        let mut transaction = self.connections().write().await?;
        let delete = Statement::fixed("DELETE FROM label_colors WHERE suite_id = $1 AND label = $2");
        delete.with(suite.bytes()).with(label.as_str()).execute(transaction.connection()).await?;
        if let Some(color) = color {
            let count = Statement::fixed("SELECT COUNT(*) AS total FROM label_colors WHERE suite_id = $1").with(suite.bytes());
            if count.one(transaction.connection()).await?.count("total")? >= COLORS_PER_SUITE_MAX {
                transaction.rollback().await;
                return Ok(false);
            }
            let insert = "INSERT INTO label_colors (suite_id, label, color) VALUES ($1, $2, $3) \
                          ON CONFLICT (suite_id, label) DO UPDATE SET color = excluded.color";
            let insert = Statement::fixed(insert).with(suite.bytes()).with(label.as_str()).with(color.as_str());
            insert.execute(transaction.connection()).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
