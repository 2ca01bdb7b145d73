//! From the words of the command line to the reports they name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::report::Input;

/// The most files that one command takes.
const FILES_MAX: usize = 10_000;

/// The reports that `words` name: paths, patterns (`reports/**/*.xml`, for shells that do not expand them) and `-` for stdin.
/// A file named twice is taken once.
///
/// # Errors
/// When a file is missing, a pattern matches nothing or a directory is named: each says what to do next.
pub(crate) fn select(words: &[String]) -> Result<Vec<Input>, Failure> {
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for word in words {
        if word == "-" {
            if seen.insert(PathBuf::from("-")) {
                inputs.push(Input::of_stdin()?);
            }
            continue;
        }
        for path in paths_of(word)? {
            if seen.insert(path.clone()) {
                inputs.push(Input::File(path));
            }
        }
        if inputs.len() > FILES_MAX {
            return Err(Failure::usage(format!("more than {FILES_MAX} files"), "send them in several calls with the same --key"));
        }
    }
    Ok(inputs)
}

fn paths_of(word: &str) -> Result<Vec<PathBuf>, Failure> {
    let path = Path::new(word);
    if path.is_dir() {
        let pattern = path.join("**").join("*.xml");
        return Err(Failure::usage(format!("{word} is a directory"), format!("name the files in it, for example '{}'", pattern.display())));
    }
    // A name that exists is taken as it is, whatever characters are in it.
    if path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    if !word.contains(['*', '?', '[']) {
        return Err(Failure::usage(
            format!("there is no file {word}"),
            "see whether the tests ran and where their report went; paths start at the current directory",
        ));
    }
    let found = glob::glob(word).map_err(|error| {
        Failure::usage(
            format!("'{word}' is not a pattern: {} at character {}", error.msg, error.pos + 1),
            "write '[[]' for a bracket, and patterns as in 'reports/**/*.xml'",
        )
    })?;
    let files: Vec<PathBuf> = found.filter_map(Result::ok).filter(|path| path.is_file()).take(FILES_MAX + 1).collect();
    if files.is_empty() {
        return Err(Failure::usage(
            format!("no file matches {word}"),
            "see whether the tests ran and where their reports went; '**' matches any number of directories",
        ));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[String]) -> Vec<String> {
        select(words).unwrap().iter().map(Input::file_name).collect()
    }

    #[test]
    fn patterns_match_in_order_and_files_count_once() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        std::fs::create_dir(at("deep")).unwrap();
        for name in ["b.xml", "a.xml", "deep/c.xml", "[odd].xml"] {
            std::fs::write(at(name), "<testsuite/>").unwrap();
        }
        assert_eq!(names(&[at("*.xml")]), ["[odd].xml", "a.xml", "b.xml"]);
        assert_eq!(names(&[at("**/*.xml"), at("a.xml")]), ["[odd].xml", "a.xml", "b.xml", "c.xml"]);
        assert_eq!(names(&[at("[odd].xml")]), ["[odd].xml"]);
    }

    #[test]
    fn what_is_not_there_is_told_with_a_next_step() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        for (word, message) in [(at("no.xml"), "there is no file"), (at("*.xml"), "no file matches"), (at(""), "is a directory")] {
            let failure = select(&[word]).unwrap_err();
            assert!(failure.to_string().contains(message), "{failure}");
            assert!(!failure.next_step().is_empty());
        }
    }
}
