//! How many requests are answered.

use clap::Args;
use proctor_server::settings::RateLimit;

/// Rate limits of the REST API.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rate limits")]
pub(crate) struct RateLimitArgs {
    /// API requests per minute and organization [default: no limit]
    #[arg(long, value_name = "COUNT", env = "PROCTOR_ORGANIZATION_REQUESTS_PER_MINUTE", value_parser = clap::value_parser!(u64).range(1..))]
    organization_requests_per_minute: Option<u64>,
    /// API requests per minute and user [default: no limit]
    #[arg(long, value_name = "COUNT", env = "PROCTOR_USER_REQUESTS_PER_MINUTE", value_parser = clap::value_parser!(u64).range(1..))]
    user_requests_per_minute: Option<u64>,
}

impl RateLimitArgs {
    /// The limits; when only one is set the other is out of reach.
    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        let (organization, user) = (self.organization_requests_per_minute, self.user_requests_per_minute);
        organization
            .or(user)
            .map(|_| RateLimit { organization_per_minute: organization.unwrap_or(u64::MAX), user_per_minute: user.unwrap_or(u64::MAX) })
    }
}
