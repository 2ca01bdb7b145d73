//! Character encodings of documents: bytes in, text out, nothing copied when the bytes are valid UTF-8 already.
//!
//! Nothing here fails. A byte that its encoding does not know becomes U+FFFD, and so does NUL (`uploads.md`, section 6.4).

mod text;
mod xml;

pub(crate) use text::to_text;
pub(crate) use xml::xml_to_text;
