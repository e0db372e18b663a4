//! The operating systems and Windows builds of nodes and images.

use super::View;
use crate::model::{Node, Pod, step};
use crate::snapshot::Rows;
use std::collections::BTreeSet;

/// The build of Windows that a node runs, such as `10.0.17763`, if it states one.
pub(crate) fn windows_build(node: &Node) -> Option<&str> {
    let label = node.labels.get("node.kubernetes.io/windows-build").map(String::as_str);
    label.or_else(|| {
        // The kernel version of Windows ends in the revision, which does not have to match.
        let build = node.kernel.rsplit_once('.').filter(|(build, _)| build.matches('.').count() == 2);
        build.map(|(build, _)| build).filter(|_| node.system == "windows")
    })
}

/// Returns the release of a build of Windows Server, as the tags of images name it.
pub(crate) fn release(build: &str) -> Option<&'static str> {
    let number = build.rsplit('.').next()?;
    RELEASES.iter().find(|(known, ..)| *known == number).map(|(_, release, _)| *release)
}

/// Returns the release of Windows Server that the tag of an image names.
pub(crate) fn release_of_image(image: &str) -> Option<&'static str> {
    let tag = image.rsplit('/').next().and_then(|name| name.split_once(':'))?.1.to_lowercase();
    let is_named = |word: &str| tag.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    RELEASES
        .iter()
        .find(|(_, release, older)| is_named(&release.to_lowercase()) || is_named(older))
        .map(|(_, release, _)| *release)
}

/// Builds of Windows Server, their releases, and another name of the release.
/// <https://learn.microsoft.com/en-us/virtualization/windowscontainers/deploy-containers/version-compatibility>
const RELEASES: [(&str, &str, &str); 9] = [
    ("14393", "ltsc2016", "1607"),
    ("17763", "ltsc2019", "1809"),
    ("18362", "1903", "1903"),
    ("18363", "1909", "1909"),
    ("19041", "2004", "2004"),
    ("19042", "20H2", "20h2"),
    ("20348", "ltsc2022", "21h2"),
    ("25398", "23H2", "23h2"),
    ("26100", "ltsc2025", "24h2"),
];

/// Returns the operating system that an image needs, if a node has another one: by its name, and by the nodes on which
/// pods with the image serve. An image that fails on a Windows node is for Linux unless its name says otherwise.
pub(crate) fn other_system(view: &View, node: &Node, image: &str) -> Option<&'static str> {
    let name = image.to_lowercase();
    let is_windows = ["windows", "nanoserver", "servercore"].iter().any(|word| name.contains(word))
        || release_of_image(image).is_some_and(|release| release.starts_with("ltsc"));
    match node.system.as_str() {
        "windows" if !is_windows => Some("linux"),
        "linux" if is_windows || view.serves_on_windows(image) => Some("windows"),
        _ => None,
    }
}

/// Returns the images of the pods that serve on Windows nodes. Most clusters have none, and the pods are not walked through.
pub(super) fn images_on_windows(rows: &Rows) -> BTreeSet<&str> {
    let windows: BTreeSet<&str> =
        rows.nodes.iter().filter(|node| node.system == "windows").map(|node| &*node.name).collect();
    if windows.is_empty() {
        return BTreeSet::new();
    }
    let serves = |pod: &&Pod| pod.serves() && pod.node.as_deref().is_some_and(|name| windows.contains(name));
    let pods = rows.pods.iter().inspect(|_| step()).filter(serves);
    pods.flat_map(|pod| pod.shared.template.specs.iter().map(|spec| &*spec.image)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_releases_are_read_from_builds_and_tags() {
        for (build, name) in [
            ("10.0.17763", Some("ltsc2019")),
            ("10.0.20348", Some("ltsc2022")),
            ("6.8.0-87-generic", None),
            ("", None),
        ] {
            assert_eq!(release(build), name, "{build}");
        }
        for (image, name) in [
            ("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022", Some("ltsc2022")),
            ("mcr.microsoft.com/windows/nanoserver:1809", Some("ltsc2019")),
            ("registry.example.com:5000/app", None),
            ("registry.example.com/app:2.0", None),
        ] {
            assert_eq!(release_of_image(image), name, "{image}");
        }
    }
}
