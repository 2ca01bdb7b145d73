//! Help texts fit a terminal, and `--version` says which version.

use crate::harness::{Finished, proctor, run};

const COMMANDS: [&[&str]; 37] = [
    &[],
    &["serve"],
    &["demo"],
    &["upload"],
    &["lint"],
    &["storage"],
    &["backup"],
    &["restore"],
    &["export"],
    &["org"],
    &["org", "create"],
    &["org", "list"],
    &["suite"],
    &["suite", "create"],
    &["suite", "list"],
    &["suite", "show"],
    &["suite", "update"],
    &["suite", "delete"],
    &["suite", "rotate-token"],
    &["suite", "summary"],
    &["suite", "summary", "add"],
    &["team"],
    &["team", "create"],
    &["team", "list"],
    &["team", "delete"],
    &["team", "add-member"],
    &["team", "link"],
    &["token"],
    &["token", "create"],
    &["token", "revoke"],
    &["workflow"],
    &["workflow", "list"],
    &["workflow", "create"],
    &["workflow", "backtest"],
    &["workflow", "preview"],
    &["workflow", "apply"],
    &["workflow", "export"],
];

#[test]
fn help_fits_80_columns() {
    for command in COMMANDS {
        let output = proctor().args(command).arg("--help").env("COLUMNS", "80").output().unwrap();
        let help = Finished::of(output).expect(0).stdout;
        let long: Vec<_> = help.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{command:?}: {long:#?}");
        assert!(help.contains("Usage: proctor"), "{help}");
    }
}

#[test]
fn secrets_of_the_environment_are_not_shown() {
    let help = proctor().args(["serve", "--help"]).env("PROCTOR_BOOTSTRAP_TOKEN", "visible-secret").output().unwrap();
    assert!(!Finished::of(help).stdout.contains("visible-secret"));
}

#[test]
fn the_version_is_told() {
    let finished = run(&["--version"]).expect(0);
    assert!(finished.stdout.starts_with(concat!("proctor ", env!("CARGO_PKG_VERSION"))), "{finished:?}");
}
