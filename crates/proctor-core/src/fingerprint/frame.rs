//! Frames of backtraces: which files of the project's own code a failure came up in.

use super::blank::blanked;
use crate::text::cut;

/// How many frames enter a fingerprint.
const FRAMES_MAX: usize = 3;
/// How many lines of one backtrace are looked at.
const LINES_MAX: usize = 2_000;
/// How many bytes of a line are looked at, and how many places in it that may follow a path: both keep hostile lines cheap.
const LINE_BYTES_MAX: usize = 4_096;
const PLACES_MAX: usize = 32;

const EXTENSIONS: [&str; 48] = [
    "c", "cc", "cjs", "clj", "cpp", "cs", "cts", "cxx", "dart", "erl", "ex", "exs", "feature", "fs", "go", "groovy", "h", "hpp", "hs",
    "java", "js", "jsx", "kt", "kts", "lua", "m", "mjs", "ml", "mm", "mts", "php", "pl", "pm", "py", "rake", "rb", "rs", "sc", "scala",
    "sh", "svelte", "swift", "t", "ts", "tsx", "vb", "vue", "zig",
];

/// Directories of code that the project did not write.
const LIBRARY_DIRECTORIES: [&str; 25] = [
    "node_modules/",
    "site-packages/",
    "dist-packages/",
    "/usr/local/go/",
    "hostedtoolcache/",
    "/go/pkg/mod/",
    "/usr/lib/",
    "/usr/local/lib/",
    "/lib/python",
    "/lib/ruby/",
    ".venv/",
    ".cargo/",
    ".rustup/",
    "/rustc/",
    "vendor/",
    "/gems/",
    ".bundle/",
    ".rbenv/",
    ".rvm/",
    ".asdf/",
    ".nvm/",
    ".gradle/",
    ".m2/",
    "/deps/",
    "Xcode.app/",
];

/// Packages of the JVM's runtime and test frameworks; its frames name no directory.
const LIBRARY_PACKAGES: [&str; 20] = [
    "android.",
    "androidx.",
    "com.android.",
    "com.sun.",
    "dalvik.",
    "groovy.lang.",
    "java.",
    "javax.",
    "jdk.",
    "junit.",
    "kotlin.",
    "kotlinx.",
    "org.apache.maven.",
    "org.assertj.",
    "org.gradle.",
    "org.hamcrest.",
    "org.junit.",
    "org.mockito.",
    "org.testng.",
    "sun.",
];

/// A place in a source file that a line names.
pub(super) struct Source<'a> {
    /// The path as written, without `file://`.
    pub(super) path: &'a str,
    /// What comes before it.
    pub(super) before: &'a str,
    /// What follows its line and column.
    pub(super) after: &'a str,
}

/// The place that a line names first: `path:line`, `path:line:column`, `path(line)`, `File "path", line n`.
pub(super) fn source_of(line: &str) -> Option<Source<'_>> {
    if let Some((before, rest)) = line.split_once("File \"")
        && let Some((path, after)) = rest.split_once("\", line ")
    {
        return Some(Source { path, before, after });
    }
    let line = cut(line, LINE_BYTES_MAX);
    line.match_indices([':', '(']).take(PLACES_MAX).find_map(|(at, _)| {
        let place = line[at + 1..].trim_start_matches("line ");
        if !place.starts_with(|next: char| next.is_ascii_digit()) {
            return None;
        }
        let start = line[..at]
            .rfind(|c: char| c.is_whitespace() || "\"'`([{<>|".contains(c))
            .map_or(0, |delimiter| line.ceil_char_boundary(delimiter + 1));
        let path = &line[start..at];
        let (stem, extension) = path.rsplit(['/', '\\']).next()?.rsplit_once('.')?;
        if stem.is_empty() || !EXTENSIONS.contains(&extension) {
            return None;
        }
        let after = place.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        Some(Source { path: path.strip_prefix("file://").unwrap_or(path), before: &line[..start], after })
    })
}

/// Whether a line is a frame and nothing else.
pub(super) fn is_frame(line: &str) -> bool {
    let line = line.trim();
    if ["\u{276f} ", "File \""].iter().any(|start| line.starts_with(start)) {
        return true;
    }
    if line.starts_with("at ") || line.starts_with("from ") {
        return line.ends_with([')', '>']) || source_of(line).is_some();
    }
    let is_numbered = line
        .trim_start_matches('#')
        .split_once([' ', ':'])
        .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    source_of(line).is_some_and(|source| {
        let after = source.after.trim_start_matches([':', ' ']);
        let is_alone = source.before.trim().is_empty() && (after.is_empty() || after.starts_with("in ") || after.starts_with('+'));
        is_alone || (is_numbered && !source.before.is_empty())
    })
}

/// The frames of the project's own code that count, top first, as the last two parts of their paths. Empty if there is none.
pub(super) fn own_frames<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut paths: Vec<&str> = Vec::new();
    for line in lines.into_iter().take(LINES_MAX) {
        if let Some(source) = source_of(line)
            && !is_library(&source)
            && paths.last() != Some(&source.path)
        {
            paths.push(source.path);
        }
    }
    // Python writes the innermost call last.
    if paths.first().is_some_and(|path| path.ends_with(".py")) {
        paths.reverse();
    }
    let is_direct = paths.first().is_some_and(|path| is_test(path));
    let mut frames: Vec<String> = Vec::new();
    for path in paths.into_iter().take_while(|path| is_direct || !is_test(path)) {
        let frame = short(path);
        if !frames.contains(&frame) {
            frames.push(frame);
        }
        if is_direct || frames.len() == FRAMES_MAX {
            break;
        }
    }
    frames
}

/// Whether a line of a backtrace is a frame of code that the project did not write: a library's, a runtime's, a test framework's.
#[must_use]
pub fn is_foreign_frame(line: &str) -> bool {
    source_of(line).is_some_and(|source| is_library(&source))
}

fn is_library(source: &Source<'_>) -> bool {
    let path = source.path;
    let is_node = path.starts_with("node:") || ((path.starts_with("internal/") || path.starts_with("timers")) && path.ends_with(".js"));
    let in_directory = LIBRARY_DIRECTORIES.iter().any(|directory| {
        let unrooted = directory.trim_start_matches('/');
        path.contains(directory) || path.starts_with(unrooted) || (path.contains('\\') && path.replace('\\', "/").contains(directory))
    });
    let package = source.before.trim_start().strip_prefix("at ").unwrap_or_default();
    is_node || in_directory || LIBRARY_PACKAGES.iter().any(|library| package.starts_with(library))
}

/// Whether a file holds tests, or what only tests use.
fn is_test(path: &str) -> bool {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or_default();
    let is_test_word = |word: &str| {
        ["test", "tests", "spec", "specs"].contains(&word.to_ascii_lowercase().as_str())
            || ["Test", "Tests", "TestCase", "Spec", "Specs"].iter().any(|end| word.ends_with(end))
    };
    name.split(['.', '_', '-']).any(is_test_word)
        || parts.any(|part| ["test", "tests", "spec", "specs", "__tests__", "e2e"].contains(&part))
}

fn short(path: &str) -> String {
    let mut parts = path.rsplit(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let name = parts.next().unwrap_or_default();
    match parts.next() {
        Some(directory) => blanked(&format!("{directory}/{name}")),
        None => blanked(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_many_languages() {
        for (line, path) in [
            ("    at Object.toEqual (/app/js/jest/sample.test.js:4:68)", Some("/app/js/jest/sample.test.js")),
            ("    at file:///app/js/node_modules/x/chunk.js:302:11", Some("/app/js/node_modules/x/chunk.js")),
            ("./spec/a_spec.rb:31:in `block (2 levels) in <top (required)>'", Some("./spec/a_spec.rb")),
            ("  File \"/app/py/a.py\", line 4, in f", Some("/app/py/a.py")),
            ("tests/test_a.py:4: AssertionError", Some("tests/test_a.py")),
            ("\t/app/go/boom/boom_test.go:6 +0x27", Some("/app/go/boom/boom_test.go")),
            ("             at ./src/lib.rs:11:27", Some("./src/lib.rs")),
            ("thread 'tests::fails' (9262) panicked at src/lib.rs:10:70:", Some("src/lib.rs")),
            ("at org.junit.Assert.fail(Assert.java:89)", Some("Assert.java")),
            ("   at Shop.Tests.Adds() in C:\\src\\Tests.cs:line 12", Some("C:\\src\\Tests.cs")),
            ("#0 /app/src/Foo.php(12): bar()", Some("/app/src/Foo.php")),
            (" \u{276f} sample.vt.mjs:5:50", Some("sample.vt.mjs")),
            ("connect example.com:443 failed", None),
            ("at 10:30:00", None),
        ] {
            assert_eq!(source_of(line).map(|source| source.path), path, "{line}");
        }
    }

    #[test]
    fn frames_of_others_are_told_apart() {
        for line in
            ["a (/app/node_modules/x/i.js:1:2)", "at org.junit.Assert.fail(Assert.java:89)", "  File \"/usr/lib/python3/x.py\", line 1"]
        {
            assert!(is_foreign_frame(line), "{line}");
        }
        for line in ["b (/app/src/cart.js:3:4)", "expected 1, got 2", ""] {
            assert!(!is_foreign_frame(line), "{line}");
        }
    }

    #[test]
    fn only_own_code_above_the_test_counts() {
        for (lines, frames) in [
            (&["a (/app/node_modules/x/i.js:1:2)", "b (/app/src/cart.js:3:4)", "c (/app/test/cart.test.js:5:6)"][..], &["src/cart.js"][..]),
            (&["/ci/9/test/cart.test.js:5:6", "/ci/9/src/run.js:1:1"], &["test/cart.test.js"]),
            (&["at org.junit.Assert.fail(Assert.java:89)", "at com.acme.Cart.add(Cart.java:7)"], &["Cart.java"]),
            (&["  File \"/a/tests/test_x.py\", line 4, in t", "  File \"/a/shop/cart.py\", line 9, in add"], &["shop/cart.py"]),
            (&["at listOnTimeout (node:internal/timers.js:581:17)", "at internal/process/task_queues.js:95:5"], &[]),
            (&["/app/internal/store/db.go:9 +0x1", "/usr/local/go/src/testing/testing.go:1 +0x2"], &["store/db.go"]),
            (&["/a/1.rb:1", "/a/1.rb:2", "/a/two.rb:1", "/b/three.rb:1", "/b/four.rb:1"], &["a/<n>.rb", "a/two.rb", "b/three.rb"]),
        ] {
            assert_eq!(own_frames(lines.iter().copied()), frames, "{lines:?}");
        }
    }
}
