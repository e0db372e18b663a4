//! Servers that the API server calls: webhooks and aggregated APIs.

use super::{ObjectMeta, Time, WorkloadCondition};

wire! {
    /// `admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration` and its mutating twin, which have the same tags.
    WebhookConfiguration {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// The webhooks.
        [message, repeated, tag = "2"] webhooks: Vec<Webhook>,
    }
}

wire! {
    /// `admissionregistration.k8s.io/v1.ValidatingWebhook` and `MutatingWebhook`.
    Webhook {
        /// Its name, a domain name.
        [string, tag = "1"] name: String,
        /// Its address.
        [message, required, tag = "2"] client_config: WebhookClientConfig,
        /// `Fail` or `Ignore`.
        [string, tag = "4"] failure_policy: String,
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
