//! Which contexts of the kubeconfig a run uses.

use super::{ConnectOptions, Error, kubeconfig};
use globset::Glob;

/// Returns the contexts that the options select: each name or pattern in turn, in the order of the kubeconfig. Without a
/// selection it is one empty name, for the current context.
///
/// # Errors
/// If the kubeconfig cannot be read, or a name or pattern matches none of its contexts.
pub fn contexts(options: &ConnectOptions) -> Result<Vec<String>, Error> {
    if options.contexts.is_empty() && !options.all_contexts {
        return Ok(vec![String::new()]);
    }
    let known = kubeconfig::load(options.kubeconfig.as_deref())?.contexts;
    let known: Vec<&str> = known.iter().map(|named| named.name.as_str()).collect();
    if known.is_empty() && options.all_contexts {
        return Err(Error::Config("the kubeconfig has no contexts".to_owned()));
    }
    let mut chosen: Vec<String> = Vec::new();
    let all = options.all_contexts.then(|| "*".to_owned());
    for wanted in options.contexts.iter().chain(&all) {
        // A comma or a star may be part of a name.
        let parts: Vec<&str> = if known.contains(&wanted.as_str()) {
            vec![wanted]
        } else {
            wanted.split(',').filter(|part| !part.is_empty()).collect()
        };
        if parts.is_empty() {
            return Err(Error::Config(format!("\"{wanted}\" is not a context name")));
        }
        for part in parts {
            for name in matching(part, &known)? {
                if !chosen.contains(&name) {
                    chosen.push(name);
                }
            }
        }
    }
    Ok(chosen)
}

/// Returns the context of this name, or those that match it as a pattern.
fn matching(wanted: &str, known: &[&str]) -> Result<Vec<String>, Error> {
    if known.contains(&wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    let glob = Glob::new(wanted).map_err(|error| Error::Config(error.to_string()))?.compile_matcher();
    let found: Vec<String> =
        known.iter().filter(|name| glob.is_match(name)).map(|name| (*name).to_owned()).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let listed = match known {
        [] => String::new(),
        names => format!("; the kubeconfig has: {}", names.join(", ")),
    };
    Err(Error::Config(format!("context \"{wanted}\" does not exist{listed}")))
}

#[cfg(test)]
mod tests;
