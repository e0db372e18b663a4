//! Servers that the API server calls: webhooks and aggregated APIs.

use super::{LabelSelector, ObjectMeta, Time, WorkloadCondition};
use serde::{Deserialize, Serialize};

/// Declares a configuration and its webhooks. The validating and the mutating kind differ in two tags.
macro_rules! webhooks {
    ($api:literal $configuration:ident $webhook:ident objects $objects:literal conditions $conditions:literal) => {
        wire! {
            #[doc = concat!("`admissionregistration.k8s.io/v1.", $api, "WebhookConfiguration`.")]
            $configuration {
                /// Name and age.
                [message, required, tag = "1"] metadata: ObjectMeta,
                /// The webhooks.
                [message, repeated, tag = "2"] webhooks: Vec<$webhook>,
            }
        }

        wire! {
            #[doc = concat!("`admissionregistration.k8s.io/v1.", $api, "Webhook`.")]
            $webhook {
                /// Its name, a domain name.
                [string, tag = "1"] name: String,
                /// Its address.
                [message, required, tag = "2"] client_config: WebhookClientConfig,
                /// The requests that it must see.
                [message, repeated, tag = "3"] rules: Vec<WebhookRule>,
                /// `Fail` or `Ignore`.
                [string, tag = "4"] failure_policy: String,
                /// The namespaces of the objects that it must see.
                [message, required, tag = "5"] namespace_selector: LabelSelector,
                /// The objects that it must see.
                [message, required, tag = $objects] object_selector: LabelSelector,
                /// Further conditions, as expressions.
                [message, repeated, tag = $conditions] match_conditions: Vec<MatchCondition>,
            }
        }
    };
}

webhooks! { "Validating" WebhookConfiguration Webhook objects "10" conditions "11" }
webhooks! { "Mutating" MutatingWebhookConfiguration MutatingWebhook objects "11" conditions "12" }

impl From<MutatingWebhookConfiguration> for WebhookConfiguration {
    fn from(configuration: MutatingWebhookConfiguration) -> Self {
        let webhooks = configuration.webhooks.into_iter().map(|webhook| Webhook {
            name: webhook.name,
            client_config: webhook.client_config,
            rules: webhook.rules,
            failure_policy: webhook.failure_policy,
            namespace_selector: webhook.namespace_selector,
            object_selector: webhook.object_selector,
            match_conditions: webhook.match_conditions,
        });
        Self { metadata: configuration.metadata, webhooks: webhooks.collect() }
    }
}

wire! {
    /// `admissionregistration.k8s.io/v1.MatchCondition`, of which only the number matters.
    MatchCondition {
        /// Its name.
        [string, tag = "1"] name: String,
    }
}

/// `admissionregistration.k8s.io/v1.RuleWithOperations`. In JSON, its resources are a part of the rule itself.
#[derive(Clone, PartialEq, prost::Message, Serialize, Deserialize)]
#[serde(from = "FlatWebhookRule", into = "FlatWebhookRule")]
pub struct WebhookRule {
    /// Such as `CREATE`, or `*`.
    #[prost(string, repeated, tag = "1")]
    pub operations: Vec<String>,
    /// What the requests are about.
    #[prost(message, required, tag = "2")]
    pub rule: WebhookResources,
}

wire! {
    /// `admissionregistration.k8s.io/v1.Rule`.
    WebhookResources {
        /// The groups; empty text for the core group, `*` for all.
        [string, repeated, tag = "1"] api_groups: Vec<String>,
        /// The plural names of kinds, `*` for all.
        [string, repeated, tag = "3"] resources: Vec<String>,
    }
}

wire! {
    /// A [`WebhookRule`] in JSON.
    FlatWebhookRule {
        /// The operations.
        [string, repeated, tag = "1"] operations: Vec<String>,
        /// The groups.
        [string, repeated, tag = "2"] api_groups: Vec<String>,
        /// The plural names of kinds.
        [string, repeated, tag = "3"] resources: Vec<String>,
    }
}

impl From<FlatWebhookRule> for WebhookRule {
    fn from(FlatWebhookRule { operations, api_groups, resources }: FlatWebhookRule) -> Self {
        Self { operations, rule: WebhookResources { api_groups, resources } }
    }
}

impl From<WebhookRule> for FlatWebhookRule {
    fn from(WebhookRule { operations, rule }: WebhookRule) -> Self {
        Self { operations, api_groups: rule.api_groups, resources: rule.resources }
    }
}

impl WebhookRule {
    /// Whether new pods match it.
    pub fn matches_new_pods(&self) -> bool {
        let has = |list: &[String], words: &[&str]| list.iter().any(|word| words.contains(&word.as_str()));
        has(&self.operations, &["CREATE", "*"])
            && has(&self.rule.api_groups, &["", "*"])
            && has(&self.rule.resources, &["pods", "*", "*/*"])
    }
}

impl Webhook {
    /// Whether requests are rejected while it does not answer, which is the default.
    pub fn must_answer(&self) -> bool {
        self.failure_policy != "Ignore"
    }
}

wire! {
    /// `admissionregistration.k8s.io/v1.WebhookClientConfig`.
    WebhookClientConfig {
        /// A service of the cluster; unset for a URL.
        [message, optional, tag = "1"] service: Option<ServiceReference>,
    }
}

wire! {
    /// The `ServiceReference` of webhooks and API services.
    ServiceReference {
        /// Its namespace.
        [string, tag = "1"] namespace: String,
        /// Its name.
        [string, tag = "2"] name: String,
    }
}

wire! {
    /// `apiregistration.k8s.io/v1.APIService`.
    ApiService {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The desired state.
        [message, required, tag = "2"] spec: ApiServiceSpec,
        /// The current state.
        [message, required, tag = "3"] status: ApiServiceStatus,
    }
}

wire! {
    /// `apiregistration.k8s.io/v1.APIServiceSpec`.
    ApiServiceSpec {
        /// The service behind it; unset for the API server itself.
        [message, optional, tag = "1"] service: Option<ServiceReference>,
    }
}

wire! {
    /// `apiregistration.k8s.io/v1.APIServiceStatus`.
    ApiServiceStatus {
        /// `Available`.
        [message, repeated, tag = "1"] conditions: Vec<WorkloadCondition>,
    }
}

/// When the availability changed.
impl ApiService {
    /// Its `Available` condition.
    pub fn available(&self) -> Option<&WorkloadCondition> {
        self.status.conditions.iter().find(|condition| condition.r#type == "Available")
    }
}

impl WorkloadCondition {
    /// When the status last changed, if known.
    pub fn since(&self) -> Option<Time> {
        self.last_transition_time.and_then(Time::known)
    }
}
