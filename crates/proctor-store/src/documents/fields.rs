//! Reads the keys of a JSON object, and collects what is wrong with all of them.

use serde_json::{Map, Value};

/// The keys of one object. What has been read is no longer there, so that [`Self::finish`] finds the unknown ones.
pub(super) struct Fields<'r> {
    object: Map<String, Value>,
    /// Where the object stands: `monitor.`, or nothing at the top.
    place: String,
    known: Vec<&'static str>,
    reasons: &'r mut Vec<String>,
}

impl<'r> Fields<'r> {
    pub(super) const fn new(object: Map<String, Value>, place: String, reasons: &'r mut Vec<String>) -> Self {
        Self { object, place, known: Vec::new(), reasons }
    }

    /// Notes what is wrong with a key.
    pub(super) fn wrong(&mut self, key: &str, what: &str) {
        self.reasons.push(format!("{}{key} {what}", self.place));
    }

    /// Notes what is wrong, in words that name the key already.
    pub(super) fn wrong_as(&mut self, what: &dyn std::fmt::Display) {
        self.reasons.push(format!("{}{what}", self.place));
    }

    /// What a key is called in remarks.
    pub(super) fn place_of(&self, key: &str) -> String {
        format!("{}{key}", self.place)
    }

    pub(super) fn reasons(&mut self) -> &mut Vec<String> {
        self.reasons
    }

    /// The value of `key`; null counts as absent.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.object.remove(key).filter(|value| !value.is_null())
    }

    /// Whether `key` is there, be it null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.object.contains_key(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            _ => {
                self.wrong(key, "must be a string");
                None
            }
        }
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.wrong(key, "must be true or false");
                None
            }
        }
    }

    pub(super) fn number(&mut self, key: &'static str, into: &mut f64) {
        if let Some(value) = self.take(key) {
            match value.as_f64().filter(|number| number.is_finite()) {
                Some(number) => *into = number,
                None => self.wrong(key, "must be a number"),
            }
        }
    }

    /// A whole number from 0 on. One that does not fit is taken for the largest that does: it is out of bounds too, and the settings know
    /// their bounds.
    pub(super) fn whole<T: TryFrom<u64>>(&mut self, key: &'static str, into: &mut T) {
        if let Some(value) = self.take(key) {
            let largest = || [u32::MAX.into(), u16::MAX.into(), u8::MAX.into()].into_iter().find_map(|max: u64| T::try_from(max).ok());
            match value.as_u64().and_then(|number| T::try_from(number).ok().or_else(largest)) {
                Some(number) => *into = number,
                None => self.wrong(key, "must be a whole number, 0 or more"),
            }
        }
    }

    /// As [`Self::whole`]; null or absent is `None`, unless `into` has a value and the key is absent.
    pub(super) fn maybe_whole<T: TryFrom<u64> + Default>(&mut self, key: &'static str, into: &mut Option<T>) {
        if !self.has(key) {
            self.known.push(key);
            return;
        }
        if self.object.get(key).is_some_and(Value::is_null) {
            self.take(key);
            *into = None;
            return;
        }
        let mut number = T::default();
        self.whole(key, &mut number);
        *into = Some(number);
    }

    /// One of a few words.
    pub(super) fn word<T>(&mut self, key: &'static str, words: &[&str], from_word: impl Fn(&str) -> Option<T>) -> Option<T> {
        let word = self.text(key)?;
        let value = from_word(&word);
        if value.is_none() {
            self.wrong(key, &format!("must be one of {}", words.join(", ")));
        }
        value
    }

    pub(super) fn array(&mut self, key: &'static str) -> Option<Vec<Value>> {
        match self.take(key)? {
            Value::Array(items) => Some(items),
            _ => {
                self.wrong(key, "must be an array");
                None
            }
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let items = self.array(key)?;
        let texts: Option<Vec<String>> = items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect();
        if texts.is_none() {
            self.wrong(key, "must be an array of strings");
        }
        texts
    }

    /// Ends with a remark about the first key that nobody asked for.
    pub(super) fn finish(self) {
        if let Some(key) = self.object.keys().next() {
            let key = proctor_core::text::cut(key, 64);
            self.reasons.push(format!("{}{key} is not a setting here; settings are {}", self.place, self.known.join(", ")));
        }
    }
}

/// The object that a value is, or a remark.
pub(super) fn object(value: Value, name: &str, reasons: &mut Vec<String>) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object),
        _ => {
            reasons.push(format!("{name} must be an object"));
            None
        }
    }
}
