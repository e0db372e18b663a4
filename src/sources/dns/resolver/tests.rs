//! DNS servers that time out, lie, or send in circles.

use super::*;
use crate::sources::dns::unanswered;
use crate::text::{self, Lang};
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::rdata::{A, CNAME};
use std::collections::BTreeMap;
use std::net::UdpSocket;

/// Answers each question as `script` says: with some bytes, or not at all.
fn server(script: impl Fn(&Message) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
            for answer in script(&question) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    address
}

/// An answer with a code and records.
fn answer(question: &Message, code: ResponseCode, records: Vec<Record>) -> Message {
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.response_code = code;
    answer.add_queries(question.queries.clone());
    answer.add_answers(records);
    answer
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn asks(question: &Message) -> (String, RecordType) {
    let query = &question.queries[0];
    (query.name().to_ascii().to_lowercase(), query.query_type())
}

fn cname(of: &str, to: &str) -> Record {
    Record::from_rdata(name(of), 60, RData::CNAME(CNAME(name(to))))
}

fn told(host: &str, script: impl Fn(&Message) -> Vec<Vec<u8>> + Send + 'static) -> DnsAnswer {
    let address = server(script);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dns = Dns::of(Some(address)).unwrap();
        dns.answer(host, Instant::now() + ALL).await
    })
}

#[test]
fn addresses_are_found_behind_aliases() {
    let answer = told("shop.example.com", |question| {
        let records = match asks(question) {
            (at, RecordType::A) if at == "shop.example.com." => vec![cname(&at, "lb.example.com.")],
            (at, RecordType::A) if at == "lb.example.com." => {
                vec![Record::from_rdata(name(&at), 60, RData::A(A::new(192, 0, 2, 10)))]
            }
            _ => Vec::new(),
        };
        vec![answer(question, ResponseCode::NoError, records).to_vec().unwrap()]
    });
    assert_eq!((&*answer.outcome, answer.addresses), (DnsAnswer::RESOLVED, vec!["192.0.2.10".to_owned()]));
}

#[test]
fn aliases_that_send_in_circles_are_told_as_that() {
    let answer = told("a.example.com", |question| {
        let (at, _) = asks(question);
        let to = if at == "a.example.com." { "b.example.com." } else { "a.example.com." };
        vec![answer(question, ResponseCode::NoError, vec![cname(&at, to)]).to_vec().unwrap()]
    });
    assert_eq!(answer.outcome, DnsAnswer::LOOP, "{answer:?}");
    assert_eq!(answer.aliases, ["b.example.com", "a.example.com"]);
}

#[test]
fn aliases_that_never_end_do() {
    let answer = told("h0.example.com", |question| {
        let (at, _) = asks(question);
        let number: u32 = at.trim_start_matches('h').split('.').next().unwrap().parse().unwrap();
        let to = format!("h{}.example.com.", number + 1);
        vec![answer(question, ResponseCode::NoError, vec![cname(&at, &to)]).to_vec().unwrap()]
    });
    assert_eq!((&*answer.outcome, answer.aliases.len()), (DnsAnswer::LOOP, LONGEST), "{answer:?}");
}

#[test]
fn a_name_that_is_not_there_is_told_from_a_server_that_cannot_tell() {
    let code = |code: ResponseCode| {
        told("gone.example.com", move |question| vec![answer(question, code, Vec::new()).to_vec().unwrap()])
    };
    let said = |answer: &DnsAnswer| (answer.outcome.clone(), answer.is_missing());
    assert_eq!(said(&code(ResponseCode::NXDomain)), (DnsAnswer::NO_NAME.to_owned(), true));
    assert_eq!(said(&code(ResponseCode::NoError)), (DnsAnswer::NO_ADDRESS.to_owned(), true));
    let failed = code(ResponseCode::ServFail);
    assert_eq!(said(&failed), (DnsAnswer::FAILED.to_owned(), false));
    assert_eq!(failed.detail, "SERVFAIL: the server could not resolve the name");
    assert!(code(ResponseCode::Refused).detail.starts_with("REFUSED"));
}

#[test]
fn where_an_alias_ends_is_told() {
    let answer = told("shop.example.com", |question| {
        let (at, _) = asks(question);
        let (code, records) = if at == "shop.example.com." {
            (ResponseCode::NoError, vec![cname(&at, "old-lb.example.com.")])
        } else {
            (ResponseCode::NXDomain, Vec::new())
        };
        vec![answer(question, code, records).to_vec().unwrap()]
    });
    assert_eq!(
        (&*answer.outcome, answer.aliases),
        (DnsAnswer::NO_NAME, vec!["old-lb.example.com".to_owned()])
    );
}

#[test]
fn lies_and_silence_are_no_answers() {
    // Another's answer, an answer to another question, and no DNS at all.
    let lies = told("shop.example.com", |question| {
        let forged = Record::from_rdata(name("shop.example.com."), 60, RData::A(A::new(192, 0, 2, 66)));
        let mut other = answer(question, ResponseCode::NoError, vec![forged.clone()]);
        other.metadata.id = other.metadata.id.wrapping_add(1);
        let mut foreign = answer(question, ResponseCode::NoError, vec![forged]);
        foreign.queries[0].set_name(name("other.example.com."));
        vec![other.to_vec().unwrap(), foreign.to_vec().unwrap(), b"\x00garbage".to_vec()]
    });
    assert!(!lies.is_resolved() && !lies.is_missing() && lies.addresses.is_empty(), "{lies:?}");
    let silence = told("shop.example.com", |_| Vec::new());
    assert_eq!((&*silence.outcome, &*silence.detail), (DnsAnswer::TIMED_OUT, "no answer within 3 s"));
}

#[test]
fn an_address_is_not_lost_where_the_other_question_fails() {
    let answer = told("shop.example.com", |question| match asks(question) {
        (at, RecordType::A) => {
            let record = Record::from_rdata(name(&at), 60, RData::A(A::new(192, 0, 2, 10)));
            vec![answer(question, ResponseCode::NoError, vec![record]).to_vec().unwrap()]
        }
        _ => vec![answer(question, ResponseCode::ServFail, Vec::new()).to_vec().unwrap()],
    });
    assert_eq!((&*answer.outcome, answer.addresses.len()), (DnsAnswer::RESOLVED, 1), "{answer:?}");
}

#[test]
fn hosts_without_an_answer_are_named_by_reason() {
    let answer = |outcome: &str, why: text::Message| {
        DnsAnswer { outcome: outcome.to_owned(), ..DnsAnswer::default() }.because(&why)
    };
    let (none, servfail) = (text::Message::quoted(""), text::Message::plain(&reasons::DNS_SERVFAIL));
    let late = || text::Message::new(&reasons::NO_ANSWER, vec![("seconds", Fact::Number(3))]);
    let names: Vec<String> = (0..9).map(|number| format!("h{number}")).collect();
    let mut answers = BTreeMap::new();
    answers.insert(names[0].clone(), answer(DnsAnswer::RESOLVED, none.clone()));
    answers.insert(names[1].clone(), answer(DnsAnswer::NO_NAME, none));
    answers.insert(names[2].clone(), answer(DnsAnswer::FAILED, servfail));
    answers.extend(names[3..].iter().map(|name| (name.clone(), answer(DnsAnswer::TIMED_OUT, late()))));
    let told = |lang| -> Vec<_> {
        let gaps = unanswered(&names, &answers).into_iter();
        gaps.map(|gap| (gap.why.unwrap().in_lang(lang), gap.got, gap.missing)).collect()
    };
    let late = "DNS: no answer within 3 s: h3, h4, h5, h6, h7 and 1 more".to_owned();
    let failed = "DNS: SERVFAIL: the server could not resolve the name: h2".to_owned();
    assert_eq!(told(Lang::En), [(late, 2, Some(6)), (failed, 2, Some(1))]);
    let late = "DNS：3 秒內沒有回應：h3、h4、h5、h6、h7 及其他 1 個".to_owned();
    let failed = "DNS：SERVFAIL：伺服器無法解析該名稱：h2".to_owned();
    assert_eq!(told(Lang::ZhTw), [(late, 2, Some(6)), (failed, 2, Some(1))]);
}
