//! Recognising the volatile parts of a message. Every function looks at the start of a text and says how many bytes belong.

/// What begins at a place in a text.
pub(super) enum Lexeme {
    /// Replace it.
    Volatile { bytes: usize, mark: &'static str },
    /// Copy it as it is.
    Kept { bytes: usize },
}

/// What begins `rest`, which follows the character `before`. `None`: one ordinary character.
pub(super) fn at(before: Option<char>, rest: &str) -> Option<Lexeme> {
    let volatile = |found: Option<usize>, mark| found.map(|bytes| Lexeme::Volatile { bytes, mark });
    let starts_value = before.is_none_or(|before| before.is_whitespace() || "\"'`([{<>=,;:|".contains(before));
    if starts_value && let Some((bytes, mark)) = path(rest) {
        return Some(Lexeme::Volatile { bytes, mark });
    }
    if before.is_some_and(char::is_alphanumeric) {
        return digits_of_word(rest);
    }
    volatile(uuid(rest), "<uuid>")
        .or_else(|| volatile(time(rest), "<time>"))
        .or_else(|| volatile(duration(rest), "<duration>"))
        .or_else(|| volatile(hex(rest), "<hex>"))
        .or_else(|| volatile(random_id(rest), "<id>"))
        .or_else(|| volatile(number(rest, starts_value), "<n>"))
}

/// Digits that follow a letter: few belong to the word (`utf8`, `i32`), many are a number.
fn digits_of_word(rest: &str) -> Option<Lexeme> {
    match digits(rest) {
        0 => None,
        bytes @ (1 | 2) => Some(Lexeme::Kept { bytes }),
        bytes => Some(Lexeme::Volatile { bytes, mark: "<n>" }),
    }
}

fn digits(text: &str) -> usize {
    run(text, |byte| byte.is_ascii_digit())
}

fn run(text: &str, is_in: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_in(*byte)).count()
}

/// Whether `text` begins like `shape`, where `0` is any digit and `x` any hexadecimal one.
fn fits(text: &str, shape: &str) -> bool {
    text.len() >= shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'x' => byte.is_ascii_hexdigit(),
            wanted => byte == wanted,
        })
}

fn ends_word(text: &str, at: usize) -> Option<usize> {
    let is_over = text.get(at..)?.chars().next().is_none_or(|next| !next.is_alphanumeric());
    is_over.then_some(at)
}

fn uuid(text: &str) -> Option<usize> {
    const SHAPE: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if fits(text, SHAPE) { ends_word(text, SHAPE.len()) } else { None }
}

/// `0x…`, or seven or more hexadecimal digits with both letters and digits among them.
fn hex(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return Some(run(rest, |byte| byte.is_ascii_hexdigit())).filter(|bytes| *bytes > 0).map(|bytes| bytes + 2);
    }
    let bytes = run(text, |byte| byte.is_ascii_hexdigit());
    let word = &text[..bytes];
    let is_mixed = word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if bytes >= 7 && is_mixed { ends_word(text, bytes) } else { None }
}

/// A word of eight or more letters and digits that changes between the two at least three times.
fn random_id(text: &str) -> Option<usize> {
    let bytes = run(text, |byte| byte.is_ascii_alphanumeric());
    let word = &text.as_bytes()[..bytes];
    let changes = word.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    if bytes >= 8 && changes >= 3 { ends_word(text, bytes) } else { None }
}

/// A date, a date with a time, or a time with seconds.
fn time(text: &str) -> Option<usize> {
    if fits(text, "0000-00-00") {
        let clock = text[10..].strip_prefix(['T', 't', ' ']).and_then(|rest| clock(rest, "00:00"));
        return Some(clock.map_or(10, |bytes| 11 + bytes));
    }
    clock(text, "00:00:00").or_else(|| clock(text, "0:00:00"))
}

fn clock(text: &str, shape: &str) -> Option<usize> {
    if !fits(text, shape) {
        return None;
    }
    let mut at = shape.len();
    if shape.len() == 5 && fits(&text[at..], ":00") {
        at += 3;
    }
    if text[at..].starts_with(['.', ',']) {
        let fraction = digits(&text[at + 1..]);
        at += if fraction == 0 { 0 } else { fraction + 1 };
    }
    let zone = &text[at..];
    let spaced = zone.strip_prefix(' ').unwrap_or(zone);
    let zone_bytes = if zone.starts_with(['Z', 'z']) {
        1
    } else if fits(spaced, "+00:00") || fits(spaced, "-00:00") {
        zone.len() - spaced.len() + 6
    } else if fits(spaced, "+0000") || fits(spaced, "-0000") {
        zone.len() - spaced.len() + 5
    } else {
        0
    };
    Some(at + zone_bytes)
}

const UNITS: [&str; 22] = [
    "ns",
    "us",
    "µs",
    "μs",
    "ms",
    "s",
    "m",
    "h",
    "d",
    "sec",
    "secs",
    "second",
    "seconds",
    "min",
    "mins",
    "minute",
    "minutes",
    "hour",
    "hours",
    "millisecond",
    "milliseconds",
    "microseconds",
];

/// `1500ms`, `1h30m15s`, `1.5 seconds`. Units of one letter other than `s` stand without a blank.
fn duration(text: &str) -> Option<usize> {
    let mut at = decimal(text)?;
    if let Some(rest) = text[at..].strip_prefix(' ') {
        let bytes = letters(rest);
        let unit = &rest[..bytes];
        return if UNITS.contains(&unit) && (bytes > 1 || unit == "s") { ends_word(text, at + 1 + bytes) } else { None };
    }
    loop {
        let bytes = letters(&text[at..]);
        if !UNITS.contains(&&text[at..at + bytes]) {
            return None;
        }
        at += bytes;
        match decimal(&text[at..]) {
            Some(bytes) => at += bytes,
            None => return ends_word(text, at),
        }
    }
}

fn letters(text: &str) -> usize {
    text.find(|character: char| !character.is_alphabetic()).unwrap_or(text.len())
}

fn decimal(text: &str) -> Option<usize> {
    let whole = digits(text);
    if whole == 0 {
        return None;
    }
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    Some(if fraction == 0 { whole } else { whole + 1 + fraction })
}

/// Digits in groups (`1,000`, `3.11.2`, `1_000`), with sign and exponent.
fn number(text: &str, may_have_sign: bool) -> Option<usize> {
    let sign = usize::from(may_have_sign && text.starts_with(['-', '+']));
    let mut at = sign + digits(&text[sign..]);
    if at == sign {
        return None;
    }
    while text[at..].starts_with(['.', ',', '_']) && digits(&text[at + 1..]) > 0 {
        at += 1 + digits(&text[at + 1..]);
    }
    if let Some(rest) = text[at..].strip_prefix(['e', 'E']) {
        let power = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let bytes = digits(power);
        if bytes > 0 && ends_word(power, bytes).is_some() {
            at += 1 + (rest.len() - power.len()) + bytes;
        }
    }
    Some(at)
}

/// First parts of absolute paths that lead to files, not to routes of a web server.
const FILE_ROOTS: [&str; 24] = [
    "__w",
    "Users",
    "Volumes",
    "app",
    "build",
    "builds",
    "buildkite",
    "code",
    "data",
    "dev",
    "etc",
    "github",
    "home",
    "lib",
    "mnt",
    "nix",
    "opt",
    "proc",
    "root",
    "rustc",
    "srv",
    "usr",
    "work",
    "workspace",
];

/// The directory of a file, up to its name; all of it under a directory for temporary files, whose names are made up.
fn path(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let is_drive =
        bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'\\' | b'/'));
    let (root, is_surely_file) = match text {
        _ if text.starts_with("file:///") => (8, true),
        _ if is_drive => (3, true),
        _ if text.starts_with("./") || text.starts_with("~/") => (2, true),
        _ if text.starts_with("../") => (3, true),
        _ if text.starts_with('/') => (1, false),
        _ => return None,
    };
    let is_end = |character: char| character.is_whitespace() || "\"'`()[]{}<>,;:|?#=*".contains(character);
    let end = text[root..].find(is_end).map_or(text.len(), |end| root + end);
    let body = text[root..end].trim_end_matches(['.', '/', '\\']);
    let name_at = body.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let first = body.split(['/', '\\']).next().unwrap_or_default();
    if body.is_empty() || first.is_empty() {
        return None;
    }
    let is_temporary = (!is_drive && matches!(first, "tmp" | "var" | "private")) || body.contains("\\Temp\\");
    if is_temporary {
        return Some((root + body.len(), "<path>"));
    }
    let has_extension = body[name_at..].rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && (1..=5).contains(&extension.len()) && extension.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    (is_surely_file || has_extension || FILE_ROOTS.contains(&first)).then_some((root + name_at, "<path>/"))
}
