//! The limits of calls: a call may narrow what the flags of the server allow, and never widen it.

use super::{Failure, Server};
use crate::cli::ScopeArgs;
use crate::cluster::{self, ConnectOptions};
use crate::gather::ScopeOptions;
use crate::gather::namespaces::{is_pattern, matching};

impl Server {
    /// Whether flags limit the namespaces.
    pub(super) fn is_limited(&self) -> bool {
        !self.args.scope.namespace.is_empty() && !self.args.scope.all_namespaces
    }

    /// Returns the scope of a call: that of the flags, or a part of it.
    pub(super) fn scope(&self, asked: Option<&[String]>, all: bool) -> Result<ScopeArgs, Failure> {
        let mut scope = self.args.scope.clone();
        match asked.filter(|asked| !asked.is_empty()) {
            Some(_) if all => return Err(Failure::new("namespaces and all_namespaces exclude each other")),
            Some(asked) => {
                self.allow(asked)?;
                scope.namespace = asked.to_vec();
                scope.all_namespaces = false;
                // It has a meaning for all namespaces only.
                scope.exclude_namespace = Vec::new();
            }
            None if all && self.is_limited() => {
                let limit = self.args.scope.namespace.join(", ");
                let text = format!("this server reads only the namespaces {limit}");
                return Err(Failure::new(text).with_hint("call it without all_namespaces to read those"));
            }
            None => scope.all_namespaces |= all,
        }
        Ok(scope)
    }

    /// Checks that a call may read namespaces.
    fn allow(&self, asked: &[String]) -> Result<(), Failure> {
        let limits = &self.args.scope.namespace;
        let excluded = ScopeOptions::from(&self.args.scope).excluded_set();
        let excluded = excluded.map_err(|error| Failure::new(error.to_string()))?;
        for name in asked {
            let fits = |limit: &String| {
                limit == name
                    || is_pattern(limit)
                        && matching(std::slice::from_ref(limit), std::iter::once(name)).is_ok()
            };
            if self.is_limited() && !limits.iter().any(fits) {
                let text = format!("this server reads only the namespaces {}", limits.join(", "));
                return Err(Failure::new(text).with_hint("name some of these, or none for all of them"));
            }
            // What a pattern matches is known only in the cluster.
            if !self.args.scope.exclude_namespace.is_empty() && (is_pattern(name) || excluded.is_match(name))
            {
                let text = format!("this server excludes namespaces, and {name} may be one of them");
                return Err(Failure::new(text).with_hint("name other namespaces, without *"));
            }
        }
        Ok(())
    }

    /// Returns the context of a call; empty for the current one.
    pub(super) fn context(&self, asked: Option<&str>) -> Result<String, Failure> {
        let asked = asked.filter(|asked| !asked.is_empty());
        if !self.args.filename.is_empty() {
            return match asked {
                None => Ok(String::new()),
                Some(_) => Err(Failure::new("this server answers from files; leave out context")),
            };
        }
        let connect = ConnectOptions::from(&self.args.connect);
        let allowed = cluster::contexts(&connect)?;
        let current = || cluster::whereabouts(&connect, None).map(|cluster| cluster.context);
        let hint = || format!("contexts of this server: {}", allowed.join(", "));
        match (asked, allowed.as_slice()) {
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(Failure::new("this server has several contexts; name one").with_hint(hint())),
            (Some(asked), _) if allowed.iter().any(|allowed| allowed == asked) => Ok(asked.to_owned()),
            (Some(asked), [current_only]) if current_only.is_empty() => match current()? {
                current if current == asked => Ok(String::new()),
                current => {
                    let hint = format!("leave out context to use {current}");
                    Err(Failure::new("this server reads only the current context").with_hint(hint))
                }
            },
            _ => Err(Failure::new("this server does not use that context").with_hint(hint())),
        }
    }
}
