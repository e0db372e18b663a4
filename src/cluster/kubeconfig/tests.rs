use super::*;

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn error(text: &str) -> String {
    let (_folder, path) = written(text);
    load(Some(&path)).unwrap_err().to_string().replace(&path.display().to_string(), "PATH")
}

#[test]
fn a_file_that_is_named_must_exist() {
    let error = load(Some(Path::new("/nonexistent/config"))).unwrap_err().to_string();
    assert_eq!(error, "error: stat /nonexistent/config: no such file or directory");
}

#[test]
fn errors_name_the_file_and_quote_nothing_of_it() {
    for (text, told) in [
        ("users: [{name: a, user: {token: s3cr3t}}]\n  bad", ""),
        ("contexts: {token: s3cr3t}\n", "line 1, column 11: expected a list"),
        ("users: [{name: a, user: {token: [s3cr3t]}}]\n", "line 1, column 33: expected a text"),
        ("users: [{name: a, user: s3cr3t}]\n", "line 1, column 25: expected keys and values"),
        ("users: [{name: a, user: {token: 123}}]\n", ""),
    ] {
        let error = error(text);
        assert!(error.starts_with("error: error loading config file \"PATH\": "), "{error}");
        assert!(error.ends_with(told) && !error.contains("struct") && !error.contains("123"), "{error}");
        assert!(!error.contains("s3cr3t") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn the_first_definition_of_a_name_wins() {
    let (_folder, path) = written(
        "current-context: ''\ncontexts: [{name: a, context: {cluster: one}}]\n---\ncurrent-context: a\n\
         contexts: [{name: a, context: {cluster: two}}, {name: b, context: {user: me}}]\n",
    );
    let config = load(Some(&path)).unwrap();
    assert_eq!(config.current_context.as_deref(), Some("a"));
    let clusters: Vec<String> =
        config.contexts.iter().map(|named| named.context.as_ref().unwrap().cluster.clone()).collect();
    assert_eq!(clusters, ["one", ""], "a context without a cluster is accepted, as in kubectl");
}

#[test]
fn paths_are_relative_to_the_folder_of_the_file() {
    let (folder, path) = written(
        "clusters: [{name: c, cluster: {certificate-authority: ca.pem}}]\n\
         users:\n- name: u\n  user: {client-certificate: /abs/cert.pem, client-key: keys/key.pem, tokenFile: token, exec: {command: ./plugin}}\n\
         - name: v\n  user: {exec: {command: plugin}}\n",
    );
    let config = load(Some(&path)).unwrap();
    let within = |name: &str| Some(folder.path().join(name).display().to_string());
    let cluster = config.clusters[0].cluster.as_ref().unwrap();
    assert_eq!(cluster.certificate_authority, within("ca.pem"));
    let user = config.auth_infos[0].auth_info.as_ref().unwrap();
    assert_eq!(user.client_certificate.as_deref(), Some("/abs/cert.pem"));
    assert_eq!((&user.client_key, &user.token_file), (&within("keys/key.pem"), &within("token")));
    assert_eq!(user.exec.as_ref().unwrap().command, within("./plugin"));
    let other = config.auth_infos[1].auth_info.as_ref().unwrap();
    assert_eq!(other.exec.as_ref().unwrap().command.as_deref(), Some("plugin"));
}

/// Broken kubeconfigs with a secret in each wrong place: the text, the place, and what was expected there.
const BROKEN: &[(&str, &str, &str)] = &[
    ("hush", "1:1", "expected keys and values"),
    ("- hush", "1:1", "expected keys and values"),
    ("'hush'", "1:1", "expected keys and values"),
    ("apiVersion: [hush]", "1:13", "expected a text"),
    ("apiVersion: {hush: 1}", "1:13", "expected a text"),
    ("kind: {a: hush}", "1:7", "expected a text"),
    ("preferences: hush", "1:14", "expected keys and values"),
    ("preferences: {colors: hush}", "1:23", "expected true or false"),
    ("clusters: hush", "1:11", "expected a list"),
    ("clusters: {hush: 1}", "1:11", "expected a list"),
    ("clusters: [hush]", "1:12", "expected keys and values"),
    ("clusters: [[hush]]", "1:12", "expected keys and values"),
    ("clusters: [{hush: 1}]", "", "expected the key \"name\""),
    ("clusters: [{name: [hush]}]", "1:19", "expected a text"),
    ("clusters:\n- name: a\n  cluster: hush", "3:12", "expected keys and values"),
    ("clusters:\n- name: a\n  cluster: [hush]", "3:12", "expected keys and values"),
    ("clusters: [{name: a, cluster: {server: [hush]}}]", "1:40", "expected a text"),
    ("clusters: [{name: a, cluster: {server: {hush: 1}}}]", "1:40", "expected a text"),
    ("clusters: [{name: a, cluster: {insecure-skip-tls-verify: hush}}]", "1:58", "expected true or false"),
    ("clusters: [{name: a, cluster: {insecure-skip-tls-verify: 'hush'}}]", "1:58", "expected true or false"),
    ("clusters: [{name: a, cluster: {certificate-authority-data: [hush]}}]", "1:60", "expected a text"),
    ("clusters: [{name: a, cluster: {proxy-url: {u: hush}}}]", "1:43", "expected a text"),
    ("clusters: [{name: a, cluster: {disable-compression: hush}}]", "1:53", "expected true or false"),
    ("clusters: [{name: a, cluster: {extensions: hush}}]", "1:44", "expected a list"),
    ("users: hush", "1:8", "expected a list"),
    ("users: {token: hush}", "1:8", "expected a list"),
    ("users: [hush]", "1:9", "expected keys and values"),
    ("users: [{user: {token: hush}}]", "", "expected the key \"name\""),
    ("users:\n- name: a\n  user: hush", "3:9", "expected keys and values"),
    ("users:\n- name: a\n  user: [hush]", "3:9", "expected keys and values"),
    ("users: [{name: a, user: {token: [hush]}}]", "1:33", "expected a text"),
    ("users: [{name: a, user: {token: 5378008}}]", "1:33", "expected a text"),
    ("users: [{name: a, user: {token: {hush: hush}}}]", "1:33", "expected a text"),
    ("users: [{name: a, user: {password: [hush]}}]", "1:36", "expected a text"),
    ("users: [{name: a, user: {password: 5378008}}]", "1:36", "expected a text"),
    ("users: [{name: a, user: {username: {a: hush}}}]", "1:36", "expected a text"),
    ("users: [{name: a, user: {tokenFile: [hush]}}]", "1:37", "expected a text"),
    ("users: [{name: a, user: {client-key-data: [hush]}}]", "1:43", "expected a text"),
    ("users: [{name: a, user: {client-certificate-data: {hush: 1}}}]", "1:51", "expected a text"),
    ("users: [{name: a, user: {as: [hush]}}]", "1:30", "expected a text"),
    ("users: [{name: a, user: {as-groups: hush}}]", "1:37", "expected a list"),
    ("users: [{name: a, user: {as-groups: [[hush]]}}]", "1:38", "expected a text"),
    ("users: [{name: a, user: {as-user-extra: hush}}]", "1:41", "expected keys and values"),
    ("users: [{name: a, user: {as-user-extra: {k: hush}}}]", "1:45", "expected a list"),
    ("users: [{name: a, user: {auth-provider: hush}}]", "1:41", "expected keys and values"),
    ("users: [{name: a, user: {auth-provider: {config: {t: hush}}}}]", "", "expected the key \"name\""),
    (
        "users: [{name: a, user: {auth-provider: {name: oidc, config: hush}}}]",
        "1:62",
        "expected keys and values",
    ),
    (
        "users: [{name: a, user: {auth-provider: {name: oidc, config: {t: [hush]}}}}]",
        "1:66",
        "expected a text",
    ),
    ("users: [{name: a, user: {exec: hush}}]", "1:32", "expected keys and values"),
    ("users: [{name: a, user: {exec: {command: [hush]}}}]", "1:42", "expected a text"),
    ("users: [{name: a, user: {exec: {args: hush}}}]", "1:39", "expected a list"),
    ("users: [{name: a, user: {exec: {env: {T: hush}}}}]", "1:38", "expected a list"),
    ("users: [{name: a, user: {exec: {env: [hush]}}}]", "1:39", "expected keys and values"),
    ("users: [{name: a, user: {exec: {env: [{name: T, value: [hush]}]}}}]", "1:56", "expected a text"),
    (
        "users: [{name: a, user: {exec: {interactiveMode: hush}}}]",
        "1:50",
        "expected Never or IfAvailable or Always",
    ),
    ("users: [{name: a, user: {exec: {provideClusterInfo: hush}}}]", "1:53", "expected true or false"),
    ("contexts: {token: hush}", "1:11", "expected a list"),
    ("contexts: [hush]", "1:12", "expected keys and values"),
    ("contexts: [{name: a, context: hush}]", "1:31", "expected keys and values"),
    ("contexts: [{name: a, context: {namespace: [hush]}}]", "1:43", "expected a text"),
    ("current-context: [hush]", "1:18", "expected a text"),
    ("users: [{name: a, user: {token: a, token: hush}}]", "1:36", "a key occurs twice"),
    ("users: [{name: a, user: {hush: a, hush: b}}]", "1:35", "a key occurs twice"),
    ("users: [{name: a, user: {token: hush", "", ""),
    ("users: [{name: a, user: {token: \"hush}}]", "", ""),
    ("users:\n- name: a\n  user: {token: hush}\n bad", "", ""),
    ("users: *hush", "", ""),
    ("users: !hush [", "", ""),
    ("users: [{name: a, user: {token: &hush [x]}}]", "", "expected a text"),
    ("a: &hush [1]\nusers: *hush", "", ""),
    ("users: hush: hush", "", ""),
    ("%hush\n---\nusers: [", "", ""),
    ("kind: Config\n---\nusers: [{name: a, user: {token: [hush]}}]", "3:33", "expected a text"),
];

#[test]
fn errors_of_broken_files_have_a_place_and_no_value() {
    for (text, place, expected) in BROKEN {
        let error = error(text);
        let hidden = !error.contains("hush") && !error.contains("5378008") && !error.contains('\n');
        assert!(hidden && error.len() < 160, "{text}: {error}");
        let rest = error.strip_prefix("error: error loading config file \"PATH\": ");
        let rest = rest.unwrap_or_else(|| panic!("{text}: {error}"));
        let place = place
            .split_once(':')
            .map_or_else(|| "line ".to_owned(), |(line, column)| format!("line {line}, column {column}: "));
        assert!(rest.starts_with(&place) && rest.ends_with(expected), "{text}: {rest}");
    }
    assert!(BROKEN.len() >= 40);
}

#[test]
fn unknown_keys_and_empty_parts_are_accepted() {
    for text in [
        "",
        "# nothing\n",
        "---\n",
        "clusters: null\nusers:\ncontexts: []\n",
        "clusters: [{name: a, other: {deep: [1]}, cluster: {server: null, extensions: [{name: x, extension: {a: 1}}]}}]",
        "users: [{name: a, user: {token: '7', colour: 1, exec: {interactiveMode: Never, env: [], args: null}}}]",
        "users: [{name: a, user: {token: !!str 7}}, {name: b, user: null}, {name: c}]",
    ] {
        let (_folder, path) = written(text);
        assert!(load(Some(&path)).is_ok(), "{text}: {:?}", load(Some(&path)).err());
    }
}
