#![no_main]

use libfuzzer_sys::fuzz_target;
use proctor_core::format::ReportFormat;

fuzz_target!(|document: &[u8]| proctor_fuzz::read(ReportFormat::Json, document));
