//! to be written (placeholder so that dependants compile)
use proctor_core::record::RecordSink;

use crate::context::ParseContext;
use crate::error::ParseError;

pub(crate) fn parse(_document: &[u8], _context: &ParseContext<'_>, _sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    Ok(())
}
