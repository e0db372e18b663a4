//! The report as one HTML file, as a parser of HTML reads it.

use crate::support::scripted::{Call, Reply, Scripted};
use crate::support::{Ran, Run, healthcheck, run};
use crate::{LANGS, healthy_status, judged, pod};
use base64::Engine;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Elements without content.
const VOID: [&str; 3] = ["br", "input", "meta"];

/// Every element that a page may have.
const ELEMENTS: &str = "a article bdi body br code dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 head \
    header html i input label li main meta nav ol p rect script section span strong style summary svg \
    table tbody td th thead title tr ul";

/// Every attribute that an element may have.
const ATTRIBUTES: &str = "aria-hidden aria-label aria-labelledby aria-live autocomplete charset class content data-changes \
    data-copied data-copy data-filtered for height hidden href http-equiv id lang name open \
    preserveaspectratio rel role scope spellcheck tabindex type viewbox width x";

/// An element, with the text within it.
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

/// Reads a page. It must be well-formed, with the elements and attributes above, and with nothing that is loaded.
fn parse(page: &str) -> Vec<Element> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut all, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let shown = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = shown(&tag.name);
                let attributes: BTreeMap<String, String> =
                    tag.attributes.iter().map(|(name, value)| (shown(name), shown(value))).collect();
                assert!(ELEMENTS.split(' ').any(|of| of == name), "<{name}> {attributes:?}");
                for (attribute, value) in &attributes {
                    let is_known = ATTRIBUTES.split(' ').any(|of| of == attribute);
                    assert!(is_known, "<{name} {attribute}={value:?}>");
                    assert!(attribute != "href" || value.starts_with('#'), "<{name} {attribute}={value:?}>");
                }
                if !VOID.contains(&&*name) {
                    open.push(all.len());
                }
                all.push(Element { name, attributes, text: String::new() });
            }
            Token::EndTag(tag) => {
                let index = open.pop().unwrap();
                assert_eq!(all[index].name, shown(&tag.name));
            }
            Token::String(text) => open.iter().for_each(|index| all[*index].text.push_str(&shown(&text))),
            Token::Doctype(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    all
}

fn of<'e>(page: &'e [Element], name: &str) -> Vec<&'e Element> {
    page.iter().filter(|element| element.name == name).collect()
}

fn report_of(page: &[Element]) -> Value {
    let report = page.iter().find(|element| element.attributes.get("id").is_some_and(|id| id == "report"));
    serde_json::from_str(&report.unwrap().text).unwrap()
}

/// Holds a page to what every page has, and returns its elements.
fn checked(ran: &Ran) -> Vec<Element> {
    assert_eq!(ran.err, "");
    let page = parse(&ran.out);
    let ids: Vec<&String> = page.iter().filter_map(|element| element.attributes.get("id")).collect();
    let known: BTreeSet<&String> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "{ids:?}");
    for element in &page {
        let targets = ["aria-labelledby", "for"].into_iter().filter_map(|name| element.attributes.get(name));
        let links = element.attributes.get("href").map(|link| link.trim_start_matches('#').to_owned());
        for target in targets.cloned().chain(links) {
            assert!(known.contains(&target), "{target}");
        }
    }
    headings_are_in_order(&page);
    for name in ["main", "nav", "footer", "h1", "title", "style"] {
        assert_eq!(of(&page, name).len(), 1, "{name}");
    }
    tables_have_heads(&page);
    policy_names_style_and_script(&page);
    page
}

fn headings_are_in_order(page: &[Element]) {
    let level = |element: &Element| element.name.strip_prefix('h')?.parse::<u8>().ok();
    let levels: Vec<u8> = page.iter().filter_map(level).collect();
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

fn tables_have_heads(page: &[Element]) {
    let (tables, heads) = (of(page, "table").len(), of(page, "thead").len());
    assert_eq!((tables, of(page, "tbody").len()), (heads, heads));
    assert!(of(page, "th").iter().all(|th| th.attributes["scope"] == "col" && !th.text.is_empty()));
    let groups = page.iter().filter(|element| element.attributes.get("role").is_some_and(|of| of == "group"));
    assert!(groups.into_iter().all(|group| !group.attributes["aria-label"].is_empty()));
}

fn policy_names_style_and_script(page: &[Element]) {
    let is_policy = |element: &&Element| element.attributes.contains_key("http-equiv");
    let policy = &page.iter().find(is_policy).unwrap().attributes["content"];
    let scripts: Vec<&Element> = of(page, "script");
    assert_eq!(scripts.len(), 2, "the script, and the report");
    let hash = |text: &str| {
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        format!("'sha256-{}'", base64::prelude::BASE64_STANDARD.encode(digest.as_ref()))
    };
    let (style, script) = (hash(&of(page, "style")[0].text), hash(&scripts[0].text));
    let wanted = format!(
        "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
    );
    assert_eq!(*policy, wanted);
}

#[test]
fn the_patrol_is_a_page_in_three_languages() {
    let report = run("demo -o json --fail-on never").json();
    for lang in LANGS {
        let ran = run(&format!("demo -o html --lang {lang}"));
        assert_eq!(ran.code, 1);
        let page = checked(&ran);
        assert_eq!(of(&page, "html")[0].attributes["lang"], lang);
        assert_eq!(report_of(&page), report, "as -o json");
        // Markdown has the same sections.
        let markdown = run(&format!("demo -o markdown --lang {lang}")).out;
        let sections: Vec<&str> = markdown.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let headings: Vec<&str> =
            of(&page, "h2").iter().skip(1).map(|heading| heading.text.as_str()).collect();
        assert_eq!(headings, sections);
        let text = &of(&page, "main")[0].text;
        for finding in report["findings"].as_array().unwrap() {
            assert!(text.contains(finding["object"]["name"].as_str().unwrap()));
        }
        let changing = page
            .iter()
            .filter(|element| element.attributes.get("class").is_some_and(|c| c == "command changes"));
        assert!(changing.into_iter().all(|command| command.text.contains(" delete pod ")));
    }
}

/// A line of the file is the report, for tools of lines.
#[test]
fn the_report_is_one_line_of_the_page() {
    let page = run("demo -o html").out;
    let mut lines =
        page.lines().skip_while(|line| !line.ends_with("<script type=\"application/json\" id=\"report\">"));
    let report: Value = serde_json::from_str(lines.nth(1).unwrap()).unwrap();
    assert_eq!(report["verdict"], "attention");
    assert_eq!(lines.next(), Some("</script></body></html>"));
}

const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "javascript:alert(3)",
    "--> <!-- </script><script>alert(4)</script>",
    "' onmouseover='alert(5)",
    "\u{202e}gnp.exe\u{200b}",
    "مرحبا",
    "https://evil.example/?q=<b>&amp;",
    "</main></style></title><svg/onload=alert(6)>",
];

/// `checked` allows no element and no attribute that the program does not write.
#[test]
fn no_text_of_a_cluster_becomes_markup() {
    let failing = |name: &str, text: &str| {
        let state = json!({ "waiting": { "reason": "CreateContainerConfigError", "message": text } });
        let last = json!({ "terminated": { "exitCode": 1, "reason": text, "message": text } });
        let container =
            json!({ "name": "app", "ready": false, "restartCount": 30, "state": state, "lastState": last });
        let mut pod = pod(name, &json!({ "phase": "Pending", "containerStatuses": [container] }));
        pod["spec"]["containers"][0]["image"] = json!(text);
        pod
    };
    let long = "x".repeat(4000);
    let texts = HOSTILE.into_iter().chain([long.as_str()]);
    let items: Vec<Value> =
        texts.enumerate().map(|(index, text)| failing(&format!("web-{index}"), text)).collect();
    let ran = judged(&items, "-o html --fail-on never");
    let page = checked(&ran);
    assert_eq!(report_of(&page), judged(&items, "-o json --fail-on never").json());
    let text = &of(&page, "main")[0].text;
    assert!(
        text.contains("<script>alert(1)</script>") && text.contains("\\u{202e}gnp.exe\\u{200b}"),
        "{text}"
    );
    assert!(of(&page, "bdi").iter().all(|element| element.text.contains("مرحبا")));
    assert!(!of(&page, "bdi").is_empty());
    assert!(!ran.out.contains(['\u{202e}', '\u{200b}']));
}

#[test]
fn a_page_of_many_pods_is_small_and_lists_the_first_workloads() {
    let owned = |index: usize| {
        let mut pod = pod(&format!("web-{}-7d8f9c6b5-{index:05}", index / 10), &healthy_status());
        pod["metadata"]["ownerReferences"] = json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("web-{}-7d8f9c6b5", index / 10), "uid": "u", "controller": true }]);
        pod
    };
    let items: Vec<Value> = (0..10_000).map(owned).collect();
    let ran = judged(&items, "-o html --fail-on never");
    let page = checked(&ran);
    let report = report_of(&page);
    let mut whole = judged(&items, "-o json --fail-on never").json();
    assert_eq!(whole.as_object_mut().unwrap().remove("pods").unwrap().as_array().unwrap().len(), 10_000);
    assert_eq!(report, whole, "as -o json, without the pods");
    let rows = of(&page, "td").iter().filter(|cell| cell.text.contains("/web-")).count();
    assert_eq!(rows, 100, "of 1000 workloads");
    assert!(of(&page, "main")[0].text.contains("… and 900 more; --all lists them."));
    assert!(ran.out.len() < 1_000_000, "{}", ran.out.len());
    let few = checked(&judged(&items[..100], "-o html --fail-on never"));
    assert_eq!(of(&few, "td").iter().filter(|cell| cell.text.starts_with("web-")).count(), 100);
}

/// A page about something else would look like a report.
#[test]
fn only_a_report_is_a_page() {
    let pigo = "-f examples/pigo.json";
    for (arguments, why) in [
        (format!("nodes {pigo} -o html"), "invalid value 'html'"),
        (format!("pod/nacos-5945f489bc-qdgf9 -n pigo-dev {pigo} -o html"), "-o html is for a whole report"),
    ] {
        let mut command = healthcheck();
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments.split_whitespace());
        let ran = Run::ran(&mut command);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(ran.err.contains(why), "{ran:?}");
    }
    // From the environment it is a wish for reports.
    for arguments in [format!("nodes {pigo}"), "profile show".to_owned()] {
        let mut command = healthcheck();
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env("HEALTHCHECK_OUTPUT", "html");
        let ran = Run::ran(command.args(arguments.split_whitespace()));
        assert!(ran.err.is_empty() && !ran.out.contains('<'), "{ran:?}");
    }
}

/// The first cluster is the last to fail.
#[test]
fn clusters_of_one_state_are_in_the_order_of_their_names() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let served =
        Scripted::start(|call: &Call| match call.head.split([' ', '?']).nth(1).unwrap_or_default() {
            "/version" => Reply::ok("application/json", json!({ "gitVersion": "v1.36.0" }).to_string()),
            path if path.ends_with("/pods") => {
                let items = [pod("web-0", &healthy_status())];
                let list = json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items });
                Reply::ok("application/json", list.to_string())
            }
            _ => Reply::Answer("HTTP/1.1 404 Not Found\r\n".to_owned(), "404 page not found".to_owned()),
        });
    let clusters = [("a", silent.local_addr().unwrap()), ("b", closed), ("c", closed), ("d", served.address)];
    let entry = |(name, address): &(&str, std::net::SocketAddr)| json!({ "name": name, "cluster": { "server": format!("http://{address}") } });
    let context =
        |(name, _): &(&str, std::net::SocketAddr)| json!({ "name": name, "context": { "cluster": name } });
    let config = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": clusters.iter().map(entry).collect::<Vec<_>>(),
        "contexts": clusters.iter().map(context).collect::<Vec<_>>(),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, config.to_string()).unwrap();
    for format in ["html", "markdown", "table"] {
        let mut command = healthcheck();
        command.arg("--kubeconfig").arg(&path).args([
            "--all-contexts",
            "--request-timeout",
            "1s",
            "-o",
            format,
        ]);
        let ran = command.ran();
        let at = |name: &str| ran.out.find(&format!("Not checked: {name}: "));
        let places = ["a", "b", "c"].map(at);
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{format}: {places:?}\n{}",
            ran.out
        );
    }
}
