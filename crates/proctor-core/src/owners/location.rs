//! Which path of a test is matched.

/// The path that owners are looked up by: the location without its trailing `:line` or `:line:column`, else the file; then
/// without one leading `./` or `/`. `None`: the test has no owner, not even from `*`.
#[must_use]
pub fn owned_path<'a>(location: Option<&'a str>, file_name: Option<&'a str>) -> Option<&'a str> {
    let location = location.map(|location| from_root(without_line(location)));
    location.filter(|path| !path.trim().is_empty()).or_else(|| file_name.map(from_root).filter(|path| !path.trim().is_empty()))
}

fn without_line(location: &str) -> &str {
    let without_number = |text: &'_ str| -> Option<usize> {
        let (rest, number) = text.rsplit_once(':')?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest.len())
    };
    let once = without_number(location).map_or(location, |end| &location[..end]);
    without_number(once).map_or(once, |end| &once[..end])
}

fn from_root(path: &str) -> &str {
    path.strip_prefix("./").or_else(|| path.strip_prefix('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: uploads 60
    #[test]
    fn the_path_of_a_test() {
        for (location, file_name, path) in [
            (Some("./spec/a_spec.rb:7"), None, Some("spec/a_spec.rb")),
            (Some("spec/a_spec.rb:1:3"), Some("other.rb"), Some("spec/a_spec.rb")),
            (Some("/spec/a_spec.rb"), None, Some("spec/a_spec.rb")),
            (Some("a.rb:1:2:3"), None, Some("a.rb:1")),
            (Some("tests/a.py::TestA"), None, Some("tests/a.py::TestA")),
            (Some("a.rb:"), None, Some("a.rb:")),
            (Some("a.rb:x1"), None, Some("a.rb:x1")),
            (Some(""), Some("./b.rb"), Some("b.rb")),
            (None, Some("b.rb:3"), Some("b.rb:3")),
            (Some(":3"), Some("b.rb"), Some("b.rb")),
            (None, None, None),
            (Some(""), Some(" "), None),
            (Some("./"), None, None),
        ] {
            assert_eq!(owned_path(location, file_name), path, "{location:?} {file_name:?}");
        }
    }
}
