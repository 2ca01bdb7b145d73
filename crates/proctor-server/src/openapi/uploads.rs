//! Uploads, as they can be read later.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{anything, count, list, named, nullable, tags, text, timestamp, uuid, word};
use crate::router::a;

pub(super) fn noun() -> Noun {
    let get = Operation::new(Method::GET, a("/suites/{suite}/uploads/{upload}"), "getUpload", "Uploads", Access::Scope(READ_SUITES))
        .summary("An upload and its receipt")
        .answers(200, "The upload.", &named("Upload"))
        .errors(&[503]);
    Noun { operations: vec![get], schemas: vec![("Upload", upload())] }
}

fn upload() -> Value {
    let line = Object::new("What was found.")
        .key("index", nullable(count("Which record, from 0; null: none of them.")))
        .key("reason_code", text("For programs."))
        .key("message", text("For people."))
        .schema();
    let notice = Object::new("What the sender should know.").key("message", text("")).key("detail", text("")).schema();
    Object::new("An upload with its receipt.")
        .key("id", uuid(""))
        .key("suite_id", uuid(""))
        .key("organization_id", uuid(""))
        .key("run_id", nullable(uuid("Null if the upload was refused before its run was known.")))
        .key("run_env", anything("As received."))
        .key("tags", tags("Of the upload."))
        .key("uploaded_at", timestamp("When it was received."))
        .key("format", nullable(text("What the results were in.")))
        .key("status", word(&["processing", "succeeded", "rejected", "failed"], "How far it came."))
        .key("reason_code", nullable(text("Why it was refused, for programs.")))
        .key("message", nullable(text("Why it was refused, for people.")))
        .key("queued", count("Executions taken in."))
        .key("skipped", count("Records left out."))
        .key("problems", list(&line, "Why records were left out."))
        .key("warnings", list(&line, "What was changed on the way in."))
        .key("warnings_total", count("Warnings, with those not listed."))
        .key("notices", list(&notice, "More."))
        .key("resends", count("How often the same bytes came again and were recognised."))
        .key("last_resent_at", nullable(timestamp("When they came last.")))
        .schema()
}
