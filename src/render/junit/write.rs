//! The XML of test results.

use super::{Case, Outcome, Suite};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io::{self, Write};

/// The numbers of cases.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'s>(suites: impl IntoIterator<Item = &'s Suite>) -> Self {
        let mut counts = Self::default();
        for case in suites.into_iter().flat_map(|suite| &suite.cases) {
            counts.tests += 1;
            match case.result {
                Outcome::Passed(_) => {}
                Outcome::Failed { .. } => counts.failures += 1,
                Outcome::Error { .. } => counts.errors += 1,
                Outcome::Skipped(_) => counts.skipped += 1,
            }
        }
        counts
    }
}

/// Writes a document.
pub(super) fn suites(suites: &[Suite], out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut start = element("testsuites", &[("name", crate::NAME)]);
    let counts = Counts::of(suites);
    for (name, count) in [("tests", counts.tests), ("failures", counts.failures), ("errors", counts.errors)] {
        start.push_attribute((name, count.to_string().as_str()));
    }
    xml.write_event(Event::Start(start))?;
    suites.iter().try_for_each(|of| suite(&mut xml, of))?;
    end(&mut xml, "testsuites")?;
    xml.into_inner().write_all(b"\n")
}

type Xml<'o> = Writer<&'o mut dyn Write>;

fn suite(xml: &mut Xml, of: &Suite) -> io::Result<()> {
    let mut start = element("testsuite", &[("name", &of.name)]);
    let counts = Counts::of([of]);
    for (name, count) in [
        ("tests", counts.tests),
        ("failures", counts.failures),
        ("errors", counts.errors),
        ("skipped", counts.skipped),
    ] {
        start.push_attribute((name, count.to_string().as_str()));
    }
    // Readers expect a time in UTC without an offset.
    if let Some(at) = of.at.and_then(crate::wire::Time::to_timestamp) {
        start.push_attribute(("timestamp", at.strftime("%FT%T").to_string().as_str()));
    }
    xml.write_event(Event::Start(start))?;
    if !of.properties.is_empty() {
        xml.write_event(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in &of.properties {
            xml.write_event(Event::Empty(element("property", &[("name", name), ("value", value)])))?;
        }
        end(xml, "properties")?;
    }
    of.cases.iter().try_for_each(|case| one(xml, &of.class, case))?;
    end(xml, "testsuite")
}

fn one(xml: &mut Xml, class: &str, case: &Case) -> io::Result<()> {
    let start = element("testcase", &[("classname", class), ("name", &case.name), ("time", "0")]);
    match &case.result {
        Outcome::Passed(text) if text.is_empty() => return xml.write_event(Event::Empty(start)),
        _ => xml.write_event(Event::Start(start))?,
    }
    match &case.result {
        Outcome::Passed(text) => with_text(xml, BytesStart::new("system-out"), text)?,
        Outcome::Failed { severity, message, text } => {
            with_text(xml, element("failure", &[("type", severity.id()), ("message", message)]), text)?;
        }
        Outcome::Error { reason, message } => {
            with_text(xml, element("error", &[("type", reason), ("message", message)]), message)?;
        }
        Outcome::Skipped(why) => xml.write_event(Event::Empty(element("skipped", &[("message", why)])))?,
    }
    end(xml, "testcase")
}

fn element<'n>(name: &'n str, attributes: &[(&str, &str)]) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, legal(value).as_str()));
    }
    start
}

fn with_text(xml: &mut Xml, start: BytesStart, text: &str) -> io::Result<()> {
    let close = start.to_end().into_owned();
    xml.write_event(Event::Start(start))?;
    xml.write_event(Event::Text(BytesText::new(&legal(text))))?;
    xml.write_event(Event::End(close))
}

fn end(xml: &mut Xml, name: &str) -> io::Result<()> {
    xml.write_event(Event::End(BytesEnd::new(name)))
}

/// Replaces the characters that no XML document can have, not even escaped.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}
