//! Character encodings.

use proctor_core::format::ReportFormat;

use crate::corpus;

const NAME: &str = "Grüße, naïve café";

fn name_in(bytes: &[u8]) -> String {
    let sink = corpus::read(ReportFormat::Junit, bytes).unwrap_or_else(|error| panic!("{error}: {bytes:?}"));
    sink.records[0].1.name.clone().into_owned()
}

fn document(encoding: &str) -> String {
    format!(r#"<?xml version="1.0" encoding="{encoding}"?><testsuite><testcase name="{NAME}"/></testsuite>"#)
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn declared_encodings_are_read() {
    assert_eq!(name_in(document("utf-8").as_bytes()), NAME);
    assert_eq!(name_in(&latin1(&document("ISO-8859-1"))), NAME);
    assert_eq!(name_in(&latin1(&document("windows-1252"))), NAME);
    let euro = b"<?xml version='1.0' encoding = 'Windows-1252' ?><testsuite><testcase name='\x80'/></testsuite>";
    assert_eq!(name_in(euro), "\u{20AC}");
    let shift_jis = b"<?xml version='1.0' encoding='Shift_JIS'?><testsuite><testcase name='\x83e\x83X\x83g'/></testsuite>";
    assert_eq!(name_in(shift_jis), "\u{30C6}\u{30B9}\u{30C8}");
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    for declared in ["utf-16", "UTF-8"] {
        let text = document(declared);
        let marked = format!("\u{FEFF}{text}");
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(name_in(&utf16(&text, to_bytes)), NAME);
            assert_eq!(name_in(&utf16(&marked, to_bytes)), NAME);
        }
    }
}

#[test]
fn wrong_declarations_are_overruled() {
    for declared in ["utf-16", "UTF-16LE", "ISO-8859-1", "no-such-encoding", "iso-2022-kr"] {
        assert_eq!(name_in(document(declared).as_bytes()), NAME, "UTF-8 declared as {declared}");
    }
    for declared in ["UTF-8", "utf-16"] {
        assert_eq!(name_in(&latin1(&document(declared))), NAME, "Latin-1 declared as {declared}");
    }
    let marked = format!("\u{FEFF}{}", document("ISO-8859-1"));
    assert_eq!(name_in(marked.as_bytes()), NAME, "the mark wins");
}

#[test]
fn what_is_no_character_becomes_a_replacement() {
    for (bytes, name) in
        [(&b"a\xFFb\xC3\xA9"[..], "a\u{FFFD}b\u{E9}"), (b"a \xFE b", "a \u{FFFD} b"), (b"a\x80b", "a\u{FFFD}b"), (b"a\0b", "a\u{FFFD}b")]
    {
        let document = [b"<testsuite><testcase name='", bytes, b"'/></testsuite>"].concat();
        assert_eq!(name_in(&document), name);
    }
    let mut half = utf16("<testsuite><testcase name='x'/></testsuite>", u16::to_le_bytes);
    let x = half.iter().rposition(|byte| *byte == b'x').unwrap();
    half.splice(x..x + 2, [0x00, 0xD8]);
    assert_eq!(name_in(&half), "\u{FFFD}", "half of a surrogate pair");
}

#[test]
fn json_is_read_in_every_flavour_of_unicode() {
    let text = format!(r#"[{{"name": "{NAME}", "result": "passed"}}]"#);
    let marked = format!("\u{FEFF}{text}");
    for bytes in [
        text.clone().into_bytes(),
        marked.clone().into_bytes(),
        utf16(&text, u16::to_le_bytes),
        utf16(&text, u16::to_be_bytes),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
    ] {
        let sink = corpus::read(ReportFormat::Json, &bytes).unwrap();
        assert_eq!(sink.records[0].1.name, NAME);
    }
}
