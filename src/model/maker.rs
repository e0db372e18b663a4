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

impl Owner {
    /// Who made it, as far as its name tells; `None` for one that somebody named.
    pub fn maker(&self) -> Option<Self> {
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
    fn a_drawn_name_tells_who_drew_it() {
        for (kind, name, maker) in [
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
            let maker = maker.map(|(kind, name)| Owner { kind: kind.into(), name: name.into() });
            assert_eq!(owner.maker(), maker, "{kind}/{name}");
        }
    }
}
