//! Whom the API server asks before it answers: webhooks and aggregated APIs.

use super::{ObjectMeta, Time, WorkloadCondition};

wire! {
    /// `admissionregistration.k8s.io/v1.ValidatingWebhookConfiguration` and its mutating twin, which have the same tags.
    WebhookConfiguration {
        /// Name and age.
        [message, required, tag = "1"] metadata: ObjectMeta,
        /// Whom the API server asks.
        [message, repeated, tag = "2"] webhooks: Vec<Webhook>,
    }
}

wire! {
    /// `admissionregistration.k8s.io/v1.ValidatingWebhook` and `MutatingWebhook`.
    Webhook {
        /// A domain name.
        [string, tag = "1"] name: String,
        /// Where it is.
        [message, required, tag = "2"] client_config: WebhookClientConfig,
        /// `Fail` or `Ignore`.
        [string, tag = "4"] failure_policy: String,
    }
}

impl Webhook {
    /// Whether what it should judge is refused while it does not answer; that is the default.
    pub fn must_answer(&self) -> bool {
        self.failure_policy != "Ignore"
    }
}

wire! {
    /// `admissionregistration.k8s.io/v1.WebhookClientConfig`.
    WebhookClientConfig {
        /// A service of the cluster; unset where it is a URL.
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
        /// What was asked for.
        [message, required, tag = "2"] spec: ApiServiceSpec,
        /// What there is.
        [message, required, tag = "3"] status: ApiServiceStatus,
    }
}

wire! {
    /// `apiregistration.k8s.io/v1.APIServiceSpec`.
    ApiServiceSpec {
        /// Who serves it; unset for the API server itself.
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

/// When something that is told by a condition changed.
impl ApiService {
    /// Its `Available` condition.
    pub fn available(&self) -> Option<&WorkloadCondition> {
        self.status.conditions.iter().find(|condition| condition.r#type == "Available")
    }
}

impl WorkloadCondition {
    /// When the status last changed, if that was written down.
    pub fn since(&self) -> Option<Time> {
        self.last_transition_time.and_then(Time::known)
    }
}
