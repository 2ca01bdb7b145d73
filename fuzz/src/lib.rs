//! What the targets share. Run one with `cargo +nightly fuzz run <target> <directory of reports>`.

use proctor_core::format::ReportFormat;
use proctor_core::receipt::{Notice, Rejection, Warning};
use proctor_core::record::{Record, RecordSink, TooManyRecords};
use proctor_formats::{ParseContext, parse};

/// Reads a document and checks what must hold whether or not it can be read.
pub fn read(format: ReportFormat, document: &[u8]) {
    let context = ParseContext { cwd: Some("/app"), test_runner: Some("pytest") };
    let _ = parse(format, document, &context, &mut Count(0));
}

/// Counts records, which must come in order, each once.
struct Count(u64);

impl Count {
    fn index(&mut self, index: u64) {
        assert_eq!(index, self.0, "an index is missing or came twice");
        self.0 += 1;
    }
}

impl RecordSink for Count {
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        self.index(index);
        assert!(!record.name.trim().is_empty() && !record.name.contains('\0'));
        assert!(record.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0));
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), TooManyRecords> {
        self.index(rejection.index);
        Ok(())
    }

    fn warn(&mut self, _warning: Warning) {}

    fn notice(&mut self, _notice: Notice) {}
}
