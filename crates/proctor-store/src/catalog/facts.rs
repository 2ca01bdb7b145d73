//! What questions must know about uploads beside their executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use proctor_core::derived_tags::{RunEnvTag, RunEnvTags, TagOrigin};
use proctor_core::id::{RunId, SuiteId};
use proctor_core::run_env::{RunEnv, RunEnvEntry};
use proctor_core::tags::TagSet;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::RawValue;
use sqlx::AnyConnection;

use crate::StoreError;
use crate::database::{Columns, Connections, Engine, Statement, Value};
use crate::executions::{BlockUpload, Facts, QueryLimits, Question, RunFacts, UploadSeq, read_tags};

/// Rows that one statement asks for by name.
const NAMED_ROWS_MAX: usize = 500;
/// What one execution with `mut.*` tags takes in memory, at the least.
const LATER_BYTES: usize = 200;

/// Loads what `question` needs to know of the uploads that it may concern, and nothing else.
pub(crate) async fn facts_for<'u>(
    connections: &Connections,
    question: &Question,
    uploads: impl Iterator<Item = &'u BlockUpload> + Clone + Send,
    limits: QueryLimits,
) -> Result<Facts, StoreError> {
    let mut facts = Facts::default();
    let origins: Vec<TagOrigin> = question.origins().collect();
    let asks_for = |tag| origins.contains(&TagOrigin::RunEnvThenSent(tag));
    let needs_branch = question.looks_at_branches();
    let needs_commit = question.looks_at_commits || asks_for(RunEnvTag::CommitSha);
    let is_silent = |upload: &&BlockUpload| needs_branch && upload.branch.is_none() || needs_commit && upload.commit_sha.is_none();
    let silent: FxHashSet<RunId> = uploads.clone().filter(is_silent).map(|upload| upload.run).collect();
    let needs_run_env = origins.iter().any(|origin| match origin {
        TagOrigin::RunEnvThenSent(tag) => !matches!(tag, RunEnvTag::Branch | RunEnvTag::CommitSha),
        TagOrigin::SentThenRunEnv(_) => true,
        _ => false,
    });
    let needs_later = origins.contains(&TagOrigin::Later);
    if silent.is_empty() && !needs_run_env && !needs_later {
        return Ok(facts);
    }
    let seqs: Vec<UploadSeq> = uploads.map(|upload| upload.seq).collect();
    let engine = connections.engine();
    let mut connection = connections.read().await?;
    if !silent.is_empty() {
        facts.runs = run_facts(&mut connection, engine, silent).await?;
    }
    if needs_run_env {
        facts.run_env = run_env_tags(&mut connection, engine, question.suite, &seqs).await?;
    }
    if needs_later {
        let rows_max = limits.memory_bytes_max / LATER_BYTES;
        facts.later = later_between(&mut connection, question.suite, &seqs, rows_max).await?.ok_or_else(|| limits.memory_exceeded())?;
    }
    Ok(facts)
}

/// Branch and commit of runs.
pub(crate) async fn run_facts(
    connection: &mut AnyConnection,
    engine: Engine,
    runs: FxHashSet<RunId>,
) -> Result<FxHashMap<RunId, RunFacts>, StoreError> {
    let runs: Vec<RunId> = runs.into_iter().collect();
    let mut facts = FxHashMap::default();
    for some in runs.chunks(NAMED_ROWS_MAX) {
        let mut select = Statement::built(engine, "SELECT id, branch, commit_sha FROM runs WHERE id IN ");
        select.list(some.iter().map(|run| Value::from(run.bytes())));
        for row in select.all(connection).await? {
            let text = |column| Ok::<_, StoreError>(row.maybe_text(column)?.map(Arc::from));
            facts.insert(row.id("id", RunId::from_bytes)?, RunFacts { branch: text("branch")?, commit_sha: text("commit_sha")? });
        }
    }
    Ok(facts)
}

async fn run_env_tags(
    connection: &mut AnyConnection,
    engine: Engine,
    suite: SuiteId,
    seqs: &[UploadSeq],
) -> Result<FxHashMap<UploadSeq, RunEnvTags>, StoreError> {
    let mut tags = FxHashMap::default();
    for some in seqs.chunks(NAMED_ROWS_MAX) {
        let mut select = Statement::built(engine, "SELECT seq, run_env FROM uploads WHERE suite_id = ");
        select.value(suite.bytes()).push(" AND seq IN ").list(some.iter().map(|seq| Value::from(seq.0)));
        for row in select.all(connection).await? {
            if let Some(run_env) = row.maybe_text("run_env")? {
                tags.insert(UploadSeq(row.int("seq")?), RunEnvTags::of(&read_run_env(&run_env)?));
            }
        }
    }
    Ok(tags)
}

/// Reads `run_env` as it is stored: an object of JSON values.
fn read_run_env(text: &str) -> Result<RunEnv, StoreError> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt(format!("run_env of an upload: {error}"));
    let entries: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(corrupt)?;
    let entry = |(key, json): (String, &RawValue)| {
        let json = json.get();
        let text = match json {
            "null" => String::new(),
            _ if json.starts_with('"') => serde_json::from_str(json).map_err(corrupt)?,
            _ => json.to_owned(),
        };
        Ok(RunEnvEntry { key, text, json: json.to_owned() })
    };
    Ok(RunEnv::new(entries.into_iter().map(entry).collect::<Result<Vec<_>, StoreError>>()?))
}

/// The `mut.*` tags of executions of these uploads, by index; `None`: there are more than `rows_max`.
async fn later_between(
    connection: &mut AnyConnection,
    suite: SuiteId,
    seqs: &[UploadSeq],
    rows_max: usize,
) -> Result<Option<FxHashMap<UploadSeq, FxHashMap<u32, TagSet>>>, StoreError> {
    let mut later: FxHashMap<UploadSeq, FxHashMap<u32, TagSet>> = FxHashMap::default();
    let (Some(first), Some(last)) = (seqs.iter().min(), seqs.iter().max()) else { return Ok(Some(later)) };
    let select = Statement::fixed(
        "SELECT upload_seq, idx, tags FROM execution_tags WHERE suite_id = $1 AND upload_seq >= $2 AND upload_seq <= $3 LIMIT $4",
    );
    let bound = i64::try_from(rows_max).unwrap_or(i64::MAX).saturating_add(1);
    let rows = select.with(suite.bytes()).with(first.0).with(last.0).with(bound).all(connection).await?;
    if rows.len() > rows_max {
        return Ok(None);
    }
    for row in rows {
        let (seq, index) = place_of(&row)?;
        later.entry(seq).or_default().insert(index, read_tags(&row.text("tags")?)?);
    }
    Ok(Some(later))
}

/// The `mut.*` tags of single executions. Gives those of a few others too.
pub(crate) async fn later_tags(
    connection: &mut AnyConnection,
    engine: Engine,
    suite: SuiteId,
    executions: &[(UploadSeq, u32)],
) -> Result<FxHashMap<(UploadSeq, u32), TagSet>, StoreError> {
    let mut later = FxHashMap::default();
    for some in executions.chunks(NAMED_ROWS_MAX) {
        let seqs: FxHashSet<UploadSeq> = some.iter().map(|(seq, _)| *seq).collect();
        let indexes: FxHashSet<u32> = some.iter().map(|(_, index)| *index).collect();
        let mut select = Statement::built(engine, "SELECT upload_seq, idx, tags FROM execution_tags WHERE suite_id = ");
        select.value(suite.bytes()).push(" AND upload_seq IN ").list(seqs.iter().map(|seq| Value::from(seq.0)));
        select.push(" AND idx IN ").list(indexes.iter().map(|index| Value::from(*index)));
        for row in select.all(connection).await? {
            later.insert(place_of(&row)?, read_tags(&row.text("tags")?)?);
        }
    }
    Ok(later)
}

fn place_of(row: &sqlx::any::AnyRow) -> Result<(UploadSeq, u32), StoreError> {
    let index = u32::try_from(row.int("idx")?).map_err(|_| StoreError::Corrupt("position of an execution with tags".to_owned()))?;
    Ok((UploadSeq(row.int("upload_seq")?), index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_env_is_read_as_text() {
        let read = read_run_env(r#"{"key":"k\"1","number":7.10,"debug":true,"url":null,"more":{"a":[1]}}"#).unwrap();
        let text = |key| read.get(key).map(str::to_owned);
        assert_eq!(text("key").as_deref(), Some("k\"1"));
        assert_eq!(text("number").as_deref(), Some("7.10"));
        assert_eq!(text("debug").as_deref(), Some("true"));
        assert_eq!(text("url"), None);
        assert_eq!(text("more").as_deref(), Some(r#"{"a":[1]}"#));
        assert!(read_run_env("[]").is_err());
    }
}
