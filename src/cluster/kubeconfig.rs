//! The kubeconfig as client-go reads it: `--kubeconfig`, else the files of `KUBECONFIG`, else `~/.kube/config`.
//! Of several files the first that names a thing wins, and files that do not exist are skipped.

use super::Error;
use kube::config::{Kubeconfig, KubeconfigError};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Reads and merges the kubeconfig. An empty one means that there is none.
pub(super) fn load(explicit: Option<&Path>) -> Result<Kubeconfig, Error> {
    if let Some(path) = explicit {
        std::fs::metadata(path)
            .map_err(|e| Error::Config(format!("stat {}: {}", path.display(), plain(&e))))?;
        return read(path);
    }
    let mut merged = Kubeconfig::default();
    let mut seen = BTreeSet::new();
    for path in paths().into_iter().filter(|path| seen.insert(path.clone())) {
        if !path.exists() {
            continue;
        }
        let name = path.display().to_string();
        merged = merged.merge(read(&path)?).map_err(|e| Error::Config(format!("{name}: {e}")))?;
    }
    Ok(merged)
}

fn paths() -> Vec<PathBuf> {
    let listed = std::env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
    match listed {
        Some(value) => std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => std::env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
    }
}

fn read(path: &Path) -> Result<Kubeconfig, Error> {
    let refuse =
        |reason: String| Error::Config(format!("error loading config file \"{}\": {reason}", path.display()));
    let mut config = Kubeconfig::read_from(path).map_err(|error| match error {
        KubeconfigError::ReadConfig(io, _) => refuse(format!("open {}: {}", path.display(), plain(&io))),
        KubeconfigError::Parse(yaml) => refuse(first_line(&yaml.to_string())),
        other => refuse(other.to_string()),
    })?;
    // As in Go, where an empty string is no value.
    config.current_context = config.current_context.filter(|name| !name.is_empty());
    Ok(config)
}

/// The parser draws the place in the file over several lines; its first says what and where. A kubeconfig may
/// hold secrets, which an error must not quote.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// An I/O error in the system's words, as Go prints it: without `(os error 2)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    words.to_lowercase()
}
