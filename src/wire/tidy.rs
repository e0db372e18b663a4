//! The door that all free text of a cluster passes when it is decoded: messages and reasons of statuses, paths, images, the
//! texts of measurements. Credentials in them are hidden here, once, for rows, reports and captures alike.
//!
//! What does not belong here: how a credential is recognized (`secret`).

use super::secret::hide_secrets;
use super::{
    ContainerState, CsiSource, Host, Ingress, LogSource, Object, PersistentVolume, Pod, Secret, Sentence,
    VolumeAttachment,
};

/// Hides credentials in the reasons and messages of conditions, which are of several types.
macro_rules! hide_conditions {
    ($conditions:expr) => {
        for condition in &mut $conditions {
            hide_all([&mut condition.reason, &mut condition.message]);
        }
    };
}

fn hide_all(texts: [&mut String; 2]) {
    texts.into_iter().for_each(hide_secrets);
}

/// The kinds without texts that a program or a person writes.
macro_rules! without_texts {
    () => {
        Object::PodMetrics(_)
            | Object::NodeMetrics(_)
            | Object::EndpointSlice(_)
            | Object::Service(_)
            | Object::CronJob(_)
            | Object::Gateway(_)
            | Object::HTTPRoute(_)
            | Object::ResourceQuota(_)
            | Object::StorageClass(_)
            | Object::IngressClass(_)
            | Object::NetworkPolicy(_)
            | Object::LimitRange(_)
            | Object::Lease(_)
            | Object::CertificateSigningRequest(_)
            | Object::CustomResourceDefinition(_)
            | Object::ValidatingWebhookConfiguration(_)
            | Object::MutatingWebhookConfiguration(_)
            | Object::Throttling(_)
            | Object::Usage(_)
            | Object::MemoryHistory(_)
    };
}

impl Object {
    /// Removes what must not be kept: settings of a container other than those of its memory, and credentials in texts.
    /// Every kind is named, so that a new one states which texts it has.
    pub(super) fn tidy(mut self) -> Self {
        match &mut self {
            Object::Pod(pod) => pod.tidy(),
            Object::Ingress(ingress) => ingress.tidy(),
            Object::Host(host) => host.tidy(),
            Object::LogSource(source) => source.tidy(),
            Object::Event(event) => hide_all([&mut event.reason, &mut event.message]),
            Object::PersistentVolume(volume) => volume.tidy(),
            Object::VolumeAttachment(attachment) => attachment.tidy(),
            Object::Secret(secret) => secret.tidy(),
            Object::ReplicaSet(set) => hide_conditions!(set.status.conditions),
            Object::Deployment(deployment) => hide_conditions!(deployment.status.conditions),
            Object::StatefulSet(set) => hide_conditions!(set.status.conditions),
            Object::DaemonSet(set) => hide_conditions!(set.status.conditions),
            Object::Job(job) => hide_conditions!(job.status.conditions),
            Object::Node(node) => hide_conditions!(node.status.conditions),
            Object::PersistentVolumeClaim(claim) => hide_conditions!(claim.status.conditions),
            Object::Namespace(namespace) => hide_conditions!(namespace.status.conditions),
            Object::HorizontalPodAutoscaler(scaler) => hide_conditions!(scaler.status.conditions),
            Object::PodDisruptionBudget(budget) => hide_conditions!(budget.status.conditions),
            Object::APIService(service) => hide_conditions!(service.status.conditions),
            Object::Certificate(certificate) => hide_conditions!(certificate.status.conditions),
            without_texts!() => {}
        }
        self
    }
}

impl Secret {
    /// In a Secret of another type, an entry with the name of a certificate may hold anything.
    fn tidy(&mut self) {
        if self.r#type != Secret::TLS {
            self.data = None;
        }
    }
}

impl PersistentVolume {
    fn tidy(&mut self) {
        hide_all([&mut self.status.reason, &mut self.status.message]);
    }
}

impl VolumeAttachment {
    fn tidy(&mut self) {
        self.status.detach_error.iter_mut().for_each(|error| hide_secrets(&mut error.message));
    }
}

impl Pod {
    fn tidy(&mut self) {
        self.spec.keep_only_memory_and_hosts();
        self.spec
            .volumes
            .iter_mut()
            .filter_map(|volume| volume.source.csi.as_mut())
            .for_each(CsiSource::keep_only_class);
        let containers = self.spec.containers.iter_mut().chain(&mut self.spec.init_containers);
        containers.for_each(|container| {
            hide_secrets(&mut container.image);
            container.ports.retain(|port| port.host_port > 0);
        });
        let status = &mut self.status;
        hide_all([&mut status.reason, &mut status.message]);
        hide_conditions!(status.conditions);
        for container in status.container_statuses.iter_mut().chain(&mut status.init_container_statuses) {
            hide_secrets(&mut container.image_id);
            container.state.tidy();
            container.last_state.tidy();
        }
    }
}

impl ContainerState {
    fn tidy(&mut self) {
        if let Some(waiting) = &mut self.waiting {
            hide_all([&mut waiting.reason, &mut waiting.message]);
        }
        if let Some(ended) = &mut self.terminated {
            hide_all([&mut ended.reason, &mut ended.message]);
        }
    }
}

impl Ingress {
    fn tidy(&mut self) {
        let rules = self.spec.rules.iter_mut();
        rules.flat_map(|rule| &mut rule.value.http.paths).for_each(|path| hide_secrets(&mut path.path));
    }
}

impl LogSource {
    fn tidy(&mut self) {
        for pattern in &mut self.patterns {
            hide_secrets(&mut pattern.text);
            hide_secrets(&mut pattern.sample);
        }
    }
}

impl Host {
    fn tidy(&mut self) {
        if let Some(dns) = &mut self.dns {
            hide_secrets(&mut dns.detail);
            dns.message.iter_mut().for_each(Sentence::tidy);
        }
        if let Some(tls) = &mut self.tls {
            hide_secrets(&mut tls.detail);
            tls.message.iter_mut().for_each(Sentence::tidy);
        }
    }
}

#[cfg(test)]
mod filler;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use filler::Filler;
