use proptest::prelude::*;

use super::*;

fn file(text: &str) -> OwnersFile {
    OwnersFile::parse(text.as_bytes()).unwrap()
}

fn matches(pattern: &str, path: &str) -> bool {
    Pattern::parse(pattern).unwrap().matches(path)
}

// contract: uploads 57
#[test]
fn the_worked_example_of_the_contract() {
    let owners = file(concat!(
        "*                        platform\n",
        "*_spec.rb                quality          # rule 2\n",
        "/spec/checkout/          checkout web\n",
        "spec/features/*          web\n",
        "**/billing               billing\n",
        "/legacy/\n",
    ));
    for (location, teams) in [
        (Some("./spec/models/a_spec.rb:7"), &["quality"][..]),
        (Some("spec/checkout/deep/b_spec.rb:1:3"), &["checkout", "web"]),
        (Some("spec/features/c_spec.rb"), &["web"]),
        (Some("spec/features/sub/d_spec.rb"), &["quality"]),
        (Some("lib/billing/x/e_test.go"), &["billing"]),
        (Some("legacy/f.py"), &["platform"]),
        (Some("src/Cart.test.ts"), &["platform"]),
        (None, &[]),
    ] {
        let rule = owned_path(location, None).and_then(|path| owners.rule_for(path));
        assert_eq!(rule.map_or(&[][..], |rule| &rule.teams), teams, "{location:?}");
        assert_eq!(rule.and_then(OwnerRule::default_owner), teams.first().copied());
    }
    assert_eq!(owners.ignored(), [IgnoredLine { line: 6, reason: IgnoreReason::NoTeam }]);
    assert_eq!(owners.teams(), ["billing", "checkout", "platform", "quality", "web"]);
}

// contract: uploads 57, general 83
#[test]
fn the_table_of_the_contract() {
    for (pattern, path, matched) in [
        ("*", "a", true),
        ("*", "a/b/.c", true),
        ("*_spec.rb", "a_spec.rb", true),
        ("*_spec.rb", "x/y/a_spec.rb", true),
        ("*_spec.rb", "a_spec.rb/below", true),
        ("*_spec.rb", "a_spec.rbx", false),
        ("pipelines/", "pipelines/a", true),
        ("pipelines/", "x/pipelines/y/a", true),
        ("pipelines/", "pipelines", false),
        ("pipelines/", "x/pipelines", false),
        ("/spec/packages/", "spec/packages/a/b", true),
        ("/spec/packages/", "x/spec/packages/a", false),
        ("spec/features/*", "spec/features/a", true),
        ("spec/features/*", "spec/features/a/b", false),
        ("spec/features/*", "x/spec/features/a", false),
        ("spec/features/*", "spec/features", false),
        ("/spec/models/packages", "spec/models/packages", true),
        ("/spec/models/packages", "spec/models/packages/a/b", true),
        ("/spec/models/packages", "spec/models/packages2", false),
        ("**/test-engine", "test-engine", true),
        ("**/test-engine", "test-engine/a", true),
        ("**/test-engine", "x/y/test-engine/a/b", true),
        ("a/**/b", "a/b", true),
        ("a/**/b", "a/x/y/b", true),
        ("a/**/b", "a/x/b/c", true),
        ("a/**/b", "x/a/b", false),
        ("a/**/b", "a/xb", false),
        ("docs/**", "docs/a/b", true),
        ("docs/**", "docs", false),
        ("docs/**", "x/docs/a", false),
        ("?.rb", "a.rb", true),
        ("?.rb", "é.rb", true),
        ("?.rb", "ab.rb", false),
        ("a?b", "a/b", false),
        ("[ab].rb", "b.rb", true),
        ("[ab].rb", "c.rb", false),
        ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false),
        ("[!a]x", "bx", true),
        ("a[!b]c", "a/c", false),
    ] {
        assert_eq!(matches(pattern, path), matched, "{pattern} {path}");
    }
}

#[test]
fn corners_of_patterns() {
    for (pattern, path, matched) in [
        ("**", "a/b", true),
        ("**/", "a", false),
        ("**/", "a/b", true),
        ("**/*", "a/b/c", true),
        ("/*", "a", true),
        ("/*", "a/b", false),
        ("*/", "a", false),
        ("*/", "a/b/c", true),
        ("/*/", "a/b/c", true),
        ("a/***", "a/b/c", false),
        ("a/*/c", "a/b/c", true),
        ("a/*/c", "a/b/c/d", true),
        ("a/*/c", "a/c", false),
        ("**/a/**/b/**", "x/a/b/b/c", true),
        ("a**b", "axxb", true),
        ("a**b", "ax/xb", false),
        ("./a", "a/b", true),
        ("./a", "x/a", false),
        ("Spec", "spec", false),
        (r"\*", "*", true),
        (r"\*", "x", false),
        (r"\[a\]", "[a]", true),
        (r"a\ b", "a b", true),
        ("[]a]", "]", true),
        ("[!]a]", "b", true),
        (r"[\]]", "]", true),
        ("[a-]", "-", true),
        ("[^a]", "b", true),
        ("[z-a]", "m", false),
        ("a]", "a]", true),
    ] {
        assert_eq!(matches(pattern, path), matched, "{pattern} {path}");
    }
    for (pattern, error) in [
        ("/", PatternError::Empty),
        ("./", PatternError::Empty),
        ("//", PatternError::Empty),
        ("[ab", PatternError::OpenClass),
        ("[a/b]", PatternError::OpenClass),
        ("[]", PatternError::OpenClass),
        ("a\\", PatternError::TrailingBackslash),
    ] {
        assert_eq!(Pattern::parse(pattern), Err(error), "{pattern}");
    }
}

#[test]
fn lines_are_read_as_the_contract_says() {
    let text = concat!(
        "\u{feff}# heading\r\n",
        "\r\n",
        "  a.rb \t web\tquality web # why\r\n",
        "\\#b.rb web\n",
        "with\\ blank.rb web\n",
        "c#/d.cs web\n",
        "!e.rb web\n",
        "f.rb # web\n",
        "[g web\n",
        "/ web",
    );
    let owners = file(text);
    let rules: Vec<_> = owners
        .rules()
        .iter()
        .map(|rule| (rule.line, rule.pattern.as_str(), rule.teams.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        rules,
        [
            (3, "a.rb", vec!["web", "quality"]),
            (4, "\\#b.rb", vec!["web"]),
            (5, "with\\ blank.rb", vec!["web"]),
            (6, "c#/d.cs", vec!["web"])
        ]
    );
    let ignored: Vec<_> = owners.ignored().iter().map(|ignored| (ignored.line, ignored.reason.to_string())).collect();
    let reasons = [(7, "patterns with ! are not supported"), (8, "no team"), (9, "[ is not closed"), (10, "pattern is empty")]
        .map(|(line, reason)| (line, reason.to_owned()));
    assert_eq!(ignored, reasons);
    for path in ["#b.rb", "x/with blank.rb", "c#/d.cs"] {
        assert!(owners.rule_for(path).is_some(), "{path}");
    }
}

// contract: uploads 58, 59
#[test]
fn unusable_files_are_refused() {
    for text in ["", "# only\n", "/legacy/\n!a web\n"] {
        assert_eq!(OwnersFile::parse(text.as_bytes()), Err(OwnersFileError::NoRule), "{text:?}");
    }
    assert_eq!(OwnersFile::parse("* a\n".repeat(TESTOWNERS_RULES_MAX + 1).as_bytes()), Err(OwnersFileError::TooManyRules));
    assert_eq!(OwnersFile::parse("* a\n/b/\n".repeat(TESTOWNERS_RULES_MAX).as_bytes()).unwrap().rules().len(), TESTOWNERS_RULES_MAX);
    assert_eq!(OwnersFile::parse(b"* web \xff"), Err(OwnersFileError::NotUtf8));
    let mut text = b"* web #".to_vec();
    text.resize(TESTOWNERS_BYTES_MAX, b'x');
    assert!(OwnersFile::parse(&text).is_ok());
    text.push(b'x');
    assert_eq!(OwnersFile::parse(&text), Err(OwnersFileError::TooLarge));
}

#[test]
fn hostile_patterns_take_no_time() {
    let pattern = Pattern::parse(&"**/*a*a*a*a*a*a*a*a*b/".repeat(50)).unwrap();
    assert!(!pattern.matches(&format!("{}{}", "a".repeat(50), "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".repeat(200))));
}

/// The rules of 15.3 by plain recursion, which may take exponential time.
mod slow {
    pub(super) fn matches(pattern: &str, path: &str) -> bool {
        let rooted = pattern.strip_prefix("./").or_else(|| pattern.strip_prefix('/'));
        let body = rooted.unwrap_or(pattern);
        let (body, below) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
        let parts: Vec<&str> = body.split('/').collect();
        let path: Vec<&str> = path.split('/').collect();
        let starts = if rooted.is_none() && parts.len() == 1 { path.len() } else { 1 };
        let is_star = parts.last().is_some_and(|part| *part != "**" && !part.is_empty() && part.bytes().all(|byte| byte == b'*'));
        (0..starts).any(|start| {
            (start + 1..=path.len()).any(|end| {
                let left = path.len() - end;
                let reaches = if below { left > 0 } else { left == 0 || !is_star };
                reaches && all(&parts, &path[start..end])
            })
        })
    }

    fn all(parts: &[&str], path: &[&str]) -> bool {
        match (parts.split_first(), path.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some((&"**", [])), _) => !path.is_empty(),
            (Some((&"**", rest)), _) => (0..=path.len()).any(|taken| all(rest, &path[taken..])),
            (Some((part, rest)), Some((name, below))) => one(part.as_bytes(), name.as_bytes()) && all(rest, below),
            (Some(_), None) => false,
        }
    }

    fn one(part: &[u8], name: &[u8]) -> bool {
        match (part.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => (0..=name.len()).any(|taken| one(rest, &name[taken..])),
            (Some((b'?', rest)), Some((_, below))) => one(rest, below),
            (Some((wanted, rest)), Some((found, below))) => wanted == found && one(rest, below),
            _ => false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_file_is_read_or_refused(text in "([ab*?!#/\\\\\\[\\]. \t-]{0,12}( web)?\n){0,6}", path in "[ab*/.\\[ ]{0,12}") {
        if let Ok(owners) = OwnersFile::parse(text.as_bytes()) {
            let _ = owners.rule_for(&path);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}", path in "\\PC{0,20}") {
        if let Ok(owners) = OwnersFile::parse(text.as_bytes()) {
            let _ = owners.rule_for(&path);
        }
    }

    #[test]
    fn the_matcher_agrees_with_plain_recursion(
        pattern in "(/|\\./)?([ab?*]{1,3}|\\*\\*|\\*)(/([ab?*]{1,3}|\\*\\*|\\*)){0,4}/?",
        path in "[ab]{1,3}(/[ab]{1,3}){0,5}",
    ) {
        prop_assert_eq!(matches(&pattern, &path), slow::matches(&pattern, &path), "{} {}", pattern, path);
    }
}
