use super::*;

fn chosen(contexts: &[&str], all_contexts: bool) -> Result<Vec<String>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let names = ["prod-eu", "prod-us", "lab", "a,b", "od*d"];
    let named: Vec<String> =
        names.iter().map(|name| format!("- {{name: '{name}', context: {{cluster: c}}}}\n")).collect();
    std::fs::write(&path, format!("contexts:\n{}", named.concat())).unwrap();
    let contexts = contexts.iter().map(|name| (*name).to_owned()).collect();
    super::contexts(&ConnectOptions {
        kubeconfig: Some(path),
        contexts,
        all_contexts,
        ..ConnectOptions::default()
    })
}

#[test]
fn contexts_are_selected_by_name_pattern_and_list() {
    for (contexts, all, found) in [
        (&[][..], false, &[""][..]),
        (&["lab"], false, &["lab"]),
        (&["prod-*"], false, &["prod-eu", "prod-us"]),
        (&["lab,prod-us"], false, &["lab", "prod-us"]),
        (&["lab", "*"], false, &["lab", "prod-eu", "prod-us", "a,b", "od*d"]),
        (&["a,b", "od*d"], false, &["a,b", "od*d"]),
        (&[], true, &["prod-eu", "prod-us", "lab", "a,b", "od*d"]),
    ] {
        assert_eq!(chosen(contexts, all).unwrap(), found, "{contexts:?}");
    }
}

#[test]
fn an_unknown_context_comes_with_the_known_ones() {
    let error = chosen(&["lab", "stage"], false).unwrap_err().to_string();
    let listed = "the kubeconfig has: prod-eu, prod-us, lab, a,b, od*d";
    assert_eq!(error, format!("error: context \"stage\" does not exist; {listed}"));
    assert!(chosen(&["[x"], false).is_err());
    for empty in ["", ","] {
        let error = chosen(&["lab", empty], false).unwrap_err().to_string();
        assert_eq!(error, format!("error: \"{empty}\" is not a context name"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, "").unwrap();
    let options = ConnectOptions { kubeconfig: Some(path), all_contexts: true, ..ConnectOptions::default() };
    assert_eq!(contexts(&options).unwrap_err().to_string(), "error: the kubeconfig has no contexts");
}
