//! The envelope scanner (`uploads.md`, 3.1 and section 4).

use std::borrow::Cow;

use proctor_formats::ParseError;
use proctor_formats::envelope::{Envelope, EnvelopeData, EnvelopeScanner, looks_like_envelope, run_env_entry_of_text};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::corpus::shared_file;

fn scan(body: &[u8]) -> Result<Envelope<'_>, ParseError> {
    EnvelopeScanner::new().finish(body)
}

fn utf16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

const BODY: &str = r#" {"data" : [{"name":"a\"]}","x":[{}]}], "unknown":{"a":[1,"]"]}, "tags":{"a":"x","n":1,"o":{},"z":null,"a":"y"},
    "format":"junit","run_env":{"key":"k\u00e9","CI":null,"n":1.50,"b":true,"o":{"a": 1},"l":["x"]} } "#;

#[test]
fn all_parts_are_found_in_any_order() {
    let envelope = scan(BODY.as_bytes()).unwrap();
    assert_eq!(envelope.format.as_deref(), Some("junit"));
    assert_eq!(envelope.tags, [("a", "y"), ("n", "1")].map(|(key, value)| (key.into(), value.into())));
    assert_eq!(envelope.tags_not_text, ["o"]);
    assert_eq!(envelope.data, EnvelopeData::Json(Cow::Borrowed(br#"[{"name":"a\"]}","x":[{}]}]"#)));
    let entries: Vec<_> = envelope.run_env.entries().iter().map(|entry| (&*entry.key, &*entry.text, &*entry.json)).collect();
    assert_eq!(
        entries,
        [
            ("key", "ké", "\"ké\""),
            ("CI", "", "null"),
            ("n", "1.50", "1.50"),
            ("b", "true", "true"),
            ("o", r#"{"a":1}"#, r#"{"a":1}"#),
            ("l", r#"["x"]"#, r#"["x"]"#),
        ]
    );
}

// contract: uploads 6, 24
#[test]
fn run_env_is_known_before_the_data_is() {
    let body = br#"{"run_env":{"key":"k"},"data":[{"name":"n"}]}"#;
    let end = body.iter().position(|byte| *byte == b'}').unwrap() + 1;
    let mut scanner = EnvelopeScanner::new();
    scanner.advance(&body[..end - 1]).unwrap();
    assert_eq!(scanner.run_env(&body[..end - 1]), None);
    scanner.advance(&body[..end]).unwrap();
    assert_eq!(scanner.run_env(&body[..end]).unwrap().key(), Some("k"));
    assert_eq!(scanner.finish(body).unwrap().run_env.key(), Some("k"));
}

#[test]
fn of_equal_keys_the_last_counts() {
    let envelope = scan(br#"{"run_env":{"key":"a"},"data":[1],"data":"<x\/>","run_env":{"key":"b"},"f\u006frmat":"junit"}"#).unwrap();
    assert_eq!((envelope.run_env.key(), envelope.format.as_deref()), (Some("b"), Some("junit")));
    assert_eq!(envelope.data, EnvelopeData::Text("<x/>".into()));
    for (body, data) in [
        (&br#"{}"#[..], EnvelopeData::Missing),
        (br#"{"data":null,"tags":null,"run_env":null,"format":null}"#, EnvelopeData::Missing),
        (br#"{"data":-1.5}"#, EnvelopeData::Scalar),
        (br#"{"data":true,"tags":5,"run_env":"x","format":7}"#, EnvelopeData::Scalar),
        (br#"{"data":{"a":[]}}"#, EnvelopeData::Json(Cow::Borrowed(br#"{"a":[]}"#))),
    ] {
        let envelope = scan(body).unwrap();
        assert_eq!((envelope.data, envelope.format, envelope.tags, envelope.run_env.entries()), (data, None, vec![], &[][..]));
    }
}

// contract: uploads 15
#[test]
fn broken_envelopes_are_refused_with_their_place() {
    for (body, message) in [
        ("", "the JSON text ends inside a value at line 1 column 1"),
        ("[]", "expected an object at line 1 column 1"),
        ("[1,2,3]", "expected an object at line 1 column 1"),
        ("{\"data\":[1,2}", "expected the bracket that closes the value at line 1 column 13"),
        ("{\"data\":[1,2]", "the JSON text ends inside a value at line 1 column 14"),
        ("{\"data\":\"x", "the JSON text ends inside a value at line 1 column 11"),
        ("{\"data\":\"\\q\"}", "unknown escape in a JSON string at line 1 column 10"),
        ("{\"data\" [] }", "expected `:` at line 1 column 9"),
        ("{\"data\":[],}", "expected a key in double quotes at line 1 column 12"),
        ("{\"data\":[]} x", "expected the end of the body at line 1 column 13"),
        ("{\"data\":[]}{}", "expected the end of the body at line 1 column 12"),
        ("{\"a\":tru,\"data\":[]}", "expected a value at line 1 column 6"),
        ("{\n\"run_env\":{\"key\" 1}}", "expected `:` at line 2 column 18"),
        ("{\"a\":{\"b\":1,},\"data\":[]}", "expected a key in double quotes at line 1 column 13"),
        ("{\"a\":1x}", "expected the end of the document at line 1 column 7"),
    ] {
        assert_eq!(scan(body.as_bytes()).unwrap_err().to_string(), message, "{body}");
    }
    let deep = format!("{{\"data\":{}", "[".repeat(50_000));
    assert!(matches!(scan(deep.as_bytes()), Err(ParseError::TooDeep { .. })));
}

#[test]
fn other_encodings_are_read_at_the_end() {
    let expected = scan(BODY.as_bytes()).unwrap();
    for mark in [false, true] {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let body = utf16(BODY.trim_start(), mark, to_bytes);
            let mut scanner = EnvelopeScanner::new();
            scanner.advance(&body).unwrap();
            assert_eq!(scanner.run_env(&body), None);
            assert_eq!(scanner.finish(&body).unwrap(), expected);
            assert!(looks_like_envelope(&body));
        }
    }
    let marked = format!("\u{FEFF}{BODY}");
    assert_eq!(scan(marked.as_bytes()).unwrap(), expected);
    let invalid = scan(b"{\"format\":\"\xFFjson\",\"tags\":{\"a\":\"\xC3\"},\"run_env\":{\"key\":\"\xE9\"},\"data\":\"\xFE\"}").unwrap();
    assert_eq!(invalid.format.as_deref(), Some("\u{FFFD}json"));
    assert_eq!((invalid.tags[0].1.as_ref(), invalid.run_env.key()), ("\u{FFFD}", Some("\u{FFFD}")));
    assert_eq!(invalid.data, EnvelopeData::Text("\u{FFFD}".into()));
}

#[test]
fn form_fields_make_entries() {
    let entry = run_env_entry_of_text("message", "a \"b\"\n\u{1}☃\\");
    assert_eq!((&*entry.key, &*entry.text), ("message", "a \"b\"\n\u{1}☃\\"));
    assert_eq!(serde_json::from_str::<String>(&entry.json).unwrap(), entry.text);
    assert!(looks_like_envelope(b" \n{\"data\":[]}") && looks_like_envelope(b"\xEF\xBB\xBF{}"));
    assert!(!looks_like_envelope(b"[{}]") && !looks_like_envelope(b"") && !looks_like_envelope(b"<x>{"));
}

#[test]
fn control_characters_in_run_env_become_proper_json() {
    let envelope = scan(b"{\"run_env\":{\"key\":\"a\nb\",\"o\":{\"x\":\"\t\\ud800\"}}}").unwrap();
    for entry in envelope.run_env.entries() {
        serde_json::from_str::<serde_json::Value>(&entry.json).unwrap();
    }
    assert_eq!(envelope.run_env.key(), Some("a\nb"));
}

#[test]
fn a_huge_run_env_takes_no_quadratic_time() {
    let entries: Vec<_> = (0..100_000).map(|n| format!("\"k{n}\":\"v\"")).collect();
    let body = format!("{{\"run_env\":{{{0}}},\"tags\":{{{0}}}}}", entries.join(","));
    let envelope = scan(body.as_bytes()).unwrap();
    assert_eq!(envelope.run_env.entries().len(), proctor_core::limits::RUN_ENV_ENTRIES_MAX + 1);
    assert_eq!(envelope.tags.len(), 100_000);
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\\"",
        "\"data\":",
        "\"run_env\":{\"key\":\"k\"}",
        "\"tags\":{\"a\":1}",
        "\"format\":\"json\"",
        "[1,\"]\"]",
        "null",
        "1.5",
        " ",
        "\n",
        "é",
        "\0",
        "\u{FEFF}",
        "{}",
        "[]",
        "x",
    ]);
    prop_oneof![
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..64),
        Just(BODY.as_bytes().to_vec()),
        Just(shared_file("captures/written-by-hand/swift-1.body.json")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cuts_between_chunks_do_not_matter(body in pieces(), wrapped in any::<bool>(), cuts in prop::collection::vec(any::<Index>(), 0..12)) {
        let body = if wrapped { [b"{\"data\":".as_slice(), &body, b"}"].concat() } else { body };
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        ends.sort_unstable();
        let whole = scan(&body);
        let mut scanner = EnvelopeScanner::new();
        for end in ends {
            if let Err(error) = scanner.advance(&body[..end]) {
                // A fault is the same fault, however early it is seen; only what has not arrived yet may be worse.
                prop_assert!(whole.is_err(), "{error}");
                return Ok(());
            }
            let _ = scanner.run_env(&body[..end]);
        }
        prop_assert_eq!(scanner.finish(&body), whole);
    }
}
