//! Whether a server serves a kind, by its own account.
//!
//! A 404 alone does not prove it: a proxy, a wrong path or a failing aggregated API answers a list with 404 too, and a report
//! without the objects would look complete.

use super::page::{Accept, ApiClient, Request, RetryPolicy};
use crate::wire::Kind;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::time::Duration;

/// The time limit of one request.
const DEADLINE: Duration = Duration::from_secs(10);

/// `v1.APIGroupList`.
#[derive(Deserialize)]
struct GroupList {
    kind: String,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
}

/// `v1.APIResourceList`.
#[derive(Deserialize)]
struct ResourceList {
    kind: String,
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
}

impl ApiClient {
    /// Whether the server states that it does not serve a kind. Every server has the kinds of the core group. Without an
    /// answer it states nothing.
    pub(super) async fn lacks(&self, kind: Kind) -> bool {
        let version = kind.api_version();
        if !version.contains('/') {
            return false;
        }
        let Some(served) = self.group_versions.get_or_init(|| self.groups()).await else { return false };
        if !served.contains(version) {
            return true;
        }
        let list: Option<ResourceList> = self.discover(format!("/apis/{version}")).await;
        let list = list.filter(|list| list.kind == "APIResourceList");
        list.is_some_and(|list| list.resources.iter().all(|resource| resource.name != kind.plural()))
    }

    /// Returns the groups with their versions, such as `apps/v1`; `None` if they are not known.
    async fn groups(&self) -> Option<BTreeSet<String>> {
        let list: GroupList = self.discover("/apis".to_owned()).await?;
        let versions = list.groups.into_iter().flat_map(|group| group.versions);
        (list.kind == "APIGroupList").then(|| versions.map(|version| version.group_version).collect())
    }

    async fn discover<T: DeserializeOwned>(&self, path: String) -> Option<T> {
        let request = Request {
            path,
            accept: Accept::Json,
            deadline: DEADLINE,
            patience: RetryPolicy::Full,
            form: None,
        };
        serde_json::from_slice(&self.ask(&request).await.ok()?.body).ok()
    }
}
