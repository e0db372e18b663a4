use super::*;
use crate::text::Lang;
use made::{Authority, self_signed};

#[path = "../../../tests/support/certificates.rs"]
mod made;

const LIFE: (u64, u64) = (1_790_000_000, 1_797_776_000);

fn chain(texts: &[&str]) -> Chain {
    Chain::of_pem(texts.concat().as_bytes(), b"").unwrap()
}

#[test]
fn a_certificate_says_whom_it_is_for_and_until_when() {
    let root = Authority::root("House root");
    let chain = chain(&[&root.private(&["Shop.example.com", "*.shop.example.com", "10.0.0.1"], LIFE)]);
    let leaf = &chain.leaf;
    assert_eq!((&*leaf.subject, &*leaf.issuer), ("Shop.example.com", "House root"));
    assert_eq!((leaf.not_before, leaf.not_after), (Time::at(1_790_000_000), Time::at(1_797_776_000)));
    assert_eq!(leaf.hosts, ["*.shop.example.com", "shop.example.com"]);
    assert_eq!((leaf.addresses.len(), leaf.life()), (1, 90 * 86_400));
    assert!(!leaf.serial.is_empty() && leaf.serial.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!((chain.given, chain.above.len()), (1, 0));
}

#[test]
fn hosts_are_covered_as_browsers_see_it() {
    let root = Authority::root("r");
    let names = ["example.com", "*.example.com", "10.0.0.1", "fd00::1"];
    let chain = chain(&[&root.private(&names, LIFE)]);
    for host in ["example.com", "EXAMPLE.com.", "a.Example.com", "*.example.com", "10.0.0.1", "fd00:0::1"] {
        assert!(chain.leaf.covers(host), "{host}");
    }
    for host in ["a.b.example.com", "*.a.example.com", ".example.com", "example.org", "com", "", "10.0.0.2"] {
        assert!(!chain.leaf.covers(host), "{host}");
    }
    let one = self::chain(&[&root.private(&["shop.example.com"], LIFE)]);
    assert!(!one.leaf.covers("*.example.com"), "a wildcard host is more than one host");
}

#[test]
fn the_common_name_does_not_count() {
    let text = include_bytes!("../../../tests/fixtures/certificates/v1.pem");
    let chain = Chain::of_pem(text, b"").unwrap();
    assert_eq!(chain.leaf.subject, "v1.example.com");
    assert_eq!(chain.leaf.not_after, Time::at(1_798_761_600));
    assert!(!chain.leaf.covers("v1.example.com"));
}

#[test]
fn the_last_year_is_a_year() {
    let text = include_bytes!("../../../tests/fixtures/certificates/rsa-until-9999.pem");
    let chain = Chain::of_pem(text, b"").unwrap();
    assert_eq!(chain.leaf.not_after.to_timestamp().unwrap().to_string(), "9999-12-30T22:00:00Z");
    assert_eq!(chain.leaf.serial, "0badcafe");
    assert!(chain.leaf.covers("a.rsa.example.com") && chain.leaf.covers("fd00::1") && chain.complete);
}

#[test]
fn a_chain_is_complete_unless_it_is_known_not_to_be() {
    let root = Authority::root("Root");
    let middle = root.below("Middle", None);
    let leaf = middle.public(&["a.example.com"], LIFE);
    assert!(!chain(&[&leaf]).complete, "a public one alone");
    assert!(!chain(&[&leaf, &root.pem]).complete, "with a stranger");
    assert!(chain(&[&leaf, &middle.pem]).complete, "the client has the root");
    assert!(chain(&[&middle.private(&["a.example.com"], LIFE)]).complete, "one of the house");
    assert!(chain(&[&self_signed(&["a.example.com"], LIFE)]).complete);
    assert!(Chain::of_pem(leaf.as_bytes(), middle.pem.as_bytes()).unwrap().complete, "its authority is told");
    let whole = chain(&[&leaf, &root.pem, &middle.pem]);
    let subjects: Vec<&str> = whole.iter().map(|certificate| &*certificate.subject).collect();
    assert_eq!(subjects, ["a.example.com", "Middle", "Root"], "in whatever order they come");
}

#[test]
fn the_first_end_of_a_chain_counts() {
    let root = Authority::root("Root");
    let middle = root.below("Middle", Some((1_700_000_000, 1_791_000_000)));
    let leaf = middle.public(&["a.example.com"], LIFE);
    assert_eq!(chain(&[&leaf, &middle.pem]).ends_first().subject, "Middle");
    assert_eq!(chain(&[&leaf, &root.pem]).ends_first().subject, "a.example.com");
}

#[test]
fn a_root_that_is_sent_along_has_no_end() {
    let old = Authority::of("Root", (1_700_000_000, 1_791_000_000));
    let leaf = old.private(&["a.example.com"], LIFE);
    let chain = chain(&[&leaf, &old.pem]);
    assert_eq!((chain.above.len(), &*chain.ends_first().subject), (1, "a.example.com"));
    // One that trusts itself and is shown to visitors has.
    let own = self::chain(&[&self_signed(&["a.example.com"], (1_700_000_000, 1_791_000_000))]);
    assert_eq!(own.ends_first().not_after, Time::at(1_791_000_000));
}

#[test]
fn of_two_certificates_of_an_issuer_the_later_one_counts() {
    let root = Authority::root("Root");
    let (before, now) =
        (root.below("Middle", Some((1_600_000_000, 1_700_000_000))), root.below("Middle", None));
    let leaf = now.public(&["a.example.com"], LIFE);
    for order in [[&leaf, &before.pem, &now.pem], [&leaf, &now.pem, &before.pem]] {
        let chain = chain(&order.map(String::as_str));
        assert_eq!(&*chain.ends_first().subject, "a.example.com");
    }
}

#[test]
fn a_bundle_that_begins_with_the_issuer_is_told() {
    let root = Authority::root("Root");
    let middle = root.below("Middle", None);
    let leaf = middle.public(&["a.example.com"], LIFE);
    let of = |texts: &[&str]| Chain::of_pem(texts.concat().as_bytes(), b"").unwrap_err();
    let first = |issuer: &str| Unreadable::IssuerFirst { issuer: issuer.to_owned() };
    assert_eq!(of(&[&middle.pem, &leaf]), first("Middle"));
    assert_eq!(of(&[&root.pem, &middle.pem, &leaf]), first("Root"));
    assert_eq!(of(&[&middle.pem, &root.pem, &leaf]), first("Middle"));
}

#[test]
fn noise_is_let_go_and_nonsense_is_told() {
    let leaf = Authority::root("r").private(&["a.example.com"], LIFE);
    let noisy = format!("Bag Attributes: x\nsubject=CN\n{leaf}\ntrailing words\n");
    assert_eq!(chain(&[&noisy]), chain(&[&leaf]));
    assert_eq!(chain(&[&leaf.replace('\n', "\r\n")]), chain(&[&leaf]));
    let of = |text: &str| Chain::of_pem(text.as_bytes(), b"").unwrap_err();
    assert_eq!((of(""), of(" \n"), of("hello")), (Unreadable::Empty, Unreadable::Empty, Unreadable::NoPem));
    assert_eq!(of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), Unreadable::NoPem);
    let broken = |text: &str| match of(text) {
        Unreadable::Broken { position, why } => (position, why.to_string().is_empty()),
        other => panic!("{other:?}"),
    };
    assert_eq!(broken(leaf.split_at(200).0), (1, false), "cut off");
    assert_eq!(broken(&leaf.replacen("\nMII", "\n!!!", 1)), (1, false), "no base64");
    assert_eq!(broken("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), (1, false));
    assert_eq!(broken("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), (1, false));
    let Unreadable::Broken { why, .. } = of("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    else {
        panic!("it is empty");
    };
    let said = [Lang::En, Lang::ZhTw, Lang::ZhCn].map(|lang| why.in_lang(lang));
    assert_eq!(said, ["not a PEM certificate", "此處不是有效的憑證", "此处不是有效的证书"]);
    assert_eq!(broken(&format!("{leaf}-----BEGIN CERTIFICATE-----\n")), (2, false));
}

#[test]
fn a_chain_of_a_hundred_is_read_in_part() {
    let root = Authority::root("r");
    let leaf = root.private(&["a.example.com"], LIFE);
    let chain =
        chain(&[&leaf.repeat(99), "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n"]);
    assert_eq!((chain.given, chain.above.len(), chain.complete), (100, 0, true));
    let roots = root.pem.repeat(99);
    assert_eq!(self::chain(&[&leaf, &roots]).above.len(), 1);
}

#[test]
fn a_handshake_shows_the_same() {
    let root = Authority::root("Root");
    let middle = root.below("Middle", None);
    let pem = middle.public(&["a.example.com"], LIFE) + &middle.pem;
    let der: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(Chain::of_der(&der).unwrap(), chain(&[&pem]));
    assert_eq!(Chain::of_der::<&[u8]>(&[]), Err(Unreadable::Empty));
    assert!(matches!(Chain::of_der(&[b"x"]), Err(Unreadable::Broken { position: 1, .. })));
}
