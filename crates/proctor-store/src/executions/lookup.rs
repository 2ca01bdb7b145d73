//! The value of a tag key for each row, by lookups in small tables: nothing is compared per row.

use proctor_core::derived_tags::{RunEnvTag, TagOrigin};
use rustc_hash::FxHashMap;

use super::block::{Block, BlockUpload, TextCodes};
use super::question::Facts;

/// What the values of one key map to. Of the steps, the first with an answer counts.
#[derive(Debug)]
pub(super) struct Lookup<'b, T> {
    /// By upload, before sent tags; empty: no upload says anything.
    pub(super) leading: Vec<Option<T>>,
    /// By tag set; empty: none has the key.
    pub(super) sent: Vec<Option<T>>,
    /// What is left.
    pub(super) last: Last<'b, T>,
}

/// The last step.
#[derive(Debug)]
pub(super) enum Last<'b, T> {
    /// By upload.
    Upload(Vec<T>),
    /// By the code of a text.
    Text(&'b TextCodes, Vec<T>),
    /// By upload, then by position in it; the rest has no value.
    Later(Vec<Option<FxHashMap<u32, T>>>, T),
}

impl<'b, T: Copy> Lookup<'b, T> {
    /// Maps every value that `key` has in `block`.
    pub(super) fn of(key: &str, block: &'b Block, facts: &Facts, mut map: impl FnMut(Option<&str>) -> T) -> Self {
        let origin = TagOrigin::of(key);
        let none = map(None);
        let mut sent: Vec<Option<T>> = block.tag_sets.iter().map(|tags| tags.get(key).map(|value| map(Some(value)))).collect();
        if origin == TagOrigin::Later || sent.iter().all(Option::is_none) {
            sent.clear();
        }
        let mut leading = Vec::new();
        let last = match origin {
            TagOrigin::Sent => Last::Upload(vec![none; block.uploads.len()]),
            TagOrigin::RunEnvThenSent(tag) => {
                let of_upload = |upload| of_upload(upload, facts, tag).map(|value| map(Some(value)));
                leading = block.uploads.iter().map(of_upload).collect();
                Last::Upload(block.uploads.iter().map(|upload| of_run(upload, facts, tag).map_or(none, |value| map(Some(value)))).collect())
            }
            TagOrigin::SentThenRunEnv(tag) => {
                let of_upload = |upload| of_upload(upload, facts, tag).map_or(none, |value| map(Some(value)));
                Last::Upload(block.uploads.iter().map(of_upload).collect())
            }
            TagOrigin::SentThenFile => of_text(block.file_name.as_ref(), block, none, map),
            TagOrigin::SentThenSelector => of_text(block.selector.as_ref(), block, none, map),
            TagOrigin::Later => {
                let of_upload = |upload: &BlockUpload| {
                    let later = facts.later.get(&upload.seq)?;
                    Some(later.iter().map(|(index, tags)| (*index, map(tags.get(key)))).collect())
                };
                Last::Later(block.uploads.iter().map(of_upload).collect(), none)
            }
        };
        Self { leading, sent, last }
    }

    /// What a row maps to.
    pub(super) fn get(&self, block: &Block, row: usize) -> T {
        let upload = block.upload.get(row);
        if let Some(Some(value)) = self.leading.get(upload) {
            return *value;
        }
        if !self.sent.is_empty()
            && let Some(value) = self.sent[block.tag_set.get(row)]
        {
            return value;
        }
        match &self.last {
            Last::Upload(values) => values[upload],
            Last::Text(codes, values) => values[codes.code(row)],
            Last::Later(values, none) => {
                let value = values[upload].as_ref().and_then(|values| values.get(&block.index_of(row)));
                value.copied().unwrap_or(*none)
            }
        }
    }

    /// The value of each upload, if that is all that counts.
    pub(super) fn by_upload(&self) -> Option<Vec<T>> {
        let Last::Upload(last) = &self.last else { return None };
        if self.leading.is_empty() {
            return self.sent.is_empty().then(|| last.clone());
        }
        let is_enough = self.sent.is_empty() || self.leading.iter().all(Option::is_some);
        is_enough.then(|| self.leading.iter().zip(last).map(|(leading, last)| leading.unwrap_or(*last)).collect())
    }

    /// The value of each tag set, if that is all that counts. `last`: what all uploads have in common.
    pub(super) fn by_tag_set(&self) -> Option<Vec<T>>
    where
        T: PartialEq,
    {
        if self.sent.is_empty() || self.leading.iter().any(Option::is_some) {
            return None;
        }
        if let Some(all) = self.sent.iter().copied().collect::<Option<Vec<T>>>() {
            return Some(all);
        }
        let Last::Upload(last) = &self.last else { return None };
        let first = *last.first()?;
        last.iter().all(|value| *value == first).then(|| self.sent.iter().map(|value| value.unwrap_or(first)).collect())
    }
}

fn of_text<'b, T: Copy>(codes: Option<&'b TextCodes>, block: &Block, none: T, mut map: impl FnMut(Option<&str>) -> T) -> Last<'b, T> {
    match codes {
        None => Last::Upload(vec![none; block.uploads.len()]),
        Some(codes) => Last::Text(codes, codes.values.iter().map(|value| map(Some(value))).chain([none]).collect()),
    }
}

fn of_upload<'a>(upload: &'a BlockUpload, facts: &'a Facts, tag: RunEnvTag) -> Option<&'a str> {
    match tag {
        RunEnvTag::Branch => upload.branch.as_deref(),
        RunEnvTag::CommitSha => upload.commit_sha.as_deref(),
        _ => facts.run_env.get(&upload.seq)?.get(tag),
    }
}

fn of_run<'a>(upload: &'a BlockUpload, facts: &'a Facts, tag: RunEnvTag) -> Option<&'a str> {
    match tag {
        RunEnvTag::Branch => facts.branch(upload),
        RunEnvTag::CommitSha => facts.commit_sha(upload),
        _ => None,
    }
}
