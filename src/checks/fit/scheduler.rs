//! The message of the scheduler about a pod: `0/5 nodes are available: 2 Too many pods, 3 node(s) were unschedulable.`

/// Returns the reasons of a scheduler's message, without the result of preemption that follows them.
pub(crate) fn without_preemption(message: &str) -> &str {
    let reasons = message.split_once(" preemption:").map_or(message, |(reasons, _)| reasons);
    let reasons = reasons.trim_end_matches(" no new claims to deallocate,");
    reasons.trim_end_matches(" still not schedulable,").trim_end_matches(". not found")
}

/// Whether the reasons are about the volumes of the pod.
pub(crate) fn is_about_volumes(message: &str) -> bool {
    // Since 1.34 "volume node affinity conflict" is "PersistentVolume's node affinity".
    [
        "persistentvolumeclaim",
        "PersistentVolume",
        "persistent volume",
        "volume node affinity",
        "binding volumes",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Returns the resources that the nodes are short of, as named in the API: `cpu`, `nvidia.com/gpu`, `pods`.
pub(crate) fn short_of(message: &str) -> Vec<&str> {
    let reasons = without_preemption(message);
    let named = reasons.split("Insufficient ").skip(1);
    let named = named.filter_map(|rest| rest.split([',', ' ']).next());
    let named = named.map(|name| name.strip_suffix('.').unwrap_or(name)).filter(|name| !name.is_empty());
    let mut short: Vec<&str> = Vec::new();
    for name in named.chain(reasons.contains(NO_SLOT).then_some("pods")) {
        if !short.contains(&name) {
            short.push(name);
        }
    }
    short
}

/// The reason of the scheduler for a node without a free slot.
pub(crate) const NO_SLOT: &str = "Too many pods";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_is_quoted_without_what_changes_nothing() {
        for (said, shown) in [
            (
                "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are \
              available: 3 Preemption is not helpful for scheduling.",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            (
                "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available.",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            (
                "0/2 nodes are available: persistentvolumeclaim \"data\" not found. not found",
                "0/2 nodes are available: persistentvolumeclaim \"data\" not found",
            ),
            ("0/2 nodes are available: 2 Too many pods.", "0/2 nodes are available: 2 Too many pods."),
            (
                "0/1 nodes are available: 1 cannot allocate all claims. still not schedulable, preemption: 0/1 nodes are \
              available: 1 Preemption is not helpful for scheduling.",
                "0/1 nodes are available: 1 cannot allocate all claims.",
            ),
        ] {
            assert_eq!(without_preemption(said), shown);
        }
    }

    #[test]
    fn old_and_new_schedulers_say_that_it_is_the_volumes() {
        for said in [
            "0/6 nodes are available: 4 node(s) had volume node affinity conflict.",
            "0/6 nodes are available: 4 node(s) didn't match PersistentVolume's node affinity.",
            "0/6 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "0/6 nodes are available: persistentvolumeclaim \"data\" not found.",
        ] {
            assert!(is_about_volumes(said), "{said}");
        }
        assert!(!is_about_volumes(
            "0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector."
        ));
    }

    #[test]
    fn the_resources_that_are_short_are_read_from_the_message() {
        for (said, short) in [
            ("0/3 nodes are available: 1 Insufficient cpu, 3 Insufficient memory.", &["cpu", "memory"][..]),
            ("0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: none", &["nvidia.com/gpu"]),
            ("0/5 nodes are available: 2 Too many pods, 3 node(s) were unschedulable.", &["pods"]),
            ("0/5 nodes are available: 5 node(s) had untolerated taint {a: b}.", &[]),
            ("Insufficient ", &[]),
        ] {
            assert_eq!(short_of(said), short);
        }
    }
}
