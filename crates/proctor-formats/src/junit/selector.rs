//! What a class name tells about the file of a test (`uploads.md`, section 9).

/// The test runner, as far as it changes what a class name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// pytest.
    Pytest,
    /// Go's own, by way of gotestsum or go-junit-report.
    Gotest,
    /// Any other.
    Other,
}

impl Runner {
    /// The runner named in `run_env.test_runner`.
    pub(super) fn of(test_runner: Option<&str>) -> Self {
        match test_runner.map(str::trim) {
            Some("pytest") => Self::Pytest,
            Some("gotest") => Self::Gotest,
            _ => Self::Other,
        }
    }
}

/// The path of the module in pytest's dotted class names: `tests.test_auth.TestLogin` is in `tests/test_auth.py`.
///
/// Remembers the last answer, because the cases of one module come together.
#[derive(Debug, Default)]
pub(super) struct PytestModules {
    classname: String,
    path: String,
}

impl PytestModules {
    /// The path; `None` when the class name holds no module.
    pub(super) fn path_of(&mut self, classname: &str) -> Option<&str> {
        if self.classname != classname {
            self.classname.clear();
            self.classname.push_str(classname);
            self.path = module_path(classname).unwrap_or_default();
        }
        Some(self.path.as_str()).filter(|path| !path.is_empty())
    }
}

fn module_path(classname: &str) -> Option<String> {
    let parts: Vec<&str> = classname.split('.').collect();
    let is_test_module = |part: &&str| part.starts_with("test_") || part.ends_with("_test");
    let starts_capital = |part: &&str| part.chars().next().is_some_and(char::is_uppercase);
    let length = match parts.iter().rposition(is_test_module) {
        Some(last) => last + 1,
        None => parts.iter().position(starts_capital).unwrap_or(parts.len()),
    };
    let module = parts.get(..length)?.join("/");
    (!module.is_empty()).then(|| module + ".py")
}

/// Extensions of files that tests are written in. A list, because `com.example.Calc` ends in a dot and a word as well.
const TEST_FILE_EXTENSIONS: &[&str] = &[
    "bats", "c", "cc", "cjs", "clj", "coffee", "cpp", "cs", "cts", "cxx", "dart", "ex", "exs", "feature", "fs", "go", "groovy", "hs",
    "java", "jl", "js", "jsx", "kt", "kts", "lua", "m", "mjs", "ml", "mm", "mts", "nim", "php", "pl", "py", "R", "rb", "robot", "rs",
    "scala", "sh", "svelte", "swift", "t", "ts", "tsx", "vb", "vue", "zig",
];

/// Whether a name ends in a file extension. A class name that does, and is that of its suite, is the file (Vitest).
pub(super) fn is_file(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let is_path =
        stem.contains(['/', '\\']) && (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !stem.is_empty() && (is_path || TEST_FILE_EXTENSIONS.contains(&extension))
}
