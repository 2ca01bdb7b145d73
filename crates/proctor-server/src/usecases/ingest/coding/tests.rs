use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Decodes what comes in pieces of `piece` bytes.
fn decode(coding: Coding, sent: &[u8], piece: usize, max: u64) -> Result<Vec<u8>, Refusal> {
    let mut decoder = Decoder::new(coding, None, max);
    for mut piece in sent.chunks(piece) {
        while !piece.is_empty() {
            let taken = decoder.push(piece)?;
            piece = &piece[taken..];
        }
    }
    decoder.finish()
}

#[test]
fn names_of_codings() {
    for (value, coding) in [
        ("gzip", Some(Coding::Gzip)),
        ("X-GZIP", Some(Coding::Gzip)),
        ("", Some(Coding::Identity)),
        ("identity", Some(Coding::Identity)),
        ("identity, deflate", Some(Coding::Deflate)),
        ("gzip, gzip", None),
        ("br", None),
    ] {
        assert_eq!(Coding::from_header(value), coding, "{value}");
    }
}

#[test]
fn all_codings_in_pieces_of_any_size() {
    let text = b"{\"data\": []}".repeat(10_000);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&text).unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(&text).unwrap();
    let several = [gzip(&text[..7]), gzip(&text[7..])].concat();
    let sent = [
        (Coding::Identity, text.clone()),
        (Coding::Gzip, gzip(&text)),
        (Coding::Gzip, several),
        (Coding::Deflate, zlib.finish().unwrap()),
        (Coding::Deflate, bare.finish().unwrap()),
    ];
    for (coding, sent) in sent {
        for piece in [1, 3, 1_000, usize::MAX] {
            assert!(decode(coding, &sent, piece, 1 << 20).unwrap() == text, "{coding:?} in pieces of {piece}");
        }
    }
}

// contract: uploads 8
#[test]
fn cut_or_followed_by_garbage_or_too_large() {
    let sent = gzip(&b"x".repeat(1 << 20));
    for end in [0, 1, 9, 10, 100, sent.len() - 9, sent.len() - 8, sent.len() - 1] {
        assert!(matches!(decode(Coding::Gzip, &sent[..end], 50, 1 << 20), Err(Refusal::Malformed(_))), "cut at {end}");
    }
    let with_garbage = [&sent[..], b"garbage"].concat();
    assert!(matches!(decode(Coding::Gzip, &with_garbage, usize::MAX, 1 << 20), Err(Refusal::Malformed(_))));
    assert!(decode(Coding::Gzip, &sent, usize::MAX, 1 << 20).is_ok());
    assert!(matches!(decode(Coding::Gzip, &sent, usize::MAX, (1 << 20) - 1), Err(Refusal::DecodedBodyTooLarge { .. })));
    assert!(matches!(decode(Coding::Identity, &[0; 11], 3, 10), Err(Refusal::DecodedBodyTooLarge { .. })));
    assert!(matches!(decode(Coding::Deflate, b"\x78", 1, 10), Err(Refusal::Malformed(_))));
}
