//! Custom resources, `apiextensions.k8s.io/v1`: who converts their objects between versions.

use super::{ObjectMeta, ServiceReference, WebhookClientConfig};

wire! {
    /// `apiextensions.k8s.io/v1.CustomResourceDefinition`. The schemas, nearly all of its bytes, are not kept.
    CustomResourceDefinition {
        /// Name, age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Its versions.
        [message, required, tag = "2"] spec: CustomResourceDefinitionSpec,
        /// The versions in which objects were stored.
        [message, required, tag = "3"] status: CustomResourceDefinitionStatus,
    }
}

wire! {
    /// `apiextensions.k8s.io/v1.CustomResourceDefinitionSpec`.
    CustomResourceDefinitionSpec {
        /// The versions.
        [message, repeated, tag = "7"] versions: Vec<CustomResourceDefinitionVersion>,
        /// How objects are converted; unset if only `apiVersion` changes.
        [message, optional, tag = "9"] conversion: Option<CustomResourceConversion>,
    }
}

wire! {
    /// `apiextensions.k8s.io/v1.CustomResourceDefinitionVersion`.
    CustomResourceDefinitionVersion {
        /// Such as `v1beta1`.
        [string, tag = "1"] name: String,
        /// Whether requests may name it.
        [bool, tag = "2"] served: bool,
        /// Whether objects are stored in it.
        [bool, tag = "3"] storage: bool,
    }
}

wire! {
    /// `apiextensions.k8s.io/v1.CustomResourceConversion`.
    CustomResourceConversion {
        /// `None` or `Webhook`.
        [string, tag = "1"] strategy: String,
        /// The webhook, for `Webhook`.
        [message, optional, tag = "2"] webhook: Option<WebhookConversion>,
    }
}

wire! {
    /// `apiextensions.k8s.io/v1.WebhookConversion`.
    WebhookConversion {
        /// Its address.
        [message, required, tag = "2"] client_config: WebhookClientConfig,
    }
}

wire! {
    /// `apiextensions.k8s.io/v1.CustomResourceDefinitionStatus`.
    CustomResourceDefinitionStatus {
        /// The versions in which objects are or were stored.
        [string, repeated, tag = "3"] stored_versions: Vec<String>,
    }
}

impl CustomResourceDefinition {
    /// Returns the Service that converts its objects, if it has one.
    pub fn converter(&self) -> Option<&ServiceReference> {
        let conversion =
            self.spec.conversion.as_ref().filter(|conversion| conversion.strategy == "Webhook")?;
        let service = conversion.webhook.as_ref()?.client_config.service.as_ref()?;
        Some(service).filter(|service| !service.namespace.is_empty() && !service.name.is_empty())
    }

    /// Returns the version in which objects are stored.
    pub fn stored_version(&self) -> Option<&CustomResourceDefinitionVersion> {
        self.spec.versions.iter().find(|version| version.storage)
    }

    /// Returns the versions between which objects may have to be converted: those that are served and those that were stored,
    /// in the order of the definition.
    pub fn versions_in_use(&self) -> Vec<&str> {
        let is_used = |version: &&CustomResourceDefinitionVersion| {
            version.served || version.storage || self.status.stored_versions.contains(&version.name)
        };
        let mut used: Vec<&str> =
            self.spec.versions.iter().filter(is_used).map(|version| &*version.name).collect();
        used.dedup();
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_that_are_neither_served_nor_stored_need_no_conversion() {
        let version = |name: &str, served: bool, storage: bool| json!({ "name": name, "served": served, "storage": storage });
        let of = |stored: &[&str]| -> CustomResourceDefinition {
            let versions = [
                version("v1alpha1", false, false),
                version("v1beta1", false, false),
                version("v1", true, true),
            ];
            let definition =
                json!({ "spec": { "versions": versions }, "status": { "storedVersions": stored } });
            serde_json::from_value(definition).unwrap()
        };
        assert_eq!(of(&["v1"]).versions_in_use(), ["v1"]);
        assert_eq!(
            of(&["v1beta1", "v1"]).versions_in_use(),
            ["v1beta1", "v1"],
            "old objects are converted when they are read"
        );
    }
}
