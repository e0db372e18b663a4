//! Measures how well lines are grouped, on generated logs with known templates.

use super::leaves;
use std::collections::BTreeMap;

/// A random number generator with a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        // splitmix64 by Sebastiano Vigna.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[usize::try_from(self.below(texts.len() as u64)).unwrap()]
    }

    /// Returns a random value for a placeholder.
    fn blank(&mut self, what: &str) -> String {
        match what {
            "n" => self.below(100_000).to_string(),
            "ms" => format!("{}ms", self.below(9000)),
            "ip" => format!(
                "10.{}.{}.{}:{}",
                self.below(256),
                self.below(256),
                self.below(256),
                self.below(60000)
            ),
            "uuid" => format!(
                "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                self.below(1 << 32),
                self.below(65536),
                self.below(4096),
                self.below(4096),
                self.below(1 << 48)
            ),
            "hex" => format!("0x{:x}", self.below(1 << 40)),
            "user" => {
                self.of(&["alice", "bob", "carol", "dave", "erin", "frank", "王小明", "李雷"]).to_owned()
            }
            "pod" => {
                format!("web-{:x}-{}", self.below(1 << 32) + (1 << 31), self.of(&["xkzqv", "b7k2p", "zz9ab"]))
            }
            "path" => format!("/var/lib/{}/{}", self.of(&["db", "cache", "spool"]), self.below(1000)),
            "host" => self.of(&["db.shop.svc", "cache.shop.svc", "mq.shop.svc"]).to_owned(),
            _ => panic!("{what}"),
        }
    }

    /// Fills the placeholders of a template.
    fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, tail)) = rest.split_once('<') {
            let (what, after) = tail.split_once('>').unwrap();
            out.push_str(before);
            out.push_str(&self.blank(what));
            rest = after;
        }
        out + rest
    }
}

const MESSAGES: [&str; 15] = [
    "failed to charge order <n>: card declined",
    "connection to <ip> refused after <ms>",
    "request <uuid> timed out after <ms>",
    "user <user> has no permission to write <path>",
    "cannot reach <host> within <ms>",
    "queue is full, dropped <n> events",
    "could not read <path>: no such file",
    "pod <pod> was evicted from the pool of <n>",
    "checksum of block <hex> is wrong",
    "payment of user <user> failed",
    "retry <n> of <n> gave up on <host>",
    "deadlock found when trying to lock row <n> of orders",
    "invalid token for session <uuid>",
    "<user> was refused: the quota of <n> is used up",
    "磁碟 <path> 空間不足，剩餘 <n> MB",
];

type Line = fn(&str) -> Vec<String>;

/// Returns the share of lines whose group has exactly the lines of their template.
fn accuracy(seed: u64, templates: &[&str], line: Line) -> f64 {
    let mut random = Random(seed);
    let (mut lines, mut truth) = (Vec::new(), Vec::new());
    for _ in 0..2000 {
        // Some templates are more frequent than others.
        let bound = random.below(templates.len() as u64) + 1;
        let template = usize::try_from(random.below(bound)).unwrap();
        for (index, text) in line(templates[template]).into_iter().enumerate() {
            lines.push(random.fill(&text));
            truth.push((index == 0).then_some(template));
        }
    }
    let found = leaves(&lines);
    let group = |of: &[Option<usize>]| {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        of.iter()
            .enumerate()
            .filter_map(|(line, id)| Some((line, (*id)?)))
            .for_each(|(line, id)| groups.entry(id).or_default().push(line));
        groups
    };
    let (groups, wanted) = (group(&found), group(&truth));
    let right: usize =
        wanted.values().filter(|lines| groups.values().any(|group| group == *lines)).map(Vec::len).sum();
    let all: usize = wanted.values().map(Vec::len).sum();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let share = right as f64 / all as f64;
    share
}

const ROUTES: [&str; 8] = [
    "GET /api/orders/<n> HTTP/1.1\" 502",
    "POST /api/orders HTTP/1.1\" 500",
    "GET /api/users/<uuid>/cart HTTP/1.1\" 503",
    "GET /api/users/<uuid>/orders?page=<n> HTTP/1.1\" 503",
    "DELETE /api/orders/<n> HTTP/1.1\" 404",
    "GET /api/orders/<n> HTTP/1.1\" 404",
    "GET /v2/health HTTP/1.1\" 500",
    "PUT /files/<hex> HTTP/1.1\" 413",
];

const PANICS: [&str; 5] = [
    "panic: runtime error: index out of range [<n>] with length <n>",
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "panic: assignment to entry in nil map",
    "panic: interface conversion: interface {} is nil, not string",
    "fatal error: concurrent map writes",
];

const CORPORA: [(&str, &[&str], Line); 7] = [
    ("JSON", &MESSAGES, |message| {
        vec![format!(
            "{{\"level\":\"error\",\"ts\":<n>,\"logger\":\"shop\",\"msg\":\"{message}\",\"trace\":\"<uuid>\"}}"
        )]
    }),
    ("logfmt", &MESSAGES, |message| {
        vec![format!(
            "ts=2025-12-26T02:00:00Z level=error caller=a.go:<n> msg=\"{message}\" user=<user> took=<ms>"
        )]
    }),
    ("klog", &MESSAGES, |message| vec![format!("E1226 02:00:00.123456       <n> a.go:12] {message}")]),
    ("log4j", &MESSAGES, |message| {
        vec![
            format!("2025-12-26 02:00:00,123 [http-nio-8080-exec-<n>] ERROR c.e.Shop - {message}"),
            "java.lang.IllegalStateException: order <n> is odd".to_owned(),
            "\tat com.example.Shop.charge(Shop.java:<n>)".to_owned(),
            "Caused by: java.io.IOException: <host>".to_owned(),
            "\t... <n> more".to_owned(),
        ]
    }),
    ("nginx access", &ROUTES, |request| {
        vec![format!(
            "203.0.113.<n> - <user> [26/Dec/2025:02:00:00 +0000] \"{request} <n> \"-\" \"Mozilla/5.0 (<user>)\""
        )]
    }),
    ("Go panic", &PANICS, |panic| {
        vec![
            panic.to_owned(),
            String::new(),
            "goroutine <n> [running]:".to_owned(),
            "main.(*Shop).Charge(<hex>, <hex>)".to_owned(),
            "\t/app/main.go:<n> +<hex>".to_owned(),
            "created by main.serve in goroutine <n>".to_owned(),
            "\t/app/main.go:<n> +<hex>".to_owned(),
            "exit status 2".to_owned(),
        ]
    }),
    ("plain", &MESSAGES, |message| vec![format!("2025-12-26 02:00:00 Error: {message}")]),
];

#[test]
fn groups_lines_by_their_templates() {
    #[allow(clippy::disallowed_methods, reason = "a seed to repeat")]
    let first = std::env::var("LOG_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    for seed in first..first + 5 {
        for (name, templates, line) in CORPORA {
            let share = accuracy(seed, templates, line);
            println!("{seed} {name}: {share:.3}");
            assert!(share >= 0.9, "{name}: {share:.3}; LOG_SEED={seed} repeats it");
        }
    }
}
