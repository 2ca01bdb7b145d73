//! `proctor healthcheck`: whether a server is ready, for containers that hold no curl.

use std::time::Duration;

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::http;

/// Ask a server whether it is ready
#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    /// The address of the server; default: the port of --listen on this machine
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Where the server listens
    #[arg(long, value_name = "ADDR:PORT", env = "PROCTOR_LISTEN", default_value = crate::serve::DEFAULT_LISTEN)]
    listen: String,
}

/// Exit code 0 when `/readyz` says yes, 3 otherwise.
///
/// # Errors
/// When the server does not answer or is not ready.
pub(crate) async fn run(args: HealthcheckArgs) -> anyhow::Result<Exit> {
    let url = match &args.url {
        Some(url) => http::base_url(url)?,
        None => address_on_this_machine(&args.listen),
    };
    let readyz = format!("{url}/readyz");
    let next_step = "look at the log of the server";
    let answer = http::client(Duration::from_secs(5))?.get(&readyz).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(Exit::Done),
        Ok(answer) => Err(Failure::unreachable(format!("{readyz} answers {}", answer.status()), next_step).into()),
        Err(error) => Err(Failure::unreachable(format!("{readyz} does not answer: {}", http::root_cause(&error)), next_step).into()),
    }
}

/// Where a server that listens at `listen` can be reached from the same machine.
fn address_on_this_machine(listen: &str) -> String {
    let port = listen.rsplit_once(':').map_or(listen, |(_, port)| port);
    let host = listen.rsplit_once(':').map_or("", |(host, _)| host);
    match host {
        "" | "0.0.0.0" => format!("http://127.0.0.1:{port}"),
        "[::]" => format!("http://[::1]:{port}"),
        host => format!("http://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcard_addresses_are_asked_on_the_loopback() {
        assert_eq!(address_on_this_machine("0.0.0.0:8787"), "http://127.0.0.1:8787");
        assert_eq!(address_on_this_machine("[::]:80"), "http://[::1]:80");
        assert_eq!(address_on_this_machine("10.0.0.5:8787"), "http://10.0.0.5:8787");
    }
}
