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
        ("contexts: {token: s3cr3t}\n", "expected a list at line 1 column 11"),
        ("users: [{name: a, user: {token: [s3cr3t]}}]\n", "expected text at line 1 column 33"),
        ("users: [{name: a, user: s3cr3t}]\n", "expected an object at line 1 column 25"),
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
