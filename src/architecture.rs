//! Holds the modules to their directions: each uses only modules of earlier rows of [`MODULES`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules from the ground up, and the modules that each may use. The picture in `lib.rs` shows the same.
const MODULES: &[(&str, &[&str])] = &[
    // Words and data.
    ("text", &[]),
    ("files", &[]),
    ("memory", &["text"]),
    ("wire", &["text", "memory"]),
    ("output", &["text", "wire"]),
    ("model", &["text", "wire"]),
    ("logs", &["text", "wire", "model"]),
    ("tls", &["text", "files", "wire", "model"]),
    ("finding", &["text", "wire", "model"]),
    ("policy", &["text", "files", "wire", "model", "finding"]),
    ("snapshot", &["text", "memory", "wire", "model", "logs", "tls"]),
    // The JSON documents.
    ("contract", &["text", "wire", "model", "finding", "snapshot"]),
    // Judging: pure functions of a snapshot.
    ("checks", &["text", "memory", "wire", "model", "logs", "tls", "finding", "policy", "snapshot"]),
    (
        "compare",
        &["text", "output", "files", "memory", "wire", "model", "finding", "snapshot", "contract", "checks"],
    ),
    ("rightsize", &["text", "wire", "model", "finding", "snapshot", "checks"]),
    (
        "report",
        &[
            "text",
            "wire",
            "model",
            "logs",
            "tls",
            "finding",
            "policy",
            "snapshot",
            "checks",
            "compare",
            "rightsize",
        ],
    ),
    ("story", &["text", "wire", "model", "finding", "snapshot", "checks", "report"]),
    (
        "render",
        &[
            "text",
            "wire",
            "model",
            "logs",
            "tls",
            "finding",
            "policy",
            "snapshot",
            "contract",
            "checks",
            "compare",
            "rightsize",
            "report",
            "story",
        ],
    ),
    // Asking: everything that sends a request.
    ("cluster", &["text", "output", "files", "memory", "wire", "model", "tls", "policy", "snapshot"]),
    ("sources", &["text", "output", "memory", "wire", "model", "logs", "tls", "snapshot", "cluster"]),
    (
        "gather",
        &[
            "text", "output", "wire", "model", "logs", "tls", "policy", "snapshot", "checks", "cluster",
            "sources",
        ],
    ),
    // Serving: what a report offers over HTTP, and the protocol of agents.
    (
        "exporter",
        &["text", "output", "files", "wire", "finding", "snapshot", "report", "render", "cluster", "gather"],
    ),
    ("mcp", &["text", "finding", "render"]),
    // The program, and the targets of the fuzz tests.
    (
        "fuzz",
        &[
            "text", "wire", "model", "logs", "tls", "policy", "snapshot", "report", "render", "cluster",
            "sources",
        ],
    ),
    (
        "cli",
        &[
            "text",
            "output",
            "memory",
            "wire",
            "model",
            "logs",
            "tls",
            "finding",
            "policy",
            "snapshot",
            "checks",
            "compare",
            "rightsize",
            "report",
            "story",
            "render",
            "cluster",
            "sources",
            "gather",
        ],
    ),
    (
        "run",
        &[
            "text",
            "output",
            "files",
            "memory",
            "wire",
            "model",
            "logs",
            "tls",
            "finding",
            "policy",
            "snapshot",
            "checks",
            "compare",
            "rightsize",
            "report",
            "story",
            "render",
            "cluster",
            "sources",
            "gather",
            "exporter",
            "mcp",
            "cli",
        ],
    ),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the code of a file without comments, and without its tests, which may use any module.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Returns the modules that code names after `crate::`.
fn uses(code: &str) -> BTreeSet<String> {
    let name =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let mut depth = 1;
        let mut start = true;
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' if depth == 1 => start = true,
                c if start && !c.is_whitespace() => {
                    found.insert(name(group.get(index..).unwrap_or_default()));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Returns what each module uses, with a file that does.
fn uses_of_modules() -> BTreeMap<(String, String), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let mut found = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let is_test = inside.components().any(|part| {
            let name = part.as_os_str().to_str().unwrap();
            name.trim_end_matches(".rs").ends_with("tests")
                || name == "architecture.rs"
                || name == "schema.rs"
        });
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = module.trim_end_matches(".rs").to_owned();
        if is_test || module == "lib" || module == "main" {
            continue;
        }
        for used in uses(&code(&std::fs::read_to_string(&file).unwrap())) {
            let is_module = root.join(&used).is_dir() || root.join(format!("{used}.rs")).is_file();
            if is_module && used != module {
                found.insert((module.clone(), used), inside.display().to_string());
            }
        }
    }
    found
}

#[test]
fn the_table_has_no_circle_and_every_module() {
    let names: Vec<&str> = MODULES.iter().map(|(name, _)| *name).collect();
    for (index, (name, allowed)) in MODULES.iter().enumerate() {
        let above: Vec<_> = allowed.iter().filter(|used| !names[..index].contains(used)).collect();
        assert!(above.is_empty(), "{name} may not use {above:?}, which stand in later rows");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(root).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let module = file.trim_end_matches(".rs");
        let is_special = ["lib", "main", "architecture"].contains(&module);
        assert!(is_special || names.contains(&module), "src/{file} is in no row");
    }
}

#[test]
fn modules_use_only_what_the_table_allows() {
    let allowed = |module: &str, used: &str| {
        MODULES.iter().any(|(name, allowed)| *name == module && allowed.contains(&used))
    };
    let found = uses_of_modules();
    assert!(found.len() > 50, "{found:?}");
    let wrong: Vec<_> = found.iter().filter(|((module, used), _)| !allowed(module, used)).collect();
    assert!(wrong.is_empty(), "uses against the direction, each with a file:\n{wrong:#?}");
}

#[test]
fn uses_are_found_in_every_form() {
    let code = code(
        "use crate::text::Text; // crate::run\nuse crate::{model::{Pod, Node}, wire, finding::Fact};\n\
         fn f() { crate::tls::read() }\n#[cfg(test)]\nmod tests { use crate::cli; }",
    );
    let found: Vec<String> = uses(&code).into_iter().collect();
    assert_eq!(found, ["finding", "model", "text", "tls", "wire"]);
}
