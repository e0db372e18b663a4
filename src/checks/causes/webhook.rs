//! A webhook that rejects the pods of its own backend causes all that is wrong with that backend.

use crate::checks::rules::policy::webhook_backend_dead as webhook;
use crate::finding::{Finding, Need};
use crate::model::ObjectRef;
use std::collections::BTreeMap;

/// Adds such a webhook to the causes of the findings about its backend.
pub(super) fn webhooks(findings: &mut [Finding]) {
    let locked = findings.iter().filter(|finding| webhook::is_locked(finding));
    let of_backend = |finding: &Finding| (finding.affected.first().cloned(), finding.object.clone());
    let locked: BTreeMap<Option<ObjectRef>, ObjectRef> = locked.map(of_backend).collect();
    if locked.is_empty() {
        return;
    }
    for finding in findings {
        if let Some(webhook) = locked.get(&Some(finding.object.clone())) {
            finding.because.insert(0, Need::Webhook.shown(webhook.clone()));
        }
    }
}
