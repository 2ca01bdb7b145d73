//! Where uploads go, and who sends them.

use reqwest::RequestBuilder;

use crate::env::Env;
use crate::exit::Failure;
use crate::http::base_url;
use crate::upload::args::UploadArgs;

/// Where collectors find their upload token.
const ANALYTICS_TOKEN: &str = "BUILDKITE_ANALYTICS_TOKEN";

/// Where uploads go, and who sends them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The address to post to.
    pub(crate) endpoint: String,
    token: String,
    history: Option<History>,
}

/// An upload that belongs to the past.
#[derive(Clone, Debug)]
struct History {
    suite: String,
    received_at: String,
}

impl Target {
    /// As the arguments and the environment say.
    ///
    /// # Errors
    /// When the address is none, or there is no token.
    pub(crate) fn of(args: &UploadArgs, env: &Env) -> Result<Self, Failure> {
        let given = args.server.token.as_deref().map(str::trim).filter(|token| !token.is_empty());
        let history = args.history.suite.clone().zip(args.history.received_at.clone());
        // History needs an API token, which an upload token that is around for the collectors must not hide.
        let variables = if history.is_some() { ["PROCTOR_TOKEN", ANALYTICS_TOKEN] } else { [ANALYTICS_TOKEN, "PROCTOR_TOKEN"] };
        let token = given.or_else(|| env.first(&variables)).ok_or_else(|| match history {
            None => Failure::usage(
                "there is no upload token",
                "set BUILDKITE_ANALYTICS_TOKEN or give --token; 'proctor suite show ORG/SUITE --show-token' prints it",
            ),
            Some(_) => Failure::usage("there is no API token", "set PROCTOR_TOKEN or give --token: a token with the scope import_history"),
        })?;
        Ok(Self {
            endpoint: endpoint_of(&base_url(&args.server.url)?),
            token: token.trim().to_owned(),
            history: history.map(|(suite, received_at)| History { suite, received_at }),
        })
    }

    /// Puts the headers on a request that say who sends it.
    pub(crate) fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        let Self { endpoint: _, token, history } = self;
        match history {
            None => request.header("Authorization", format!("Token token=\"{token}\"")),
            Some(History { suite, received_at }) => {
                request.bearer_auth(token).header("Proctor-Suite", suite).header("Proctor-Received-At", received_at)
            }
        }
    }
}

/// Every form in which collectors are told the address is understood here too.
fn endpoint_of(base: &str) -> String {
    if base.ends_with("/v1/uploads") {
        base.to_owned()
    } else if base.ends_with("/v1") {
        format!("{base}/uploads")
    } else {
        format!("{base}/v1/uploads")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_address_leads_to_one_endpoint() {
        for base in ["https://p.example", "https://p.example/v1", "https://p.example/v1/uploads"] {
            assert_eq!(endpoint_of(base), "https://p.example/v1/uploads");
        }
        assert_eq!(endpoint_of("https://p.example/proctor"), "https://p.example/proctor/v1/uploads");
    }
}
