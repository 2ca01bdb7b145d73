//! A rule: what one version of a workflow says about tests, checked.

use super::filter::TagFilters;
use super::monitor::MonitorSettings;
use super::settings::{SettingsError, within};

/// The longest silence, in days, that `expire_days` may ask for.
pub const EXPIRE_DAYS_MAX: u16 = 365;

/// A monitor with its filters. It exists only with settings that can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    monitor: MonitorSettings,
    filters: TagFilters,
    expire_days: Option<u16>,
}

impl Rule {
    /// Checks the settings, and that they go with the filters.
    ///
    /// # Errors
    /// The first setting that cannot be, in words for a 422.
    pub fn new(monitor: MonitorSettings, filters: TagFilters) -> Result<Self, SettingsError> {
        monitor.validate()?;
        if matches!(monitor, MonitorSettings::TransitionCount(_)) && !filters.has_branch() {
            return Err(SettingsError::BranchFilterMissing);
        }
        Ok(Self { monitor, filters, expire_days: None })
    }

    /// The rule with alarms that recover once the test had no counted execution for so many days, 1 to 365; `None`: never.
    ///
    /// # Errors
    /// When the number is outside its bounds.
    pub fn expiring(mut self, expire_days: Option<u16>) -> Result<Self, SettingsError> {
        if let Some(days) = expire_days {
            within("expire_days", days, 1.0, f64::from(EXPIRE_DAYS_MAX))?;
        }
        self.expire_days = expire_days;
        Ok(self)
    }

    /// The monitor.
    #[must_use]
    pub const fn monitor(&self) -> &MonitorSettings {
        &self.monitor
    }

    /// Which executions it looks at. Whoever makes observations asks them first.
    #[must_use]
    pub const fn filters(&self) -> &TagFilters {
        &self.filters
    }

    /// Days without a counted execution after which an alarm recovers.
    #[must_use]
    pub const fn expire_days(&self) -> Option<u16> {
        self.expire_days
    }
}
