//! An upload as a multipart form: the fields, then the file, written while it is read.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proctor_core::format::ReportFormat;
use proctor_core::id::Uuid;

/// The fields of the form beside the file.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    boundary: String,
    fields: Vec<(String, String)>,
    file_name: String,
}

impl Form {
    /// A form with these fields.
    pub(crate) fn new(format: ReportFormat, run_env: &[(&str, String)], tags: &[(String, String)], file_name: &str) -> Self {
        let format = std::iter::once(("format".to_owned(), format.as_str().to_owned()));
        let run_env = run_env.iter().map(|(key, value)| (format!("run_env[{key}]"), value.clone()));
        let tags = tags.iter().map(|(key, value)| (format!("tags[{key}]"), value.clone()));
        Self {
            boundary: format!("proctor-{}", Uuid::new_v4().simple()),
            fields: format.chain(run_env).chain(tags).collect(),
            file_name: file_name.to_owned(),
        }
    }

    /// The content type that goes with it.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Writes the form, gzip-compressed. The fields come first, so that the server knows the run before the results arrive.
    ///
    /// # Errors
    /// When `report` cannot be read or `out` takes no more.
    pub(crate) fn write(&self, mut report: impl Read, out: impl Write) -> io::Result<()> {
        let mut out = GzEncoder::new(out, Compression::fast());
        let Self { boundary, fields, file_name } = self;
        for (name, value) in fields {
            let name = quoted(name);
            write!(out, "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")?;
        }
        let file_name = quoted(file_name);
        write!(out, "--{boundary}\r\nContent-Disposition: form-data; name=\"data\"; filename=\"{file_name}\"\r\n")?;
        write!(out, "Content-Type: application/octet-stream\r\n\r\n")?;
        io::copy(&mut report, &mut out)?;
        write!(out, "\r\n--{boundary}--\r\n")?;
        out.finish()?.flush()
    }
}

/// A parameter of a header as browsers write it in forms.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_before_the_file() {
        let form = Form::new(ReportFormat::Junit, &[("key", "k".to_owned())], &[("team".to_owned(), "a b".to_owned())], "a\".xml");
        let mut packed = Vec::new();
        form.write(&b"<testsuite/>"[..], &mut packed).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        let boundary = form.content_type().split_once("boundary=").unwrap().1.to_owned();
        let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
        assert_eq!(parts.len(), 6);
        assert!(parts[1].contains("name=\"format\"\r\n\r\njunit\r\n"));
        assert!(parts[2].contains("name=\"run_env[key]\"\r\n\r\nk\r\n"));
        assert!(parts[3].contains("name=\"tags[team]\"\r\n\r\na b\r\n"));
        assert!(parts[4].contains("name=\"data\"; filename=\"a%22.xml\"\r\n") && parts[4].ends_with("\r\n\r\n<testsuite/>\r\n"));
        assert_eq!(parts[5], "--\r\n");
    }
}
