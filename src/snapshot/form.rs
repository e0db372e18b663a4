//! What a text is, by its first bytes.

use super::archive::HEAD;

/// Whether a text is an array of objects, or empty.
pub(super) fn is_array(head: &[u8]) -> bool {
    let mut words = head.iter().filter(|byte| !byte.is_ascii_whitespace()).skip(1);
    matches!(words.next(), Some(b'{' | b']'))
}

/// Returns the command of kubectl that writes such texts for readers.
pub(super) fn kubectl_output(head: &[u8]) -> Option<&'static str> {
    let head = String::from_utf8_lossy(head.get(..HEAD).unwrap_or(head));
    let has_line = |start: &str| head.lines().any(|line| line.starts_with(start));
    let first = head.lines().next().unwrap_or_default();
    let columns = ["NAME", "NAMESPACE"].contains(&first.split_whitespace().next().unwrap_or_default());
    if first.starts_with("Name: ")
        && ["Namespace: ", "Labels: ", "Annotations: "].iter().any(|line| has_line(line))
    {
        Some("describe")
    } else if columns && first.split_whitespace().any(|column| matches!(column, "AGE" | "STATUS")) {
        Some("get")
    } else {
        None
    }
}
