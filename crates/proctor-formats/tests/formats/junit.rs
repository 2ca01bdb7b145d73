//! JUnit XML.

use proctor_core::format::ReportFormat;

use crate::corpus::{self, ExpectedCounts};

#[test]
fn dump() {
    for (path, e) in corpus::expectations() {
        if !path.starts_with("junit/") || path.ends_with(".gz") { continue; }
        let r = corpus::read(ReportFormat::Junit, &corpus::shared_file(&format!("corpus/{path}")));
        match (&r, e.counts) {
            (Ok(s), Some(c)) if ExpectedCounts::found(s) == c => {}
            (Ok(s), c) => println!("{path}: {c:?} tolerant {:?}\n   found {:?} rej {} warn {:?} notice {:?}", e.tolerant, ExpectedCounts::found(s), s.rejections.len(), s.warnings.iter().filter(|w|w.index.is_none()).collect::<Vec<_>>(), s.notices),
            (Err(x), c) => println!("{path}: {c:?} {:?}\n   ERR {x}", e.tolerant),
        }
    }
}
