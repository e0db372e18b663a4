//! The profile file: its lock, its text with a new profile, and writing it.

use super::super::super::Failure;
use crate::files;
use crate::policy::profile::{self, Config};
use crate::text::io_words;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Words that YAML reads as something else than a text.
const RESERVED: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Returns the name of a profile as a key in YAML: in quotes if it would be read as a number, a switch or nothing.
pub(super) fn key(name: &str) -> String {
    let is_word = name.starts_with(char::is_alphabetic) && !RESERVED.contains(&name.to_lowercase().as_str());
    if is_word { name.to_owned() } else { format!("\"{name}\"") }
}

/// Returns the text of the file, if it exists and has no profile of this name.
pub(super) fn existing(path: &Path, name: &str) -> Result<Option<String>, Failure> {
    let shown = path.display().to_string();
    let text = match profile::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(&shown, &error)),
    };
    if profile::parse(&shown, &text)?.profiles.contains_key(name) {
        let hint = "remove it from the file, choose another name, or print the new one with --config -";
        return Err(Failure::new(format!("{shown} already has a profile \"{name}\"")).with_hint(hint));
    }
    Ok(Some(text))
}

/// Adds a profile to the file, which may not exist. Runs that add other profiles at the same time wait. Returns after the
/// file was read again and has the profile.
pub(super) fn add(path: &Path, name: &str, block: &str) -> Result<(), Failure> {
    let shown = path.display().to_string();
    let fail = |error: io::Error| cannot(&shown, &error);
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    // A link and its target are one file.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let _lock = Lock::of(&path).map_err(fail)?;
    let before = existing(&path, name)?;
    let text = added(&shown, before.as_deref(), block, name)?;
    files::write(&path, before.is_none(), |out| out.write_all(text.as_bytes())).map_err(fail)?;
    let is_file = std::fs::metadata(&path).is_ok_and(|known| known.is_file());
    if is_file && !profile::read(&path).is_ok_and(|now| now == text) {
        return Err(Failure::new(format!("{shown} was changed by another program and may lack the profile")));
    }
    Ok(())
}

fn cannot(shown: &str, error: &io::Error) -> Failure {
    Failure::new(format!("{shown}: {}", io_words(error)))
}

/// Returns the text of the file with the new profile at its end. Everything else stays as it is, including comments. Fails if
/// the new text would not contain the same profiles and the new one.
fn added(shown: &str, before: Option<&str>, block: &str, name: &str) -> Result<String, Failure> {
    let before = before.filter(|text| !text.trim().is_empty());
    let (old, text) = if let Some(before) = before {
        (profile::parse(shown, before)?, appended(before, block))
    } else {
        let head = "# Profiles of kubectl-healthcheck\nprofiles:\n";
        (Config::default(), format!("{head}{}", indented(block, "  ")))
    };
    let names = |config: &Config| config.profiles.keys().cloned().collect::<Vec<_>>();
    let mut wanted = names(&old);
    wanted.push(name.to_owned());
    wanted.sort();
    match profile::parse(shown, &text) {
        Ok(new) if names(&new) == wanted => Ok(text),
        _ => Err(Failure::new(format!("cannot add a profile at the end of {shown}"))
            .with_hint("print it with --config - and add it under \"profiles:\" by hand")),
    }
}

/// Returns a text with a profile at its end, indented like the other profiles.
fn appended(before: &str, block: &str) -> String {
    let empty = before.lines().find(|line| line.trim_end() == "profiles: {}");
    let before = empty.map_or_else(|| before.to_owned(), |line| before.replacen(line, "profiles:", 1));
    let by = before.lines().skip_while(|line| !line.starts_with("profiles:")).skip(1);
    let by = by.map(|line| line.split_at(line.len() - line.trim_start().len()));
    let by = by.filter(|(_, rest)| !rest.is_empty() && !rest.starts_with('#')).map(|(space, _)| space).next();
    let head = if before.lines().any(|line| line.starts_with("profiles:")) { "" } else { "profiles:\n" };
    let end = if before.ends_with('\n') { "" } else { "\n" };
    let by = by.filter(|space| !space.is_empty()).unwrap_or("  ");
    format!("{before}{end}{head}{}", indented(block, by))
}

/// Indents each line.
pub(super) fn indented(text: &str, by: &str) -> String {
    text.lines().flat_map(|line| [by, line, "\n"]).collect()
}

/// The lock of a file that is read, changed and replaced: a file next to it, which is removed at the end.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the lock of a file. Devices need none.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
            return Ok(None);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let path = path.with_file_name(format!(".{name}.lock"));
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            match file.lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Some(Self { path, _file: file })),
                // The run that held the lock has removed it.
                Ok(()) => {}
                // A file system without locks.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Lock {
    /// Removes the file while the lock is held. Where an open file cannot be removed, it stays.
    fn drop(&mut self) {
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a path still leads to an open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |known: std::fs::Metadata| (known.dev(), known.ino());
    let known = file.metadata().ok().map(of);
    known.is_some() && known == std::fs::metadata(path).ok().map(of)
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_to(path: &Path, name: &str) -> Result<(), Failure> {
        add(path, name, &format!("{}:\n  all: true\n", key(name)))
    }

    fn names(path: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap();
        profile::parse("c.yaml", &text).unwrap().profiles.into_keys().collect()
    }

    #[test]
    fn a_name_is_a_text_in_every_file() {
        let folder = tempfile::tempdir().unwrap();
        let all = "null Null NULL true False yes No on OFF y 1 1e3 0x1f 1.5 .nan .inf -1 --- ... - _ a 生產 2026-11-29 \
                   1_000 0o7 prod-eu.1";
        let together = folder.path().join("together.yaml");
        for (index, name) in all.split_whitespace().enumerate() {
            assert!(profile::is_plain(name), "{name}");
            let alone = folder.path().join(format!("{index}.yaml"));
            add_to(&alone, name).unwrap();
            assert_eq!(names(&alone), [name]);
            add_to(&together, name).unwrap();
            assert!(names(&together).iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn a_profile_is_added_to_a_file_without_profiles() {
        let folder = tempfile::tempdir().unwrap();
        let empty =
            ["", "# ours\n", "profiles:\n", "profiles:", "profiles: # ours\n", "profiles: {}\n", "---\n"];
        for (index, before) in empty.into_iter().enumerate() {
            let path = folder.path().join(format!("{index}.yaml"));
            std::fs::write(&path, before).unwrap();
            let done = add_to(&path, "a").map_err(|failure| failure.line);
            assert_eq!((done, names(&path)), (Ok(()), vec!["a".to_owned()]), "{before}");
        }
        let path = folder.path().join("null.yaml");
        std::fs::write(&path, "profiles: null\n").unwrap();
        assert!(add_to(&path, "a").unwrap_err().line.contains("cannot add a profile at the end"));
    }

    #[test]
    fn no_profile_is_lost_when_several_are_added_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.yaml");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let path = &path;
                scope.spawn(move || add_to(path, &format!("p{number}")).unwrap());
            }
        });
        assert_eq!(names(&path).len(), 16);
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(add_to(&path, "p3").unwrap_err().line.contains("already has a profile \"p3\""));
    }
}
