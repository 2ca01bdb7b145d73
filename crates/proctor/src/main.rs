//! Proctor: a self-hosted test engine in one binary.

mod admin;
mod cli;
mod demo;
mod env;
mod exit;
mod healthcheck;
mod http;
mod lint;
mod output;
mod quantity;
mod report;
mod serve;
mod storage;
mod upload;
mod version;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::env::Env;
use crate::exit::Exit;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    http::install_tls();
    let env = Env::of_process();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(*args).await,
            Command::Demo(args) => demo::run(args).await,
            Command::Upload(args) => upload::run(args, &env).await,
            Command::Lint(args) => lint::run(args),
            Command::Org(command) => admin::run_organization(command).await,
            Command::Suite(command) => admin::run_suite(command).await,
            Command::Token(command) => admin::run_token(command).await,
            Command::Healthcheck(args) => healthcheck::run(args).await,
        }
    })
}
