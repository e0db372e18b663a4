//! Finds and reads the file: `--config`, or `$XDG_CONFIG_HOME/kubectl-healthcheck/config.yaml`, or the same under
//! `~/.config`. Without a named file and without a file there, there is no profile; anything else is an error.

use super::error::without_secrets;
use super::webhook::{Webhook, webhooks};
use super::{At, Config, Error, Profile, Rules};
use crate::files;
use crate::finding::Catalog;
use crate::finding::command::quote;
use crate::text::suggest::suggestion;
use crate::text::{yaml_place, yaml_words};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// The largest file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// A place in a profile file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
}

impl Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl Place {
    pub(super) fn of<T>(path: &str, at: &At<T>) -> Self {
        Self { path: path.to_owned(), line: at.line, column: at.column }
    }

    pub(super) fn wrong(&self, text: impl Display, hint: Option<String>) -> Error {
        Error { place: self.to_string(), text: without_secrets(&text.to_string()), hint }
    }
}

/// The profile of a run.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Its name; empty without a profile.
    pub name: String,
    /// The path of its file.
    pub path: PathBuf,
    /// Its settings.
    pub profile: Profile,
    /// Its classes, mutes and links.
    pub rules: Rules,
    /// Its webhooks, in the order of the file.
    pub webhooks: Vec<Webhook>,
}

/// The environment variable that names the file if no flag does.
pub const VARIABLE: &str = "HEALTHCHECK_CONFIG";

/// Returns whether a name of a profile or a webhook needs no quotes in a shell or in YAML.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

/// Returns the default path of the file; `None` without a home directory.
pub fn default_path() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CONFIG_HOME").or_else(|| Some(std::env::home_dir()?.join(".config")))?;
    Some(base.join(crate::NAME).join("config.yaml"))
}

/// Reads the profile of a name, or the default profile of the file. Returns `None` if no file was named and the default
/// file does not exist.
///
/// # Errors
/// If the file cannot be read, is invalid, or has no such profile.
pub fn choose(config: Option<&Path>, name: Option<&str>, catalog: &Catalog) -> Result<Option<Chosen>, Error> {
    let Some(path) = config.map(Path::to_owned).or_else(default_path) else {
        return match name {
            None => Ok(None),
            Some(name) => {
                Err(Error { place: "~/.config".to_owned(), text: lacks(name), hint: writes(name, None) })
            }
        };
    };
    let shown = path.display().to_string();
    let text = match (read(&path), name) {
        (Ok(text), _) => text,
        (Err(error), None) if config.is_none() && is_absent(&path, &error) => return Ok(None),
        (Err(error), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            let hint = writes(name, config);
            return Err(Error { place: shown, text: crate::text::io_words(&error), hint });
        }
        (Err(error), _) => {
            return Err(Error { place: shown, text: crate::text::io_words(&error), hint: None });
        }
    };
    let mut file = parse(&shown, &text)?;
    let (name, place) = match (name, &file.default_profile) {
        (Some(name), _) => (name.to_owned(), shown.clone()),
        (None, Some(named)) => (named.value.clone(), Place::of(&shown, named).to_string()),
        (None, None) => return Ok(None),
    };
    let Some(profile) = file.profiles.remove(&name) else {
        let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
        let hint = suggestion(&name, &known).or_else(|| writes(&name, config));
        return Err(Error { place, text: lacks(&name), hint });
    };
    take(profile, path, name, catalog).map(Some)
}

fn lacks(name: &str) -> String {
    format!("no profile \"{name}\"")
}

/// Returns whether there is no file: it does not exist, or its folder is not one that this user can enter.
fn is_absent(path: &Path, error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    let is_hidden = || std::fs::metadata(path).is_err_and(|error| error.kind() == PermissionDenied);
    matches!(error.kind(), NotFound | NotADirectory) || is_hidden()
}

/// Returns the hint with the command that writes a profile of this name to the file.
fn writes(name: &str, config: Option<&Path>) -> Option<String> {
    let file = config.map(|path| format!(" --config {}", quote(&path.display().to_string())));
    let file = file.unwrap_or_default();
    is_plain(name).then(|| format!("\"kubectl healthcheck profile init {name}{file}\" writes one"))
}

fn take(profile: Profile, path: PathBuf, name: String, catalog: &Catalog) -> Result<Chosen, Error> {
    let shown = path.display().to_string();
    let (rules, webhooks) = (Rules::of(&profile, &shown, catalog)?, webhooks(&profile, &shown)?);
    Ok(Chosen { name, path, profile, rules, webhooks })
}

/// Reads the text of a profile file.
///
/// # Errors
/// If it cannot be read, is no text, or is too large for a profile.
pub fn read(path: &Path) -> io::Result<String> {
    let bytes = files::read(path, MOST_BYTES, "a profile")?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8 text"))
}

/// Reads the text of a profile file; errors name it by `path`.
///
/// # Errors
/// If it is not YAML, or a key or value is invalid.
pub fn parse(path: &str, text: &str) -> Result<Config, Error> {
    // A file with nothing but comments has no profile.
    let is_blank = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
    if text.lines().all(|line| is_blank(line.trim())) {
        return Ok(Config::default());
    }
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| reworded(path, &error))
}

/// Rewords an error of the parser.
fn reworded(path: &str, error: &serde_saphyr::Error) -> Error {
    use serde_saphyr::Error as Yaml;
    let error = error.without_snippet();
    let place = yaml_place(error).map_or_else(
        || path.to_owned(),
        |(line, column)| Place { path: path.to_owned(), line, column }.to_string(),
    );
    let (text, hint) = match error {
        Yaml::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown key \"{field}\""), suggestion(field, expected))
        }
        Yaml::DuplicateMappingKey { key: Some(key), .. } => (format!("the key \"{key}\" occurs twice"), None),
        Yaml::Unexpected { expected: "mapping start", .. } => ("expected keys and values".to_owned(), None),
        other => (yaml_words(other).to_string(), None),
    };
    Error { place, text: without_secrets(&text), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let error = parse("c.yaml", text).unwrap_err();
        format!("{error} | {}", error.hint.as_deref().unwrap_or_default())
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_place_and_a_suggestion() {
        assert_eq!(
            wrong("profiles:\n  pigo:\n    namespace: [a]\n"),
            "c.yaml:3:5: unknown key \"namespace\" | did you mean \"namespaces\"?"
        );
        assert_eq!(
            wrong("profiles:\n  pigo:\n    thresholds:\n      restarts: 3\n"),
            "c.yaml:4:7: unknown key \"restarts\" | did you mean \"restartsAttention\"?"
        );
        assert_eq!(
            wrong("profile: {}\n"),
            "c.yaml:1:1: unknown key \"profile\" | did you mean \"profiles\"?"
        );
    }

    #[test]
    fn malformed_yaml_and_wrong_types_are_named_with_their_place() {
        for (text, place) in [
            ("profiles: [\n", "c.yaml:"),
            ("profiles:\n  pigo:\n    namespaces: 3\n", "c.yaml:3:17: "),
            ("profiles:\n  pigo:\n    pageSize: many\n", "c.yaml:3:15: "),
            ("profiles:\n  a: {all: true}\n  a: {all: false}\n", "c.yaml:3:3: "),
        ] {
            let error = wrong(text);
            assert!(error.starts_with(place), "{text}: {error}");
            assert!(!error.contains("column"), "{error}");
        }
    }

    #[test]
    fn places_are_kept() {
        let config =
            parse("c.yaml", "profiles:\n  pigo:\n    namespaces:\n    - a\n    lang: zh-TW\n").unwrap();
        let profile = &config.profiles["pigo"];
        assert_eq!(profile.settings.get("lang").map(|at| (at.line, at.column)), Some((5, 11)));
        assert_eq!(profile.settings.get("namespace").map(|at| at.value.clone()), Some(vec!["a".to_owned()]));
    }

    #[test]
    fn a_file_of_comments_is_empty() {
        assert!(parse("c.yaml", "# nothing yet\n").unwrap().profiles.is_empty());
    }
}
