//! Finding the end of a JSON string: most strings of a report are short, a few are very long.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES << 7;
/// Strings that are longer than this many words of eight bytes are left to `memchr`, whose start costs more.
const WORDS_BEFORE_MEMCHR: usize = 6;

/// The first `"`, `\` or NUL at or after `from`; the length of `bytes` if there is none.
#[inline]
pub(crate) fn special(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut words = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let found = zero_bytes(word ^ (ONES * b'"' as u64)) | zero_bytes(word ^ (ONES * b'\\' as u64)) | zero_bytes(word);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
        words += 1;
        if words == WORDS_BEFORE_MEMCHR {
            return memchr::memchr3(b'"', b'\\', 0, &bytes[at..]).map_or(bytes.len(), |found| at + found);
        }
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// The high bit of each byte that is zero; bits above the lowest such byte may be wrong, and only the lowest is used.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_three_is_found_at_any_place() {
        for length in 0..120 {
            for needle in [b'"', b'\\', 0] {
                let mut bytes = vec![b'x'; length];
                assert_eq!(special(&bytes, 0), length);
                bytes.push(needle);
                bytes.extend_from_slice(b"\"\"\0\\\"\"\"\"\"\"");
                assert_eq!(special(&bytes, 0), length);
                assert_eq!(special(&bytes, length.min(3)), length);
            }
        }
        assert_eq!(special(b"", 0), 0);
        assert_eq!(special(b"a", 5), 1);
    }

    #[test]
    fn bytes_next_to_a_needle_do_not_confuse() {
        assert_eq!(special(&[0x23, 0x21, 0x5D, 0x5B, 0x01, 0x80, 0xFF, 0x22, 0], 0), 7);
    }
}
