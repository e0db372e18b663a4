use super::super::document::{Block, mark, message, name, own, strong};
use super::super::{Look, RowOptions};
use super::*;
use crate::policy::settings::Settings;
use crate::text::Lang;

const TOP: Place = Place { level: 0, prefix: "" };

#[test]
fn a_line_has_no_markup_but_its_own() {
    let line = |line| blocks::line(&line).0;
    assert_eq!(line(strong("a & b").then(": ").then(name("<b>"))), "<strong>a &amp; b</strong>: &lt;b&gt;");
    assert_eq!(line(mark("**").then("open")), "<strong>open</strong>");
    assert_eq!(line(own("run `kubectl <x>`.")), "run <code>kubectl &lt;x&gt;</code>.");
    assert_eq!(line(own("🔴 high")), "<i class=\"dot red\"></i> high");
    assert_eq!(line(name("🔴`x`\u{202e}\n")), "🔴`x`\\u{202e}\\n");
    assert_eq!(line(message("שלום").then(mark("<br>"))), "<bdi>שלום</bdi><br>");
}

#[test]
fn only_addresses_of_the_web_are_links() {
    let line = |url: &str| blocks::line(&mark("<").then(url).then(mark(">"))).0;
    let address = "https://wiki.example/?q=a&b";
    let link = "<a href=\"https://wiki.example/?q=a&amp;b\" rel=\"noopener noreferrer\">https://wiki.example/?q=a&amp;b</a>";
    assert_eq!(line(address), link);
    assert_eq!(line("javascript:alert(1)"), "javascript:alert(1)");
}

#[test]
fn bars_fill_their_whole() {
    let bar = charts::bar(&[(1, "red"), (0, "yellow"), (3, "green")], 4).0;
    assert_eq!(bar.matches("<rect").count(), 2);
    assert!(bar.contains("<rect class=\"red\" x=\"0\" width=\"250\" height=\"8\"></rect>"), "{bar}");
    assert!(bar.contains("<rect class=\"green\" x=\"250\" width=\"750\" height=\"8\"></rect>"), "{bar}");
    assert_eq!(charts::bar(&[(0, "red")], 0).0.matches("<rect").count(), 0);
    assert!(charts::bar(&[(u64::MAX, "red")], u64::MAX).0.contains("width=\"1000\""));
}

#[test]
fn a_section_gives_its_heading_the_id() {
    let blocks = [Block::Heading(2, own("About")), Block::items(["one"])];
    let section = blocks::section(&blocks, &Place { level: 1, prefix: "c1-" }, "c1-s1", &Markup::default()).0;
    assert_eq!(section, "<h3 id=\"c1-s1\">About</h3><ul><li>one</li></ul>");
    assert_eq!(blocks::all(&[Block::Parts(Vec::new())], &TOP).0, "");
}

#[test]
fn several_clusters_are_one_page() {
    let (mut one, mut two) = (crate::snapshot::demo().unwrap(), crate::snapshot::demo().unwrap());
    one.cluster.context = "east".to_owned();
    two.cluster.context = "west</title>".to_owned();
    let settings = Settings::default();
    let reports = [Report::new(&one, &settings), Report::new(&two, &settings)];
    let look = Look {
        lang: Lang::En,
        color: false,
        width: None,
        height: None,
        all: false,
        rows: RowOptions::default(),
    };
    let mut page = Vec::new();
    write(&reports, look, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert_eq!((page.matches("<h1>").count(), page.matches("<main").count()), (1, 1));
    assert!(page.contains("<title>Needs attention · east, west&lt;/title&gt; · Pod health report</title>"));
    for text in
        ["<h2 id=\"c1-top\">east</h2>", "<h2 id=\"c2-top\">west&lt;/title&gt;</h2>", "<h3 id=\"c2-s9\">"]
    {
        assert_eq!(page.matches(text).count(), 1, "{text}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let known: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), known.len());
    let report = page.split("id=\"report\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["clusters"][1]["context"], "west</title>");
}

#[test]
fn the_policy_is_the_value_of_a_header() {
    let policy = format!("{}; frame-ancestors 'none'", policy());
    assert!(http::HeaderValue::try_from(&policy).is_ok(), "{policy}");
    assert_eq!(policy.matches("'sha256-").count(), 2);
    assert!(!policy.contains("unsafe"));
}
