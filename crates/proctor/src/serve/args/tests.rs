use std::time::Duration;

use clap::{CommandFactory, Parser};
use proctor_core::suite::IdenticalUploads;
use proctor_core::window::{Period, WindowLimits};
use proctor_server::Settings;
use proctor_server::settings::{PrivateTargets, RateLimit, TrustForwarded};

use crate::cli::{Cli, Command};
use crate::serve::ServeArgs;

fn serve_args(words: &[&str]) -> ServeArgs {
    match Cli::try_parse_from(["proctor", "serve"].iter().chain(words)).unwrap().command {
        Command::Serve(args) => *args,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bases_of_addresses_are_refused_when_nothing_can_stand_behind_them() {
    for url in ["https://ci.test/?a=1", "https://ci.test/#a", "https://user:secret@ci.test", "ci.test"] {
        for option in ["--public-url", "--web-url"] {
            assert!(crate::cli::Cli::try_parse_from(["proctor", "serve", option, url]).is_err(), "{option} {url}");
        }
    }
    assert_eq!(serve_args(&["--public-url", "https://ci.test/proctor/"]).settings().public_url.as_deref(), Some("https://ci.test/proctor"));
}

#[test]
fn the_defaults_of_the_command_line_are_those_of_the_server() {
    assert_eq!(format!("{:?}", serve_args(&[]).settings()), format!("{:?}", Settings::default()));
}

#[test]
fn every_option_reaches_the_settings() {
    let words = "--public-url https://ci.example/proctor/ --web-url https://web.example --trust-forwarded \
        --stale-after 5s --upload-bytes-max 1MiB --upload-decoded-bytes-max 2MiB --upload-records-max 10 \
        --uploads-in-flight-bytes-max 8MiB --uploads-concurrent-max 3 --upload-silence 2s --identical-uploads off \
        --identical-window 1m --organization-requests-per-minute 100 --user-requests-per-minute 50 \
        --default-period 14days --window-days-max 30 \
        --execution-tags-interval 5s --execution-tags-executions-max 7 --execution-tags-max 3 --execution-tags-bytes-max 1MiB \
        --oidc-keys https://agent.example=keys.json --allow-private-targets --github-url https://git.example/api/v3/ \
        --smtp-url smtp://mail.example:25 --mail-from ci@mail.example";
    let settings = serve_args(&words.split_whitespace().collect::<Vec<_>>()).settings();
    assert_eq!(settings.public_url.as_deref(), Some("https://ci.example/proctor"));
    assert_eq!(settings.web_url.as_deref(), Some("https://web.example"));
    assert_eq!(settings.trust_forwarded, TrustForwarded::Yes);
    assert_eq!(settings.stale_after, Duration::from_secs(5));
    assert_eq!((settings.uploads.body_bytes_max, settings.uploads.decoded_bytes_max), (1 << 20, 2 << 20));
    assert_eq!((settings.uploads.records_max, settings.uploads.in_flight_bytes_max), (10, 8 << 20));
    assert_eq!((settings.uploads.concurrent_max, settings.uploads.silence), (3, Duration::from_secs(2)));
    assert_eq!(settings.uploads.identical, IdenticalUploads::Off);
    assert_eq!(settings.uploads.identical_window, Duration::from_secs(60));
    assert_eq!(settings.rate_limit, Some(RateLimit { organization_per_minute: 100, user_per_minute: 50 }));
    assert_eq!(settings.windows, WindowLimits { default_period: Period::days(14), days_max: 30 });
    assert_eq!((settings.execution_tags.interval, settings.execution_tags.executions_max), (Duration::from_secs(5), 7));
    assert_eq!((settings.execution_tags.tags_max, settings.execution_tags.body_bytes_max), (3, 1 << 20));
    assert_eq!(settings.delivery.private_targets, PrivateTargets::Allowed);
    assert_eq!(settings.delivery.github_url, "https://git.example/api/v3");
    assert!(settings.delivery.mail.is_some());
    assert_eq!(settings.oidc.key_files, [("https://agent.example".to_owned(), "keys.json".into())]);
}

#[test]
fn a_mail_server_needs_a_sender_and_both_are_looked_at() {
    for words in [
        &["--smtp-url", "smtp://mail.example"][..],
        &["--smtp-url", "http://mail.example", "--mail-from", "ci@mail.example"],
        &["--smtp-url", "smtp://mail.example", "--mail-from", "ci"],
        &["--github-url", "api.github.com"],
    ] {
        assert!(Cli::try_parse_from(["proctor", "serve"].iter().chain(words)).is_err(), "{words:?}");
    }
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
    for (words, hint) in [
        (["--stale-after", "soon"], "90s"),
        (["--upload-bytes-max", "big"], "64MiB"),
        (["--identical-uploads", "maybe"], "lost_reply"),
        (["--default-period", "1week"], "28days"),
        (["--window-days-max", "0"], "36500"),
        (["--oidc-keys", "keys.json"], "ISSUER=FILE"),
        (["--public-url", "ci.example"], "http"),
        (["--listen", "8787"], "127.0.0.1:8787"),
    ] {
        let error = Cli::try_parse_from(["proctor", "serve"].iter().chain(&words)).unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
}

#[test]
fn every_setting_is_documented() {
    let documented = include_str!("../../../../../docs/settings.md");
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    for argument in serve.get_arguments().filter(|argument| argument.get_id() != "help") {
        let row = documented.lines().find(|line| line.starts_with(&format!("| `--{}` |", argument.get_long().unwrap())));
        let row = row.unwrap_or_else(|| panic!("docs/settings.md has no row for {argument}"));
        let variable = argument.get_env().unwrap().to_str().unwrap();
        assert!(row.contains(&format!("| `{variable}` |")), "{row}");
        for default in argument.get_default_values() {
            let default = default.to_str().unwrap();
            assert!(default == "false" || row.contains(&format!("| `{default}` |")), "{row}: {default}");
        }
    }
}
