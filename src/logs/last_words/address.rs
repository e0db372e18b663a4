//! Whether a text names where a program connects to: `db:5432`, `/10.0.0.5:5432`, `https://shop.example`.

/// The ends of file names: with a number behind them they are places in a program.
pub(in super::super) const FILES: [&str; 14] =
    [".c", ".cc", ".cpp", ".cs", ".go", ".java", ".js", ".kt", ".mjs", ".php", ".py", ".rb", ".rs", ".ts"];

/// Returns whether a text has an address.
pub(super) fn has_address(text: &str) -> bool {
    text.contains("://")
        || text.split([' ', '(', ')', '[', ']', '"', '\'', ',', ';', '=', '|']).any(is_address)
}

/// Whether a word is a host with a port.
fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches('/').trim_end_matches([':', '.']);
    let Some((host, port)) = word.rsplit_once(':') else { return false };
    // `db/10.0.0.5:5432`, as Java writes it.
    let host = host.rsplit('/').next().unwrap_or_default();
    let is_port = (2..=5).contains(&port.len()) && port.chars().all(|c| c.is_ascii_digit());
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_named = host.contains(|c: char| c.is_ascii_alphabetic()) || host.matches('.').count() == 3;
    is_port && is_plain && is_named && !FILES.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_ports_are_addresses_and_places_in_programs_are_not() {
        for text in [
            "Failed to connect to db.example:5432",
            "Connect to db.example:5432 [db.example/10.0.0.5] failed",
            "dial tcp 10.0.0.5:5432: connect: connection refused",
            "cannot reach /10.0.0.5:6379.",
            "GET https://shop.example failed",
            "db/10.0.0.5:5432",
        ] {
            assert!(has_address(text), "{text}");
        }
        for text in [
            "Connection refused",
            "panicked at src/main.rs:12:10",
            "at run(Step1.java:112)",
            "2025-12-26 02:00:00 failed",
            "java.net.ConnectException: Connection refused",
            "error 111: refused",
            "line:7",
        ] {
            assert!(!has_address(text), "{text}");
        }
    }
}
