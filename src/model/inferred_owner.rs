//! The owner of an object by its name. Controllers name the objects they create after themselves, so an owner is known
//! even if neither object can be read.

use super::Owner;

/// The characters of a pod template hash. `rand.SafeEncodeString` of apimachinery can write 27 characters, but it gets
/// the digits of a number, which become these ten.
const HASH: &str = "456789bcdf";

/// The length of a hash: the number has 32 bits. One in four million is shorter.
const HASH_LENGTH: std::ops::RangeInclusive<usize> = 4..=10;

/// The minutes since 1970 in the name of a CronJob's Job, from 2017 on, the year of the first CronJobs. Dates written as
/// numbers, such as 20251226, are smaller.
const MINUTES: std::ops::RangeInclusive<u32> = 25_000_000..=99_999_999;

/// The characters that `rand.String` of apimachinery writes, and the length of the random suffix of a pod.
const RANDOM: &str = "bcdfghjklmnpqrstvwxz2456789";
const RANDOM_LENGTH: usize = 5;

/// Splits a generated name at its last hyphen into the name that it was made from and the suffix: `web-x2k4p` into `web`
/// and `x2k4p`. Returns `None` for a name without both.
pub(crate) fn split_suffix(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('-').filter(|(base, suffix)| !base.is_empty() && !suffix.is_empty())
}

impl Owner {
    /// Returns the possible owners of a deleted pod of this name: a ReplicaSet or DaemonSet, or a StatefulSet. They need
    /// not exist.
    pub(crate) fn of_pod(name: &str) -> Vec<Self> {
        let Some((name, suffix)) = split_suffix(name) else { return Vec::new() };
        let is_random = suffix.len() == RANDOM_LENGTH && suffix.chars().all(|c| RANDOM.contains(c));
        let is_ordinal = suffix.bytes().all(|byte| byte.is_ascii_digit());
        let kinds = [("DaemonSet", is_random), ("ReplicaSet", is_random), ("StatefulSet", is_ordinal)];
        let fitting = kinds.into_iter().filter(|(_, fits)| *fits);
        fitting.map(|(kind, _)| Self { kind: kind.into(), name: name.into() }).collect()
    }

    /// Returns the owner of this owner by its name, or `None` if a user chose the name.
    pub fn inferred_owner(&self) -> Option<Self> {
        let (name, suffix) = split_suffix(&self.name)?;
        let is_hash = || HASH_LENGTH.contains(&suffix.len()) && suffix.chars().all(|c| HASH.contains(c));
        let is_number = || suffix.bytes().all(|byte| byte.is_ascii_digit());
        let is_minutes = || is_number() && suffix.parse().is_ok_and(|minutes| MINUTES.contains(&minutes));
        let kind = match &*self.kind {
            // Argo Rollouts name their ReplicaSets in the same way.
            "ReplicaSet" if is_hash() => "Deployment",
            "Job" if is_minutes() => "CronJob",
            // OpenShift numbers its rollouts.
            "ReplicationController" if is_number() => "DeploymentConfig",
            _ => return None,
        };
        Some(Self { kind: kind.into(), name: name.into() })
    }
}

/// Whether a name equals another, or is one that a controller derives from it.
pub(crate) fn is_named_for(name: &str, other: &str) -> bool {
    name.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infers_the_possible_owners_of_a_deleted_pod() {
        for (pod, owners) in [
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
            let inferred: Vec<String> =
                Owner::of_pod(pod).iter().map(|owner| format!("{}/{}", owner.kind, owner.name)).collect();
            assert_eq!(inferred, owners, "{pod}");
        }
    }

    #[test]
    fn infers_the_owner_of_a_generated_name() {
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
