//! to be written (placeholder so that dependants compile)
use proctor_core::record::RecordSink;

use crate::error::ParseError;

pub(crate) fn parse(_document: &[u8], _sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    Ok(())
}
