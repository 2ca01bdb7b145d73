//! The reader against serde_json and against hostile texts.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Fault, JsonError, Kind, Reader};

/// Reads a value with the reader into serde_json's tree.
fn value(reader: &mut Reader<'_>) -> Result<Value, JsonError> {
    Ok(match reader.peek()? {
        Kind::Object => {
            let mut map = Map::new();
            reader.enter_object()?;
            while let Some(key) = reader.key()? {
                let value = value(reader)?;
                map.insert(key.into_owned(), value);
            }
            Value::Object(map)
        }
        Kind::Array => {
            let mut items = Vec::new();
            reader.enter_array()?;
            while reader.item()? {
                items.push(value(reader)?);
            }
            Value::Array(items)
        }
        Kind::String => Value::String(reader.string()?.into_owned()),
        Kind::Number => {
            let offset = reader.offset();
            let number = reader.number()?;
            let text = Reader::at(reader.text, offset).number_text()?;
            assert_eq!(Some(number), text.parse().ok(), "{text}");
            serde_json::from_str(text).unwrap_or(Value::Null)
        }
        Kind::Bool => Value::Bool(reader.boolean()?),
        Kind::Null => {
            reader.null()?;
            Value::Null
        }
    })
}

fn read(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader::new(text);
    let value = value(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn skip(text: &str) -> Result<(), JsonError> {
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u32..1_000_000).prop_map(|n| Value::from(f64::from(n) / 1000.0)),
        "[^\0]{0,40}".prop_map(Value::from),
        "[a-z\"\\\\\n\u{1F600}é]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[^\0]{0,6}", inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_serde_json(expected in json(), is_pretty in any::<bool>()) {
        let text = if is_pretty { serde_json::to_string_pretty(&expected) } else { serde_json::to_string(&expected) };
        let text = text.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let expected: Value = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read(&text), Ok(expected));
        prop_assert_eq!(skip(&text), Ok(()));
    }

    #[test]
    fn broken_texts_are_judged_as_serde_json_does(expected in json(), at in any::<prop::sample::Index>(), piece in "[\\[\\]{}\",:0-9eE.+-tfnul\\\\ ]{0,3}") {
        let mut text = expected.to_string();
        let mut start = at.index(text.len() + 1);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let end = text[start..].char_indices().nth(1).map_or(text.len(), |(length, _)| start + length);
        text.replace_range(start..end, &piece);
        let is_read = read(&text).is_ok();
        prop_assert_eq!(is_read, skip(&text).is_ok());
        if serde_json::from_str::<Value>(&text).is_ok() {
            prop_assert!(is_read);
        } else if is_read {
            // What only this reader takes: half surrogates, and numbers beyond `f64`.
            prop_assert!(text.contains("\\u") || text.contains(['e', 'E']));
        }
    }

    #[test]
    fn arbitrary_texts_do_not_panic(text in "[\\[\\]{}\",:0-9eE.+\\-tfnulsaNIity\\\\ \0\u{1b}é]{0,60}") {
        prop_assert_eq!(read(&text).is_ok(), skip(&text).is_ok());
    }
}

#[test]
fn numbers_are_exact() {
    for text in [
        "0",
        "-0",
        "0.1",
        "1e22",
        "1e23",
        "123456789012345678",
        "9007199254740993",
        "0.00016975402832031251",
        "4.35e-7",
        "1e400",
        "-1e-400",
        "1795476540009",
        "0.3",
        "1.7976931348623157e308",
        "5e-324",
        "123456789012345678901234567890",
        "0.000000000000000000000000000001",
        "1e99999999999",
        "0e99999999999",
        "1E+2",
        "12345678901234567890.5e-3",
    ] {
        let number = Reader::new(text).number();
        assert_eq!(number.map(f64::to_bits), Ok(text.parse::<f64>().unwrap_or(0.0).to_bits()), "{text}");
    }
    for text in ["-", "01", "1.", ".5", "1e", "1e+", "+1", "-a", "0x1"] {
        assert!(skip(text).is_err(), "{text}");
    }
    assert_eq!(Reader::new("NaN").number().map(f64::is_nan), Ok(true));
    assert_eq!(Reader::new("-Infinity").number(), Ok(f64::NEG_INFINITY));
}

// contract: uploads 40
#[test]
fn what_is_no_character_becomes_a_replacement() {
    for (text, expected) in [
        (r#""\u0000""#, "\u{FFFD}"),
        ("\"a\0b\"", "a\u{FFFD}b"),
        (r#""\ud800""#, "\u{FFFD}"),
        (r#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"),
        (r#""\ud800\u0041""#, "\u{FFFD}A"),
        (r#""\ud800\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
        (r#""\ud83d\ude00\n\/\"""#, "\u{1F600}\n/\""),
        ("\"a\nb\u{1b}\tc\"", "a\nb\u{1b}\tc"),
    ] {
        assert_eq!(Reader::new(text).string().as_deref(), Ok(expected), "{text}");
        assert_eq!(skip(text), Ok(()), "{text}");
    }
    for text in [r#""\x""#, r#""\u12g4""#, r#""\u12"#, "\"\\", "\"abc"] {
        assert!(Reader::new(text).string().is_err(), "{text}");
        assert!(skip(text).is_err(), "{text}");
    }
}

#[test]
fn nesting_ends_at_a_bound_and_not_in_the_stack() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(skip(&deep(4096)), Ok(()));
    assert_eq!(skip(&deep(4097)).map_err(|error| error.fault), Err(Fault::TooDeep));
    assert_eq!(skip(&deep(50_000)).map_err(|error| error.fault), Err(Fault::TooDeep));
    let mut reader = Reader::new("[[");
    assert!(reader.enter_array().is_ok() && reader.item() == Ok(true));
    assert_eq!(reader.skip().map_err(|error| error.fault), Err(Fault::EndOfText));
}

#[test]
fn of_equal_keys_the_last_counts_and_null_is_absent() {
    let mut reader = Reader::new(r#"{"a":1,"b":null,"a":2,"\u0063":3,"d":[{}]} x"#);
    let found = reader.fields(["a", "b", "c", "e"]).map(|found| found.map(|slot| slot.and_then(super::Slot::number)));
    assert_eq!(found, Ok([Some(2.0), None, Some(3.0), None]));
    assert_eq!(reader.end(), Err(JsonError { fault: Fault::Expected("the end of the document"), offset: 43 }));
}
