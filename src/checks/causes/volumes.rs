//! The server of a network volume that cannot be mounted.

use super::{Around, calls};
use crate::finding::{Link, Need};
use crate::logs::{Address, Failure, Unreachable};
use crate::model::ObjectRef;
use crate::text::texts;

texts! {
    SERVER: "probably because the volume server {object} does not answer", "可能因儲存伺服器 {object} 沒有回應",
        "可能因存储服务器 {object} 没有响应";
}

/// Words of a server that does not answer, in lower case.
const SILENT: [&str; 6] = [
    "connection refused",
    "connection timed out",
    "host is down",
    "no route to host",
    "timed out",
    "unreachable",
];

/// Returns the link to the server of a volume.
pub(super) fn links(around: &Around) -> Vec<Link> {
    let finding = around.finding;
    if finding.check.id != "pod-volume-not-mounted" {
        return Vec::new();
    }
    let Some(server) = silent_server(finding.fact("detail").unwrap_or_default()) else { return Vec::new() };
    let host = ObjectRef::of_cluster("Host", server);
    let address = Address { host: server.to_lowercase(), port: None };
    let said = Unreachable {
        failure: Failure::NoConnection,
        addresses: vec![address],
        server: None,
        is_unanswered: false,
    };
    let inside = around.pod().and_then(|pod| calls::link(around, pod, &said)).filter(Link::is_shown);
    vec![inside.unwrap_or_else(|| around.likely(Need::Host, host, &SERVER))]
}

/// Returns the server of a mount that got no answer: of `nas.example.com:/export` for NFS, of `//nas.example.com/share` for SMB.
fn silent_server(message: &str) -> Option<&str> {
    let lower = message.to_lowercase();
    let is_mount = ["nfs", "cifs", "smb"].iter().any(|kind| lower.contains(kind));
    if !is_mount || !SILENT.iter().any(|words| lower.contains(words)) {
        return None;
    }
    let mut words = message.split_whitespace();
    words.find_map(|word| {
        let share = word.strip_prefix("//").and_then(|rest| Some(rest.split_once('/')?.0));
        let host = word.split_once(":/").filter(|(_, path)| !path.starts_with('/')).map(|(host, _)| host);
        host.or(share).filter(|host| is_host(host))
    })
}

fn is_host(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.len() > 1 && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_a_mount_that_gets_no_answer_is_in_the_message() {
        for (message, server) in [
            (
                "MountVolume.SetUp failed for volume \"pv-1\" : mount failed: exit status 32 Mounting command: mount Mounting \
                 arguments: -t nfs 192.0.2.9:/export/a /var/lib/kubelet/pods/1/volumes/a Output: mount.nfs: Connection timed out",
                Some("192.0.2.9"),
            ),
            ("mount.nfs: Connection refused for nas.example.com:/export/b on /mnt", Some("nas.example.com")),
            (
                "mount -t cifs //nas.example.com/share /mnt: Output: mount error(112): Host is down",
                Some("nas.example.com"),
            ),
            ("mount.nfs: access denied by server while mounting 192.0.2.9:/export", None),
            ("Unable to attach or mount volumes: timed out waiting for the condition", None),
            ("fetch https://nas.example.com/a: nfs timed out", None),
        ] {
            assert_eq!(silent_server(message), server, "{message}");
        }
    }
}
