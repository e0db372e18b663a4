//! Folders and archives: what `kubectl cluster-info dump`, must-gather and support bundles contain.

use crate::support::{Ran, Run, healthcheck};
use crate::{healthy_status, pod};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// A folder of a support bundle: lists by namespace, an object by itself, and files that are no objects.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let list = |kind: &str, items: Vec<Value>| {
        json!({ "kind": kind, "apiVersion": "v1", "metadata": {}, "items": items }).to_string().into_bytes()
    };
    let bare = |name: &str| {
        let mut object = pod(name, &healthy_status());
        object.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "apiVersion");
        object
    };
    let yaml = serde_saphyr::to_string(&pod("web-0", &healthy_status())).unwrap();
    vec![
        ("cluster-resources/pods/demo.json", list("PodList", vec![bare("web-0"), bare("web-1")])),
        ("namespaces/demo/pods/web-0/web-0.yaml", format!("---\n{yaml}").into_bytes()),
        ("cluster-resources/array.json", json!([pod("web-2", &healthy_status())]).to_string().into_bytes()),
        ("version.json", b"{\"major\": \"1\"}".to_vec()),
        ("cluster-resources/empty.json", Vec::new()),
        ("demo/web-0/logs.txt", b"started".to_vec()),
        (".hidden/pods.json", list("PodList", vec![bare("hidden")])),
    ]
}

fn check(path: &Path) -> Ran {
    healthcheck().arg("-f").arg(path).args(["--now", "2025-12-26T02:00:00Z", "-o", "json"]).ran()
}

/// Returns the names of the pods, and the gaps about files.
fn seen(ran: &Ran) -> (Vec<String>, Vec<u64>) {
    let report = ran.json();
    let names = report["pods"].as_array().unwrap().iter().map(|pod| pod["name"].as_str().unwrap().to_owned());
    let outside = report["coverage"]["notInScope"].as_array().unwrap().iter();
    let files = outside.filter(|gap| gap["kind"] == "Files").map(|gap| gap["got"].as_u64().unwrap());
    (names.collect(), files.collect())
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, format!("bundle/{name}"), content.as_slice()).unwrap();
    }
    let mut link = tar::Header::new_ustar();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    out.append_link(&mut link, "bundle/link.json", "/etc/passwd").unwrap();
    out.into_inner().unwrap()
}

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn a_folder_and_its_archives_give_the_same_pods() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("bundle");
    for (name, content) in files() {
        write(&folder, name, &content);
    }
    let gz = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    // Folders are hidden by their own name, which an archive does not list.
    let mut packed = files();
    packed.retain(|(name, _)| !name.starts_with('.'));
    write(dir.path(), "bundle.tar", &tar(&packed));
    write(dir.path(), "bundle.tar.gz", &gz(&tar(&packed)));
    write(dir.path(), "bundle.tgz", &gz(&tar(&packed)));
    write(dir.path(), "bundle.tar.zst", &zstd::encode_all(tar(&packed).as_slice(), 1).unwrap());
    write(dir.path(), "bundle.zip", &zip(&packed));
    let wanted = (["web-0", "web-1", "web-2"].map(str::to_owned).to_vec(), vec![2]);
    for name in ["bundle", "bundle.tar", "bundle.tar.gz", "bundle.tgz", "bundle.tar.zst", "bundle.zip"] {
        let ran = check(&dir.path().join(name));
        assert_eq!((ran.code, seen(&ran)), (0, wanted.clone()), "{name}: {ran:?}");
    }
    let shown = healthcheck().arg("-f").arg(&folder).args(["--now", "2025-12-26T02:00:00Z"]).ran().out;
    assert!(shown.contains("2 files (no Kubernetes objects)"), "{shown}");
}

#[test]
fn a_damaged_file_of_a_folder_makes_the_report_incomplete() {
    let dir = tempfile::tempdir().unwrap();
    let whole = json!({ "kind": "List", "apiVersion": "v1", "items": [pod("web-0", &healthy_status()), pod("web-1", &healthy_status())] });
    let text = whole.to_string();
    write(dir.path(), "a.json", &text.as_bytes()[..text.len() - 40]);
    write(dir.path(), "b.json", pod("web-2", &healthy_status()).to_string().as_bytes());
    let ran = check(dir.path());
    assert_eq!((ran.code, seen(&ran).0), (3, vec!["web-0".to_owned(), "web-2".to_owned()]), "{ran:?}");
    let gaps = ran.json()["coverage"]["gaps"].to_string();
    assert!(gaps.contains("a.json") && gaps.contains("the content ends early"), "{gaps}");
}

#[test]
fn texts_and_manifests_are_refused_with_a_sentence() {
    let manifest = json!({
        "kind": "List", "apiVersion": "v1", "items": [
            { "kind": "Pod", "apiVersion": "v1", "metadata": { "name": "a", "creationTimestamp": null }, "spec": {}, "status": {} },
            { "kind": "Deployment", "apiVersion": "apps/v1", "metadata": { "name": "a" }, "spec": { "replicas": 1 } },
        ],
    });
    let manifest = manifest.to_string();
    let describe =
        "Name:             web-0\nNamespace:        demo\nPriority:         0\nStatus:           Running\n";
    let table = "NAME    READY   STATUS    RESTARTS   AGE\nweb-0   1/1     Running   0          5d\n";
    for (input, says) in [
        (manifest.as_str(), "standard input contains manifests, not objects from a cluster"),
        (describe, "standard input is the output of kubectl describe"),
        (table, "standard input is the output of kubectl get"),
    ] {
        let ran = healthcheck().args(["-f", "-"]).fed(input.as_bytes());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{says}: {ran:?}");
        assert!(ran.err.contains(says) && ran.err.contains("kubectl get -o yaml"), "{}", ran.err);
    }
}

#[test]
fn an_empty_list_of_a_kind_is_a_report() {
    let list = r#"{"apiVersion":"apps/v1","kind":"DaemonSetList","metadata":{},"items":[]}"#;
    let ran = healthcheck().args(["-f", "-", "-o", "json"]).fed(list.as_bytes());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let outside = ran.json()["coverage"]["notInScope"].to_string();
    assert!(!outside.contains("DaemonSet") && outside.contains("StatefulSet"), "{outside}");
}

#[test]
fn what_a_folder_has_and_is_not_read_is_said() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.json", pod("web-0", &healthy_status()).to_string().as_bytes());
    write(dir.path(), "bundle.zip", &zip(&[("inner.zip", zip(&[])), ("inner.tgz", Vec::new())]));
    write(&dir.path().join("d/".repeat(40)), "deep.json", b"{}");
    let ran =
        healthcheck().arg("-f").arg(dir.path()).args(["--now", "2025-12-26T02:00:00Z", "-o", "wide"]).ran();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("2 files (archives in archives are not read)"), "{}", ran.out);
    assert!(ran.out.contains("1 file (folders more than 32 levels deep are not read)"), "{}", ran.out);
}

/// A file of another user, or on a broken disk.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.json", pod("web-0", &healthy_status()).to_string().as_bytes());
    std::os::unix::fs::symlink("/proc/self/mem", dir.path().join("b.json")).unwrap();
    let ran = check(dir.path());
    assert_eq!((ran.code, seen(&ran).0), (3, vec!["web-0".to_owned()]), "{ran:?}");
    assert!(ran.json()["coverage"]["gaps"].to_string().contains("b.json"), "{ran:?}");
    // A file that is named by itself must be read.
    let ran = check(&dir.path().join("b.json"));
    assert!(ran.code == 2 && ran.err.starts_with("error: cannot read"), "{ran:?}");
}

#[test]
fn standard_input_is_read_once_and_is_no_zip() {
    let ran = healthcheck().args(["-f", "-"]).fed(&zip(&[("a.json", b"{}".to_vec())]));
    let error = "error: standard input is a zip archive, which cannot be read as a stream: save it to a file and use -f FILE";
    assert!(ran.code == 2 && ran.err.starts_with(error), "{ran:?}");
    let ran = healthcheck().args(["-f", "-", "-f", "-"]).fed(b"");
    assert!(ran.code == 2 && ran.err.contains("can be read only once"), "{ran:?}");
}

/// Bundles of Troubleshoot had arrays of objects without their kind: the name of the file tells it.
#[test]
fn objects_of_an_old_bundle_have_the_kind_of_their_file() {
    let mut pod = pod("web-0", &healthy_status());
    pod.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "apiVersion");
    let array = json!([pod]).to_string();
    let dir = tempfile::tempdir().unwrap();
    let resources = dir.path().join("bundle/cluster-resources");
    write(&resources.join("pods"), "demo.json", array.as_bytes());
    write(&resources.join("statefulsets"), "demo.json", b"[]");
    write(&resources, "resources.json", array.as_bytes());
    let ran = check(dir.path());
    assert_eq!((ran.code, seen(&ran).0), (0, vec!["web-0".to_owned()]), "{ran:?}");
    let outside = ran.json()["coverage"]["notInScope"].to_string();
    assert!(outside.contains("DaemonSet") && !outside.contains("StatefulSet"), "{outside}");
    // Elsewhere the kind is unknown.
    write(dir.path(), "other.json", array.as_bytes());
    let ran = check(&dir.path().join("other.json"));
    assert!(ran.code == 2 && ran.err.contains("no kind"), "{ran:?}");
}
