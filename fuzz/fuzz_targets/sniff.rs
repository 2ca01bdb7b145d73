#![no_main]

use libfuzzer_sys::fuzz_target;
use proctor_formats::sniff;

fuzz_target!(|document: &[u8]| {
    let _ = (sniff::detect(document), sniff::describe(document));
});
