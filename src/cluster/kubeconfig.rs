//! Reads the kubeconfig as client-go does: `--kubeconfig`, the files of `KUBECONFIG`, or `~/.kube/config`. If several files
//! define a name, the first one wins. Files of `KUBECONFIG` that do not exist are skipped.

mod shape;

use super::{ConnectOptions, Error};
use crate::files;
use kube::config::Kubeconfig;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shape::{Shape, reworded};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The largest kubeconfig: thousands of clusters with their certificates.
const MOST_BYTES: u64 = 16 << 20;

/// Reads and merges the kubeconfig; empty if there is none.
pub(crate) fn load(explicit: Option<&Path>) -> Result<Kubeconfig, Error> {
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

/// Returns a text that is the same as long as the kubeconfig and the options are. It contains secrets.
///
/// # Errors
/// If the kubeconfig cannot be read.
pub fn fingerprint(options: &ConnectOptions) -> Result<String, Error> {
    let kubeconfig = load(options.kubeconfig.as_deref())?;
    let mut whole = format!("{options:?}\n");
    // Another token in the same file is another account.
    for user in kubeconfig.auth_infos.iter().filter_map(|user| user.auth_info.as_ref()) {
        let paths = [&user.token_file, &user.client_certificate, &user.client_key];
        for path in paths.into_iter().flatten().filter(|path| Path::new(path).is_file()) {
            let bytes = files::read(Path::new(path), MOST_BYTES, "a credential").unwrap_or_default();
            whole += path;
            whole += &String::from_utf8_lossy(&bytes);
        }
    }
    whole += &serde_json::to_string(&kubeconfig).map_err(|error| Error::Config(error.to_string()))?;
    Ok(whole)
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
    let bytes = files::read(path, MOST_BYTES, "a kubeconfig")
        .map_err(|error| refuse(format!("open {}: {}", path.display(), plain(&error))))?;
    of_bytes(&bytes, path.parent().unwrap_or(Path::new("")), &refuse)
}

/// Reads the documents of a kubeconfig in a folder.
fn of_bytes(bytes: &[u8], folder: &Path, refuse: &dyn Fn(String) -> Error) -> Result<Kubeconfig, Error> {
    let mut merged = Kubeconfig::default();
    // Errors do not quote the file, which may contain secrets.
    let _: Vec<Option<Shape>> = parse(bytes).map_err(refuse)?;
    let documents: Vec<Value> = parse(bytes).map_err(refuse)?;
    for mut document in documents.into_iter().filter(|document| !document.is_null()) {
        complete(&mut document);
        let other = |_| refuse("the content does not have the form of a kubeconfig".to_owned());
        let mut config: Kubeconfig = serde_json::from_value(document).map_err(other)?;
        // As in Go, an empty string is no value.
        config.current_context = config.current_context.filter(|name| !name.is_empty());
        resolve(&mut config, folder);
        merged = merged.merge(config).map_err(|error| refuse(error.to_string()))?;
    }
    Ok(merged)
}

/// Parses the documents of a file.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_slice_multiple_with_options(bytes, options).map_err(|error| reworded(&error))
}

/// Adds the empty cluster to a context without one: the client library requires it, client-go does not.
fn complete(document: &mut Value) {
    let contexts = document.get_mut("contexts").and_then(Value::as_array_mut);
    for named in contexts.into_iter().flatten() {
        if let Some(context) = named.get_mut("context").and_then(Value::as_object_mut) {
            context.entry("cluster").or_insert_with(|| Value::String(String::new()));
        }
    }
}

/// Makes paths absolute: they are relative to the folder of the kubeconfig. The command of a plugin is a path only if it
/// contains a separator.
fn resolve(config: &mut Kubeconfig, folder: &Path) {
    let absolute = |file: &mut Option<String>| {
        if let Some(name) = file.as_mut().filter(|name| !name.is_empty() && Path::new(name).is_relative()) {
            *name = folder.join(&*name).display().to_string();
        }
    };
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
        let is_path = |name: &String| name.contains(std::path::MAIN_SEPARATOR);
        if let Some(exec) = user.exec.as_mut().filter(|exec| exec.command.as_ref().is_some_and(is_path)) {
            absolute(&mut exec.command);
        }
    }
}

/// Returns the text of an I/O error as Go prints it: without a capital letter and `(os error 2)`.
fn plain(error: &io::Error) -> String {
    let text = crate::text::io_words(error);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(bytes: &[u8]) {
    let _ = of_bytes(bytes, Path::new("/home/user/.kube"), &|reason| Error::Config(reason));
}

#[cfg(test)]
mod tests;
