//! Services, for several checks: the endpoints behind one, and the Ingresses that lead to it.

use super::View;
use crate::model::{ObjectRef, Pod, Workload};
use crate::wire::{CustomResourceDefinition, Ingress, Kind, Service, ServiceReference, Time};

/// The annotation that named the class of an Ingress before the field existed.
pub(crate) const CLASS: &str = "kubernetes.io/ingress.class";

/// Services younger than this may not have their endpoints yet, in seconds.
pub(crate) const NEW: i64 = 300;

/// The default progress deadline of a Deployment, also used for StatefulSets, which have none; in seconds.
const ROLLOUT: i64 = 600;

/// The number of pods in trouble of its workloads that explain an empty Service.
const PODS: usize = 500;

/// The kinds of workloads that should stand behind a Service.
const WORKLOADS: [Kind; 3] = [Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet];

/// The pods and workloads behind a Service without ready endpoints.
pub(crate) struct Empty<'a> {
    /// Endpoints that are not ready: pods, by name.
    pub unready: Vec<&'a str>,
    /// The workloads whose pods its selector matches.
    pub workloads: Vec<&'a Workload>,
    /// The pods of these workloads that are in trouble, and the pods that are not ready.
    pods: Vec<&'a Pod>,
    namespace: &'a str,
}

impl<'a> Empty<'a> {
    /// Returns `None` if a pod gets the traffic, or if the endpoints were not read.
    pub(crate) fn of(view: &View<'a>, service: &'a Service) -> Option<Self> {
        let (namespace, name) = (&*service.metadata.namespace, &*service.metadata.name);
        if service.spec.r#type == "ExternalName" || !view.saw(Kind::EndpointSlice, namespace) {
            return None;
        }
        let parts = view.endpoints(namespace, name);
        let unready: Vec<&str> = parts.iter().flat_map(|part| &part.unready).map(AsRef::as_ref).collect();
        let published = service.spec.publish_not_ready_addresses && !unready.is_empty();
        if published || parts.iter().any(|part| part.ready > 0) {
            return None;
        }
        let mut workloads: Vec<&Workload> =
            view.workloads_selected_by(namespace, &service.spec.selector).collect();
        let mut pods: Vec<&Pod> =
            unready.iter().filter_map(|pod| view.snapshot.rows.pod(namespace, pod)).collect();
        if workloads.iter().any(|workload| workload.desired > 0)
            || pods.iter().any(|pod| is_of_another(view, pod, &workloads))
        {
            // A Deployment without pods is the template of another owner, such as an Argo Rollout.
            workloads.retain(|workload| workload.desired > 0);
        }
        pods.extend(workloads.iter().flat_map(|workload| view.pods_of(workload)).take(PODS));
        pods.sort_by(|a, b| a.name.cmp(&b.name));
        pods.dedup_by(|a, b| a.name == b.name);
        Some(Self { unready, workloads, pods, namespace })
    }

    /// Whether a workload should serve it: one whose pods its selector matches, or an owner of its pods of another kind.
    pub(crate) fn is_wanted(&self, view: &View) -> bool {
        !self.workloads.is_empty() || self.pods.iter().any(|pod| is_of_another(view, pod, &[]))
    }

    /// Whether all workloads behind it are scaled to 0.
    pub(crate) fn is_scaled_to_zero(&self) -> bool {
        !self.workloads.is_empty() && self.workloads.iter().all(|workload| workload.desired == 0)
    }

    /// Whether a workload has available pods: the two were read at different moments, or no controller maintains the
    /// endpoints.
    pub(crate) fn is_contradicted(&self) -> bool {
        self.workloads.iter().any(|workload| workload.available > 0)
    }

    /// Whether it became empty a moment ago, or a rollout is in progress.
    pub(crate) fn is_coming(&self, view: &View) -> bool {
        let since = self.since();
        let rolls = |workload: &Workload| {
            let unfinished = workload.rollout().is_some_and(|rollout| rollout.unfinished || rollout.unseen);
            let says_nothing = workload.condition("Progressing").is_none();
            workload.is_rolling() || says_nothing && unfinished && !view.older_than(since, ROLLOUT)
        };
        view.within_grace(since) || self.workloads.iter().any(|workload| rolls(workload))
    }

    /// Whether it is expected to have endpoints soon: it is not scaled to 0, and its pods start, are replaced, or are ready.
    pub(crate) fn is_recovering(&self, view: &View) -> bool {
        !self.is_scaled_to_zero() && (self.is_coming(view) || self.is_contradicted())
    }

    /// Since when it is empty: the time when the last of its pods stopped being ready, if it is recorded.
    pub(crate) fn since(&self) -> Option<Time> {
        let unready = |pod: &&Pod| pod.unready_since().or(pod.created());
        let own = self.workloads.iter().filter_map(|workload| workload.condition("Available"));
        let of_workloads = own.filter(|c| c.status == "False").filter_map(crate::wire::Condition::since);
        self.pods.iter().filter_map(unready).max().or_else(|| of_workloads.max())
    }

    /// The objects that explain it: its pods, then their workloads.
    pub(crate) fn because(&self) -> Vec<ObjectRef> {
        let unseen = self.unready.iter().map(|pod| ObjectRef::new(self.namespace, "Pod", pod));
        let mut out: Vec<ObjectRef> = self.pods.iter().map(|pod| pod.object_ref()).chain(unseen).collect();
        out.sort();
        out.dedup();
        let wanted = self.workloads.iter().filter(|workload| workload.desired > 0);
        out.extend(wanted.map(|workload| workload.object()));
        out
    }
}

/// Whether a pod belongs to a lasting owner other than these workloads. A workload of 0 pods deletes all of its own.
fn is_of_another(view: &View, pod: &Pod, workloads: &[&Workload]) -> bool {
    let stays = || pod.object.as_deref().is_some_and(|object| object.metadata.deleted().is_none());
    view.root(pod).is_some_and(|root| {
        let is_own = |workload: &&Workload| {
            *root.kind == *workload.kind.name()
                && root.name == workload.name
                && (workload.desired > 0 || !stays())
        };
        !matches!(&*root.kind, "Job" | "CronJob" | "Node") && !workloads.iter().any(is_own)
    })
}

/// Whether the workloads behind the Services of a namespace were read.
pub(crate) fn saw_workloads(view: &View, namespace: &str) -> bool {
    WORKLOADS.into_iter().all(|kind| view.saw(kind, namespace))
}

/// Whether a namespace is being deleted.
pub(crate) fn is_going(view: &View, namespace: &str) -> bool {
    view.namespace(namespace).is_some_and(|namespace| namespace.deleted.is_some())
}

/// The reference of a Service in a finding.
pub(crate) fn service_ref(service: &Service) -> ObjectRef {
    ObjectRef::new(&service.metadata.namespace, "Service", &service.metadata.name)
}

/// The reference of a Service that the API server calls.
pub(crate) fn named_service_ref(service: &ServiceReference) -> ObjectRef {
    ObjectRef::new(&service.namespace, "Service", &service.name)
}

/// The reference of a custom resource in a finding.
pub(crate) fn definition_ref(definition: &CustomResourceDefinition) -> ObjectRef {
    ObjectRef::of_cluster(Kind::CustomResourceDefinition.name(), &definition.metadata.name)
}

/// The reference of an Ingress in a finding.
pub(crate) fn ingress_ref(ingress: &Ingress) -> ObjectRef {
    ObjectRef::new(&ingress.metadata.namespace, "Ingress", &ingress.metadata.name)
}

/// Why a Service that the API server calls does not answer.
pub(crate) enum Unanswered<'a> {
    /// It does not exist.
    Gone,
    /// It has no ready endpoint.
    Empty(Empty<'a>),
}

impl<'a> Unanswered<'a> {
    /// Returns `None` if the Service answers, was created a moment ago, or was not read.
    pub(crate) fn of(view: &View<'a>, named: &ServiceReference) -> Option<Self> {
        match view.service(&named.namespace, &named.name) {
            None => is_gone(view, named).then_some(Self::Gone),
            Some(service) if !view.older_than(service.metadata.created(), NEW) => None,
            Some(service) => Empty::of(view, service).map(Self::Empty),
        }
    }
}

/// Whether a Service that the API server calls does not exist.
pub(crate) fn is_gone(view: &View, named: &ServiceReference) -> bool {
    view.saw(Kind::Service, &named.namespace) && view.service(&named.namespace, &named.name).is_none()
}

/// Returns the Services of conversion webhooks that did not answer, if a message of the API server names any:
/// `conversion webhook for example.com/v1, Kind=Widget failed: Post "https://NAME.NAMESPACE.svc:443/convert": …`.
pub(crate) fn named_converters(message: &str) -> impl Iterator<Item = ServiceReference> {
    message.split("conversion webhook for ").skip(1).filter_map(|rest| {
        let (_, url) = rest.split_once(" failed: Post \"https://")?;
        let host = url.split([':', '/', '?', '"']).next()?.strip_suffix(".svc")?;
        let (name, namespace) = host.split_once('.')?;
        Some(ServiceReference { namespace: namespace.to_owned(), name: name.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_service_that_converts() {
        let named = |message: &str| {
            let services =
                named_converters(message).map(|service| format!("{}/{}", service.namespace, service.name));
            services.collect::<Vec<_>>().join(" ")
        };
        let of = |failure: &str| {
            format!("conversion webhook for example.com/v1beta1, Kind=Widget failed: {failure}")
        };
        let post =
            "Post \"https://converter.widgets.svc:443/convert?timeout=30s\": service \"converter\" not found";
        assert_eq!(named(&of(post)), "widgets/converter");
        let both = format!("2 remaining: [{}, {}]", of(post), of("Post \"https://b.other.svc:443/\": EOF"));
        assert_eq!(named(&both), "widgets/converter other/b");
        assert_eq!(named(&of("expected response object, got nil")), "");
        assert_eq!(
            named(&of("Post \"https://hooks.example.com/convert\": EOF")),
            "",
            "no Service of the cluster"
        );
        assert_eq!(named(post), "", "an admission webhook");
    }
}
