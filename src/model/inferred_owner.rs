//! What a name tells of who made the object: controllers that make one object after the other draw a new name each
//! time, and by that name their own is known even where neither object can be read.

use super::Owner;

/// The characters of a pod template hash. `rand.SafeEncodeString` of apimachinery would write 27 of them, but it is
/// given the digits of a number, and those become these ten.
const HASH: &str = "456789bcdf";

/// How long a hash is: the number has 32 bits. Shorter ones than these come once in four million rollouts.
const HASH_LENGTH: std::ops::RangeInclusive<usize> = 4..=10;

/// The minutes since 1970 that a Job of a CronJob is called by: from 2017 on, when there were CronJobs. Dates written as
/// numbers, such as 20251226, are less.
const MINUTES: std::ops::RangeInclusive<u32> = 25_000_000..=99_999_999;

/// What `rand.String` of apimachinery writes, and how much of it stands at the end of a pod's name.
const DRAWN: &str = "bcdfghjklmnpqrstvwxz2456789";
const DRAWN_LENGTH: usize = 5;

impl Owner {
    /// Who may have made a pod of this name, though the pod is gone: the ReplicaSet or DaemonSet, or the StatefulSet, that
    /// would call one so. Whether there is such an owner is another matter.
    pub fn of_pod(name: &str) -> Vec<Self> {
        let Some((inferred_owner, drawn)) =
            name.rsplit_once('-').filter(|(inferred_owner, _)| !inferred_owner.is_empty())
        else {
            return Vec::new();
        };
        let is_drawn = drawn.len() == DRAWN_LENGTH && drawn.chars().all(|c| DRAWN.contains(c));
        let is_ordinal = !drawn.is_empty() && drawn.bytes().all(|byte| byte.is_ascii_digit());
        let kinds = [("DaemonSet", is_drawn), ("ReplicaSet", is_drawn), ("StatefulSet", is_ordinal)];
        let fitting = kinds.into_iter().filter(|(_, fits)| *fits);
        fitting.map(|(kind, _)| Self { kind: kind.into(), name: inferred_owner.into() }).collect()
    }

    /// Who made it, as far as its name tells; `None` for one that somebody named.
    pub fn inferred_owner(&self) -> Option<Self> {
        let (name, drawn) = self.name.rsplit_once('-').filter(|(name, _)| !name.is_empty())?;
        let is_hash = || HASH_LENGTH.contains(&drawn.len()) && drawn.chars().all(|c| HASH.contains(c));
        let is_number = || drawn.bytes().all(|byte| byte.is_ascii_digit());
        let is_minutes = || is_number() && drawn.parse().is_ok_and(|minutes| MINUTES.contains(&minutes));
        let kind = match &*self.kind {
            // Argo's Rollouts name theirs in the same way.
            "ReplicaSet" if is_hash() => "Deployment",
            "Job" if is_minutes() => "CronJob",
            // OpenShift counts its rollouts.
            "ReplicationController" if is_number() && !drawn.is_empty() => "DeploymentConfig",
            _ => return None,
        };
        Some(Self { kind: kind.into(), name: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_pod_tells_who_may_have_made_it() {
        for (pod, makers) in [
            ("web-7d9f8c5b6f-x2k4p", &["DaemonSet/web-7d9f8c5b6f", "ReplicaSet/web-7d9f8c5b6f"][..]),
            ("agent-bcd42", &["DaemonSet/agent", "ReplicaSet/agent"]),
            ("db-0", &["StatefulSet/db"]),
            ("db-22222", &["DaemonSet/db", "ReplicaSet/db", "StatefulSet/db"]),
            ("web-abcde", &[]),
            ("web-x2k4", &[]),
            ("db-", &[]),
            ("-0", &[]),
            ("db", &[]),
            ("", &[]),
        ] {
            let told: Vec<String> =
                Owner::of_pod(pod).iter().map(|owner| format!("{}/{}", owner.kind, owner.name)).collect();
            assert_eq!(told, makers, "{pod}");
        }
    }

    #[test]
    fn a_drawn_name_tells_who_drew_it() {
        for (kind, name, inferred_owner) in [
            ("ReplicaSet", "web-7d9f8b6c5d", Some(("Deployment", "web"))),
            ("ReplicaSet", "shop-web-67bc5b6954", Some(("Deployment", "shop-web"))),
            ("ReplicaSet", "web-5d9c", Some(("Deployment", "web"))),
            ("ReplicaSet", "web-v2", None),
            ("ReplicaSet", "web-nginx", None),
            ("ReplicaSet", "web-7d9f8b6c5d9", None),
            ("ReplicaSet", "7d9f8b6c5d", None),
            ("ReplicaSet", "-7d9f8b6c5d", None),
            ("ReplicaSet", "web-", None),
            ("Job", "backup-29443620", Some(("CronJob", "backup"))),
            ("Job", "backup-20251226", None),
            ("Job", "backup-1766714400", None),
            ("Job", "migrate", None),
            ("ReplicationController", "web-12", Some(("DeploymentConfig", "web"))),
            ("ReplicationController", "web-", None),
            ("StatefulSet", "web-7d9f8b6c5d", None),
            ("", "", None),
        ] {
            let owner = Owner { kind: kind.into(), name: name.into() };
            let inferred_owner =
                inferred_owner.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() });
            assert_eq!(owner.inferred_owner(), inferred_owner, "{kind}/{name}");
        }
    }
}
