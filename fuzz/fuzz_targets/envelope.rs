#![no_main]

use libfuzzer_sys::fuzz_target;
use proctor_formats::envelope::EnvelopeScanner;

// The first byte says how many bytes arrive at once; the cuts must not matter.
fuzz_target!(|input: &[u8]| {
    let Some((chunk, body)) = input.split_first() else { return };
    let mut scanner = EnvelopeScanner::new();
    for end in (0..body.len()).step_by(usize::from(*chunk) + 1) {
        if scanner.advance(&body[..end]).is_err() {
            assert!(EnvelopeScanner::new().finish(body).is_err());
            return;
        }
        let _ = scanner.run_env(&body[..end]);
    }
    assert_eq!(scanner.finish(body), EnvelopeScanner::new().finish(body));
});
