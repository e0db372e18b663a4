//! The controllers that should have acted: a component of the control plane that has stopped, and cert-manager.

use super::Around;
use crate::checks::control_plane::{CLOUD, CONTROLLERS, SCHEDULER, lease_ref, silent};
use crate::checks::rules::tls::certificate_not_issued::failed;
use crate::checks::view::View;
use crate::finding::{Finding, Link, Need};
use crate::model::{ObjectRef, Pod};
use crate::text::texts;
use crate::wire::{Certificate, Time};

texts! {
    STOPPED: "waits for the holder of {object}, which has stopped", "等待 {object} 的持有者處理，但它已停擺", "等待 {object} 的持有者处理，但它已停止工作";
    NOT_ISSUED: "needs the certificate of {object}, which is not issued", "需要 {object} 的憑證，但尚未簽發", "需要 {object} 的证书，但尚未签发";
    ISSUER_DOWN: "is handled by {object}, which fails", "由 {object} 處理，但它異常", "由 {object} 处理，但它异常";
}

/// The findings that a component explains if it has stopped.
const HANDLED: [(&str, &[&str]); 3] = [
    (SCHEDULER, &["pod-unschedulable"]),
    (
        CONTROLLERS,
        &[
            "cronjob-schedule-missed",
            "namespace-stuck-terminating",
            "pvc-pending",
            "pvc-stuck-terminating",
            "workload-not-observed",
            "workload-replicas-missing",
        ],
    ),
    (CLOUD, &["node-not-initialized", "service-load-balancer-pending"]),
];

/// The number of pods of cert-manager that explain a finding.
const SHOWN: usize = 2;

/// The components that have stopped, and since when.
pub(super) struct Stopped(Vec<(&'static str, Time)>);

impl Stopped {
    pub(super) fn of(view: &View) -> Self {
        let all = HANDLED.iter().filter_map(|(name, _)| Some((*name, silent(view, name)?.1)));
        Self(all.collect())
    }
}

/// Returns the links of a finding about something that waits for a controller.
pub(super) fn links(around: &Around) -> Vec<Link> {
    match around.finding.check.id {
        "certificate-expiring" | "ingress-secret-missing" => issued_by(around).into_iter().collect(),
        "certificate-not-issued" => cert_manager(around),
        _ => stopped(around).into_iter().collect(),
    }
}

/// Returns the link to the component that handles the object, if it stopped before.
fn stopped(around: &Around) -> Option<Link> {
    let finding = around.finding;
    let handles =
        |name: &str| HANDLED.iter().any(|(of, checks)| *of == name && checks.contains(&finding.check.id));
    let (name, since) = around.stopped.0.iter().find(|(name, _)| handles(name))?;
    let is_waiting = finding.check.id != "pod-unschedulable" || is_unseen(around);
    let lease = lease_ref(name);
    let is_cause = is_waiting && around.began(&lease, Some(*since));
    is_cause.then(|| around.shown(Need::Controller, lease, &STOPPED))
}

/// Whether no scheduler has seen the pod of a finding, and the default one should have.
fn is_unseen(around: &Around) -> bool {
    let mut schedulers = around.finding.because.iter().filter(|link| &*link.object.kind == "Scheduler");
    schedulers.any(|link| &*link.object.name == "default-scheduler")
}

/// Returns the link to the certificate that is to be in the Secret of a finding.
fn issued_by(around: &Around) -> Option<Link> {
    let secret = secret_of(around.finding)?;
    let is_of = |certificate: &&Certificate| {
        *certificate.metadata.namespace == *secret.namespace
            && *certificate.spec.secret_name == *secret.name
            && failed(certificate).is_some()
    };
    let certificate = around.view.snapshot.rows.issued.iter().find(is_of)?;
    let object = ObjectRef::new(&certificate.metadata.namespace, "Certificate", &certificate.metadata.name);
    Some(around.shown(Need::Config, object, &NOT_ISSUED))
}

fn secret_of(finding: &Finding) -> Option<&ObjectRef> {
    finding.because.iter().map(|link| &link.object).find(|object| &*object.kind == "Secret")
}

/// Returns the links to the failing pods of the controller that issues certificates.
fn cert_manager(around: &Around) -> Vec<Link> {
    let is_it = |pod: &&Pod| {
        let name = &*pod.name;
        name.contains("cert-manager")
            && !name.contains("webhook")
            && !name.contains("cainjector")
            && !pod.serves()
    };
    let link = |pod: &Pod| {
        let object = pod.object_ref();
        let is_cause = around.times.is_serious(&object) && around.began(&object, None);
        is_cause.then(|| around.shown(Need::Controller, object, &ISSUER_DOWN))
    };
    around.view.failing_pods().filter(is_it).filter_map(link).take(SHOWN).collect()
}
