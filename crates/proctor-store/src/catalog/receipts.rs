//! Receipts as they stand in the column `receipt` of an upload: JSON with what the sender may fetch later.

use proctor_core::receipt::{Notice, RejectReason, Rejection};
use proctor_core::tags::TagSet;
use serde::{Deserialize, Serialize};

use super::uploads::{ReceiptLines, WarningLine};
use crate::StoreError;

#[derive(Default, Serialize, Deserialize)]
struct StoredReceipt {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<StoredProblem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<StoredWarning>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notices: Vec<StoredNotice>,
}

#[derive(Serialize, Deserialize)]
struct StoredProblem {
    index: u64,
    code: String,
    message: String,
}

#[derive(Serialize, Deserialize)]
struct StoredWarning {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    code: String,
    message: String,
}

#[derive(Serialize, Deserialize)]
struct StoredNotice {
    message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    detail: String,
}

/// The column's text; none when there is nothing to say.
pub(crate) fn receipt_text(lines: &ReceiptLines) -> Option<String> {
    let ReceiptLines { problems, skipped: _, warnings, warnings_total: _, notices } = lines;
    if problems.is_empty() && warnings.is_empty() && notices.is_empty() {
        return None;
    }
    let problem = |line: &Rejection| {
        let Rejection { index, reason, message } = line;
        StoredProblem { index: *index, code: reason.code().to_owned(), message: message.clone() }
    };
    let warning = |line: &WarningLine| {
        let WarningLine { index, code, message } = line;
        StoredWarning { index: *index, code: code.clone(), message: message.clone() }
    };
    let notice = |line: &Notice| {
        let Notice { message, detail } = line;
        StoredNotice { message: message.clone(), detail: detail.clone() }
    };
    let stored = StoredReceipt {
        problems: problems.iter().map(problem).collect(),
        warnings: warnings.iter().map(warning).collect(),
        notices: notices.iter().map(notice).collect(),
    };
    serde_json::to_string(&stored).ok()
}

/// Reads the column and the two counts beside it.
pub(super) fn receipt_of(text: Option<&str>, skipped: u64, warnings_total: u64) -> Result<ReceiptLines, StoreError> {
    let corrupt = |what: &dyn std::fmt::Display| StoreError::Corrupt(format!("receipt of an upload: {what}"));
    let stored = match text {
        None => StoredReceipt::default(),
        Some(text) => serde_json::from_str(text).map_err(|error| corrupt(&error))?,
    };
    let StoredReceipt { problems, warnings, notices } = stored;
    let problem = |line: StoredProblem| {
        let StoredProblem { index, code, message } = line;
        let reason = reason_of(&code).ok_or_else(|| corrupt(&code))?;
        Ok(Rejection { index, reason, message })
    };
    let warning = |StoredWarning { index, code, message }| WarningLine { index, code, message };
    Ok(ReceiptLines {
        problems: problems.into_iter().map(problem).collect::<Result<_, StoreError>>()?,
        skipped,
        warnings: warnings.into_iter().map(warning).collect(),
        warnings_total,
        notices: notices.into_iter().map(|StoredNotice { message, detail }| Notice { message, detail }).collect(),
    })
}

fn reason_of(code: &str) -> Option<RejectReason> {
    let all = [RejectReason::NameMissing, RejectReason::NotAnObject, RejectReason::IdentityTooLong, RejectReason::Unreadable];
    all.into_iter().find(|reason| reason.code() == code)
}

/// Tags as a JSON object; none when there is none.
pub(crate) fn tags_text(tags: &TagSet) -> Option<String> {
    if tags.is_empty() {
        return None;
    }
    let object: std::collections::BTreeMap<&str, &str> =
        tags.as_slice().iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    serde_json::to_string(&object).ok()
}
