//! Namespaces: those of the scope by name, and the names of all of them.
//!
//! A namespace of the scope is read by its name, which a Role inside it can allow; to list namespaces takes more rights.

use super::Run;
use crate::cluster::list::list;
use crate::cluster::page::{ApiClient, RetryPolicy};
use crate::cluster::{Budget, Error, ListRequest, ListResult, Progress, Session, Sink, Stop};
use crate::model::{Coverage, Gap};
use crate::snapshot::Rows;
use crate::text::suggest::{did_you_mean, nearest_holding};
use crate::wire::{Kind, Object, Time};
use globset::GlobSet;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A namespace by its name, or the error.
pub(super) type Named = (String, Result<Object, Error>);

impl Run<'_> {
    /// Reads the namespaces of the scope in parallel; returns them sorted by name.
    pub(super) async fn named(&self) -> Vec<Named> {
        let mut tasks = JoinSet::new();
        for name in self.namespaces.iter().cloned() {
            let (client, deadline) = (Arc::clone(&self.client), self.plan.list.page_timeout);
            tasks.spawn(async move {
                let object = client.object(Kind::Namespace, None, &name, (deadline, RetryPolicy::Full)).await;
                (name, object)
            });
        }
        let mut named = tasks.join_all().await;
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        named
    }

    /// Replaces patterns by the names of the namespaces that match.
    pub(super) async fn find_namespaces(&mut self) -> Result<(), Error> {
        let (patterns, plain): (Vec<String>, Vec<String>) =
            std::mem::take(&mut self.namespaces).into_iter().partition(|name| is_pattern(name));
        self.namespaces = plain;
        if patterns.is_empty() {
            return Ok(());
        }
        let known = names(Arc::clone(&self.client), self.plan.list.page_timeout).await?;
        let excluded = |name: &&String| !self.excluded.is_match(name.as_str());
        let found = matching(&patterns, known.iter().filter(excluded)).map_err(Error::Config)?;
        self.namespaces.extend(found);
        self.namespaces.sort();
        self.namespaces.dedup();
        Ok(())
    }

    /// Adds the nearest existing name to the errors of namespaces that do not exist.
    pub(super) async fn suggest(&self, named: &mut [Named]) {
        let is_missing = |(_, object): &Named| object.as_ref().is_err_and(Error::is_not_found);
        if !named.iter().any(is_missing) {
            return;
        }
        // Not every user may list namespaces.
        let known = names(Arc::clone(&self.client), self.plan.list.page_timeout).await.unwrap_or_default();
        for (name, object) in named.iter_mut() {
            if let Err(Error::Status(status)) = object
                && status.code == 404
            {
                let near = nearest_holding(name, known.iter().map(String::as_str)).map(str::to_owned);
                *object = Err(Error::NoNamespace { status: status.clone(), near });
            }
        }
    }

    /// Keeps the namespaces of the scope. A namespace without pods may be misspelt: it must exist, and is a gap if it
    /// cannot be read. A namespace with pods exists. If none exists, there is nothing to report.
    pub(super) fn keep_named<K: Sink>(
        mut kept: K,
        named: Vec<Named>,
        read: &[(ListRequest, ListResult<K>)],
        coverage: &mut Coverage,
    ) -> Result<K, Error> {
        let pods = read.iter().filter(|(request, result)| request.kind == Kind::Pod && result.got > 0);
        let with_pods: BTreeSet<&str> =
            pods.filter_map(|(request, _)| request.namespace.as_deref()).collect();
        let is_missing = |(name, object): &Named| {
            !with_pods.contains(&**name) && matches!(object, Err(Error::NoNamespace { .. }))
        };
        if named.iter().all(is_missing)
            && let Some((_, Err(error))) = named.first()
        {
            return Err(error.clone());
        }
        for (name, object) in named {
            let has_pods = with_pods.contains(&*name);
            match object {
                Ok(object) => kept.keep(object),
                Err(error) => {
                    let gaps = if has_pods { &mut coverage.not_in_scope } else { &mut coverage.gaps };
                    gaps.push(Gap {
                        namespace: Some(name),
                        why: Some(error.why()),
                        ..Gap::new(Kind::Namespace.name(), error.reason())
                    });
                }
            }
        }
        Ok(kept)
    }
}

/// Lists the names of the namespaces of a cluster, for completion.
///
/// # Errors
/// If they cannot be listed.
pub async fn namespaces(session: Session, deadline: Duration) -> Result<Vec<String>, Error> {
    let budget = Arc::new(Budget::new(1, 0, Stop::default()));
    let silent = Progress::new(false, None, Time::default, 1);
    names(Arc::new(ApiClient::new(session, &budget, 1, deadline, silent)), deadline).await
}

/// Lists the names of the namespaces of a cluster.
pub(super) async fn names(client: Arc<ApiClient>, deadline: Duration) -> Result<Vec<String>, Error> {
    let request = ListRequest {
        kind: Kind::Namespace,
        namespace: None,
        labels: None,
        fields: None,
        excluded: GlobSet::empty(),
        page_size: 500,
        page_timeout: deadline,
    };
    let result = list(client, &request, Rows::default()).await;
    match result.error {
        Some(error) => Err(error),
        None => Ok(result.kept.namespaces.iter().map(|namespace| namespace.name.to_string()).collect()),
    }
}

/// Whether a name is a pattern.
pub(crate) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// Returns the names that patterns match.
///
/// # Errors
/// If a pattern is malformed or matches none; the text says which.
pub(crate) fn matching<'n>(
    patterns: &[String],
    known: impl Iterator<Item = &'n String> + Clone,
) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for pattern in patterns {
        let matcher = globset::Glob::new(pattern).map_err(|error| error.to_string())?.compile_matcher();
        let before = found.len();
        found.extend(known.clone().filter(|name| matcher.is_match(name.as_str())).cloned());
        if found.len() == before {
            let near = nearest_holding(pattern, known.map(String::as_str));
            let near = near.map(|near| format!("; {}", did_you_mean(near))).unwrap_or_default();
            return Err(format!("no namespace matches \"{pattern}\"{near}"));
        }
    }
    Ok(found)
}

/// Whether the API server accepts a name for a namespace: a DNS label.
pub(super) fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= 63
        && name.chars().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}
