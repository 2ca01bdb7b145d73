//! The order of tests.

/// Bytes of a key: an index entry of PostgreSQL holds no more than 2704 bytes in all.
const SORT_KEY_BYTES_MAX: usize = 2048;

/// Puts tests in the order of scope, then name, byte for byte: neither holds a zero byte. Tests that agree in the first
/// [`SORT_KEY_BYTES_MAX`] bytes have the same key; their ids decide.
pub(crate) fn sort_key(scope: &str, name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity((scope.len() + 1 + name.len()).min(SORT_KEY_BYTES_MAX));
    key.extend(scope.bytes().chain([0]).chain(name.bytes()).take(SORT_KEY_BYTES_MAX));
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_sort_as_scope_and_name_do(a in "[ -~é]{0,8}", b in "[ -~é]{0,8}", c in "[ -~é]{0,8}", d in "[ -~é]{0,8}") {
            prop_assert_eq!(sort_key(&a, &b).cmp(&sort_key(&c, &d)), (a.as_bytes(), b.as_bytes()).cmp(&(c.as_bytes(), d.as_bytes())));
        }
    }

    #[test]
    fn long_identities_are_cut() {
        assert_eq!(sort_key(&"s".repeat(16 * 1024), "n").len(), SORT_KEY_BYTES_MAX);
    }
}
