//! Proctor: a self-hosted test engine in one binary.

mod admin;
mod allocator;
mod backup;
mod cli;
mod demo;
mod env;
mod exit;
mod export;
mod healthcheck;
mod http;
mod lint;
mod output;
mod quantity;
mod report;
mod restore;
mod serve;
mod storage;
mod storage_command;
mod upload;
mod version;
mod visible;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::env::Env;
use crate::exit::Exit;

fn main() -> ExitCode {
    allocator::share_arenas();
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
            Command::Storage(args) => storage_command::run(args).await,
            Command::Backup(args) => backup::run(args).await,
            Command::Restore(args) => restore::run(args).await,
            Command::Export(args) => export::run(args).await,
            Command::Org(command) => admin::run_organization(command).await,
            Command::Suite(command) => admin::run_suite(command).await,
            Command::Team(command) => admin::run_team(command).await,
            Command::Token(command) => admin::run_token(command).await,
            Command::Workflow(command) => admin::run_workflow(*command).await,
            Command::Healthcheck(args) => healthcheck::run(args).await,
        }
    })
}
