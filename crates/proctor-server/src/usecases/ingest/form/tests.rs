use super::*;

const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a\\\"; name=x.json\"\r\nContent-Type: a/b\r\n\r\n[]\r\n--bc\r\n\
    \r\n--b\r\ncontent-disposition: form-data; name=run_env[key]\r\n\r\n\r\n--b \r\nContent-Disposition:form-data;name=\"tags[a\\\"b]\"\r\n\r\n--b\r\n\
    Content-Disposition: form-data; name=\"x\"\r\n\r\na\r\n--b--\r\nepilogue";

fn parts(form: &[u8], piece: usize) -> Result<Vec<(String, String)>, Refusal> {
    let mut scanner = FormScanner::new("b");
    for end in (0..form.len()).step_by(piece) {
        scanner.advance(&form[..end])?;
    }
    let parts = scanner.finish(form)?;
    Ok(parts.iter().map(|part| (part.name.clone(), part.text(form).into_owned())).collect())
}

#[test]
fn parts_in_pieces_of_any_size() {
    let expected =
        [("data", "[]\r\n--bc\r\n"), ("run_env[key]", ""), ("tags[a\"b]", ""), ("x", "a")].map(|(n, t)| (n.to_owned(), t.to_owned()));
    for piece in [1, 2, 7, 1_000] {
        assert_eq!(parts(FORM.as_bytes(), piece).unwrap(), expected, "pieces of {piece}");
        let with_preamble = format!("preamble --b\r\n{FORM}");
        assert_eq!(parts(with_preamble.as_bytes(), piece).unwrap(), expected, "pieces of {piece}");
    }
}

#[test]
fn a_form_without_its_end_is_malformed_wherever_it_is_cut() {
    let end = FORM.len() - "-\r\nepilogue".len();
    for cut in 0..end {
        assert!(matches!(parts(&FORM.as_bytes()[..cut], 1_000), Err(Refusal::Malformed(_))), "cut at {cut}");
    }
    assert!(parts(&FORM.as_bytes()[..=end], 1_000).is_ok());
}

#[test]
fn fields_have_bounds() {
    let field = |name: &str, bytes: usize| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", "x".repeat(bytes)).into_bytes()
    };
    let end = b"--b--\r\n".to_vec();
    let many = [field("a", 1).repeat(401), end.clone()].concat();
    assert!(matches!(parts(&many, 10_000), Err(Refusal::TooManyFields)));
    assert_eq!(parts(&[field("a", 1).repeat(400), end.clone()].concat(), 10_000).unwrap().len(), 400);
    let long = [field("run_env[message]", limits::FIELD_BYTES_MAX + 1), end.clone()].concat();
    assert!(matches!(parts(&long, 100_000), Err(Refusal::FieldTooLong { field }) if field == "run_env[message]"));
    assert!(parts(&[field("data", limits::FIELD_BYTES_MAX + 1), end].concat(), 100_000).is_ok());
}

#[test]
fn boundaries() {
    for (content_type, boundary) in [
        ("multipart/form-data; boundary=abc", Some("abc")),
        ("multipart/form-data; charset=utf-8; Boundary=\"a b\"", Some("a b")),
        ("multipart/form-data; boundary=----=_a/b", Some("----=_a/b")),
        ("multipart/form-data", None),
        ("multipart/form-data; boundary=", None),
    ] {
        assert_eq!(boundary_of(content_type).as_deref(), boundary, "{content_type}");
    }
}

#[test]
fn text_is_repaired() {
    let body = b"a\0\xFFb";
    let part = Part { name: String::new(), content: 0..4 };
    assert_eq!(part.text(body), "a\u{FFFD}\u{FFFD}b");
}
