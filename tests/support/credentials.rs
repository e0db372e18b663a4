//! The table of credentials, for unit tests and tests of the binary.

/// A credential of the table: the text, and the parts of it that must not be shown.
pub struct Case {
    pub text: String,
    pub secrets: Vec<String>,
}

/// Reads a table of tests/fixtures.
pub fn table(name: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let is_case = |line: &&str| !line.trim().is_empty() && !line.starts_with("# ");
    let lines = text.lines().filter(is_case);
    lines
        .map(|line| {
            line.replace('⏎', "\n").replace('⇥', "\t").replace('␛', "\u{1b}").replace('⌇', "\u{200b}")
        })
        .collect()
}

/// Draws characters, the same for the same seed.
fn drawn(kind: char, length: usize, seed: usize) -> String {
    let alphabet = match kind {
        'u' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        'l' => "abcdefghijklmnopqrstuvwxyz0123456789",
        'h' => "0123456789abcdef",
        'd' => "1234567890",
        'b' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        'k' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
        _ => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    };
    let mut state = seed as u64 * 2 + 1;
    let mut next = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        alphabet.as_bytes()[usize::try_from(state >> 40).unwrap() % alphabet.len()] as char
    };
    (0..length).map(|_| next()).collect()
}

/// Replaces `{w20}` by 20 drawn letters and digits.
fn expanded(text: &str, seed: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((start, after)) = rest.split_once('{') {
        out.push_str(start);
        let (inside, tail) = after.split_once('}').unwrap_or((after, ""));
        match inside.get(1..).map(str::parse::<usize>) {
            Some(Ok(length)) if inside.starts_with(|c| "ulhdbkw".contains(c)) => {
                out.push_str(&drawn(inside.chars().next().unwrap(), length, seed + out.len()));
                rest = tail;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// Returns the credentials of the table.
pub fn credentials() -> Vec<Case> {
    let mut cases = Vec::new();
    for (seed, line) in table("credentials.tsv").iter().enumerate() {
        let (_, text) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
        let (mut whole, mut secrets) = (String::new(), Vec::new());
        let mut rest = text;
        while let Some((start, after)) = rest.split_once("[[") {
            let (secret, tail) = after.split_once("]]").unwrap_or_else(|| panic!("no end: {line}"));
            let secret = expanded(secret, seed + 1000 * secrets.len());
            whole += &expanded(start, seed);
            whole += &secret;
            secrets.push(secret);
            rest = tail;
        }
        assert!(!secrets.is_empty(), "no secret: {line}");
        cases.push(Case { text: whole + &expanded(rest, seed), secrets });
    }
    cases
}

/// The parts of a secret that a reader could use: its words of three characters.
pub fn parts(secret: &str) -> Vec<&str> {
    let words: Vec<&str> =
        secret.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2).collect();
    if words.is_empty() { vec![secret] } else { words }
}
