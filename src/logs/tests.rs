use super::tree::Tree;
use super::*;
use crate::model::ObjectRef;
use Class::{Error, Fatal, Quiet, Warning};
use proptest::prelude::*;

fn fold(text: &str) -> Summary {
    let mut log = Log::default();
    text.as_bytes().chunks(1000).for_each(|bytes| log.push(bytes));
    log.end()
}

/// Returns the class of a line.
fn class(line: &str) -> Class {
    level::read(line).class
}

const LEVELS: &[(&str, Class)] = &[
    // JSON: words, numbers of pino and bunyan, syslog, Python, OpenTelemetry, MongoDB, ECS.
    (r#"{"level":"error","msg":"boom"}"#, Error),
    (r#"{"severity":"ERROR","message":"boom"}"#, Error),
    (r#"{"log.level":"error","@timestamp":"2025-12-26T02:00:00Z","message":"boom"}"#, Error),
    (r#"{"@timestamp":"x","log":{"level":"ERROR"},"message":"boom"}"#, Error),
    (r#"{"level":50,"time":1766714400000,"msg":"boom"}"#, Error),
    (r#"{"level":60,"msg":"boom"}"#, Fatal),
    (r#"{"level":30,"msg":"retry after error"}"#, Quiet),
    (r#"{"version":"1.1","level":3,"short_message":"boom"}"#, Error),
    (r#"{"levelno":40,"message":"boom"}"#, Error),
    (r#"{"severityNumber":17,"body":"boom"}"#, Error),
    (r#"{"t":{"$date":"x"},"s":"E","c":"STORAGE","msg":"boom"}"#, Error),
    (r#"{"t":{"$date":"x"},"s":"D1","c":"STORAGE","msg":"failed"}"#, Quiet),
    (r#"{"@t":"x","@mt":"boom","@l":"Error"}"#, Error),
    (r#"{"level":"warn","error":"boom"}"#, Warning),
    (r#"{"level":"info","msg":"ERROR: not so bad"}"#, Quiet),
    (r#"{"msg":"boom","err":{"message":"refused"}}"#, Error),
    (r#"{"msg":"fine","error":null,"errorCount":0}"#, Quiet),
    (r#"{"msg":"connection failed"}"#, Error),
    (r#"{"msg":"broken off","level":"error","stack":"aaa"#, Error),
    // logfmt.
    ("time=2025-12-26T02:00:00Z level=error msg=\"boom\" err=\"EOF\"", Error),
    ("level=info msg=\"retry after error\"", Quiet),
    ("ts=1 caller=a.go:1 lvl=eror msg=boom", Error),
    ("level=fatal msg=boom", Fatal),
    ("severity=page level=info msg=\"upload failed\"", Quiet),
    ("severity=page level=error msg=\"upload\"", Error),
    ("ts=1 level=warn err=\"connection refused\"", Warning),
    // klog and glog.
    ("E1226 02:00:00.123456       1 reflector.go:138] Failed to watch", Error),
    ("W1226 02:00:00.123456       1 reflector.go:138] error", Warning),
    ("I1226 02:00:00.123456       1 a.go:1] error", Quiet),
    ("F1226 02:00:00.123456       1 a.go:1] boom", Fatal),
    // log4j, logback, Spring, java.util.logging, Elasticsearch.
    ("2025-12-26 02:00:00,123 [http-nio-8080-exec-1] ERROR c.e.Orders - boom", Error),
    ("2025-12-26T02:00:00.123Z  WARN 1 --- [           main] o.s.b.A : failed", Warning),
    ("2025-12-26T02:00:00.123Z ERROR 1 --- [           main] o.s.b.A : boom", Error),
    ("[2025-12-26T02:00:00,123][ERROR][o.e.b.Bootstrap] [node] boom", Error),
    ("02:00:00.123 [main] INFO  c.e.ErrorHandler - started, 0 errors", Quiet),
    ("SEVERE: boom", Error),
    // Python, Ruby, Rust, .NET, zap, zerolog.
    ("ERROR:root:boom", Error),
    ("2025-12-26 02:00:00,123 - app.orders - ERROR - boom", Error),
    ("CRITICAL:app:boom", Fatal),
    ("E, [2025-12-26T02:00:00.1 #1] ERROR -- : boom", Error),
    ("2025-12-26T02:00:00.123Z ERROR app::orders: boom", Error),
    ("fail: Microsoft.AspNetCore.Server.Kestrel[13]", Error),
    ("info: Microsoft.Hosting.Lifetime[0]", Quiet),
    ("crit: App[0]", Fatal),
    ("2025-12-26T02:00:00.123Z\terror\tapp/main.go:12\tboom", Error),
    ("2:00AM ERR boom", Error),
    // nginx, Apache, Envoy, PostgreSQL, syslog.
    ("2025/12/26 02:00:00 [error] 7#7: *1 upstream timed out", Error),
    ("2025/12/26 02:00:00 [emerg] 7#7: boom", Fatal),
    ("2025/12/26 02:00:00 [notice] 7#7: signal process started, error log", Quiet),
    ("[Fri Dec 26 02:00:00.1 2025] [proxy:error] [pid 7] boom: failed", Error),
    ("[2025-12-26 02:00:00.123][1][error][upstream] boom", Error),
    ("2025-12-26 02:00:00.000 UTC [71] ERROR:  duplicate key value", Error),
    ("2025-12-26 02:00:00.000 UTC [71] FATAL:  the database system is starting up", Fatal),
    ("2025-12-26 02:00:00.000 UTC [71] LOG:  checkpoint failed never", Quiet),
    ("<3>daemon: boom", Error),
    ("<6>daemon: failed over", Quiet),
    // Plain text in three languages.
    ("Error: Cannot find module 'x'", Error),
    ("panic: runtime error: index out of range [5] with length 3", Fatal),
    ("Exception in thread \"main\" java.lang.NullPointerException", Error),
    ("java.lang.OutOfMemoryError: Java heap space", Fatal),
    ("could not connect: connection failed", Error),
    ("Segmentation fault (core dumped)", Fatal),
    ("連線資料庫失敗：逾時", Error),
    ("[錯誤] 無法寫入檔案", Error),
    ("處理訂單時發生例外", Error),
    ("系統異常，請聯絡管理員", Error),
    ("连接数据库失败：超时", Error),
    ("【错误】无法写入文件", Error),
    ("程序异常退出", Error),
    ("致命错误：内存不足", Fatal),
    ("【警告】磁盘空间不足，可能失败", Warning),
    ("[資訊] 上次失敗後重試", Quiet),
    // Lines that report no error.
    ("0 errors, 0 warnings", Quiet),
    ("build finished with 0 failed, 12 passed", Quiet),
    ("no error", Quiet),
    ("no errors found", Quiet),
    ("request done error=null", Quiet),
    ("request done error=\"\"", Quiet),
    ("errorCount=0 errors=0 error: none", Quiet),
    ("registered error handler", Quiet),
    ("serving /error and error.html and error_log", Quiet),
    ("non-fatal, without failure", Quiet),
    ("沒有錯誤，錯誤數：0", Quiet),
    ("未发生异常", Quiet),
    ("错误码: 0", Quiet),
    ("注册异常处理器", Quiet),
    ("started", Quiet),
    ("", Quiet),
];

#[test]
fn recognizes_levels_in_every_format() {
    for (line, counted) in LEVELS {
        assert_eq!(class(line), *counted, "{line}");
    }
}

#[test]
fn counts_requests_by_their_status() {
    let line = |target: &str, status: u16, agent: &str| {
        format!(
            "203.0.113.9 - - [26/Dec/2025:02:00:00 +0000] \"GET {target} HTTP/1.1\" {status} 153 \"-\" \"{agent}\""
        )
    };
    for (target, status, agent, counted) in [
        ("/error/failed", 200, "-", Quiet),
        ("/api/orders/1", 502, "-", Error),
        ("/api/orders/1", 404, "Mozilla/5.0", Class::Client),
        ("/.env", 404, "Mozilla/5.0", Class::Benign("scanner")),
        ("/wp-login.php?x", 403, "-", Class::Benign("scanner")),
        ("/anything", 404, "Mozilla/5.0 zgrab/0.x", Class::Benign("scanner")),
        ("/.env", 500, "zgrab", Error),
        ("/favicon.ico", 404, "-", Class::Benign("browser-extra")),
        ("/upload", 499, "-", Class::Benign("client-gone")),
    ] {
        assert_eq!(class(&line(target, status, agent)), counted, "{target} {status} {agent}");
    }
    let json = r#"{"time":"x","status":404,"request_uri":"/.git/config","request_method":"GET"}"#;
    assert_eq!(class(json), Class::Benign("scanner"));
    assert_eq!(class(r#"{"status":"503","request":"GET /a HTTP/1.1"}"#), Error);
    assert_eq!(class(r#"{"status":"ok","msg":"done"}"#), Quiet);
    for (line, id) in [
        (
            "2025/12/26 02:00:00 [error] 7#7: *9 open() \"/usr/share/nginx/html/x\" failed (2: No such file or directory), client: 203.0.113.9",
            "missing-file",
        ),
        ("http: TLS handshake error from 10.0.0.1:4242: EOF", "tls-probe"),
        (
            "2025/12/26 02:00:00 [error] 7#7: *9 SSL_do_handshake() failed (SSL: error:1) while SSL handshaking, client: 1.2.3.4",
            "tls-probe",
        ),
        (
            "ERROR o.a.c.c.C - org.apache.catalina.connector.ClientAbortException: java.io.IOException: Broken pipe",
            "client-gone",
        ),
    ] {
        assert_eq!(class(line), Class::Benign(id), "{line}");
    }
}

/// Logs with the number of their errors and their patterns.
const TRACES: &[(&str, u64, &[&str])] = &[
    (
        "2025-12-26 02:00:00,123 [main] ERROR c.e.Orders - boom\njava.lang.IllegalStateException: no\n\tat a.b.C.d(C.java:1)\n\
             \t... 23 more\nCaused by: java.io.IOException: gone\n\tat a.b.C.e(C.java:2)\n2025-12-26 02:00:01,000 [main] INFO c.e.A - on\n",
        1,
        &["boom"],
    ),
    (
        "starting\nTraceback (most recent call last):\n  File \"/app/a.py\", line 3, in <module>\n    raise ValueError(1)\n\
             ValueError: bad value 7\nstarting\n",
        1,
        &["ValueError: bad value <num>"],
    ),
    (
        "ERROR:root:failed to load\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'x'\n\n\
             During handling of the above exception, another exception occurred:\n\n\
             Traceback (most recent call last):\n  File \"a.py\", line 5\nRuntimeError: y\nINFO:root:on\n",
        1,
        &["root:failed to load"],
    ),
    (
        "WARNING:root:careful\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'x'\n",
        0,
        &[],
    ),
    (
        "listening\npanic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\
             \t/app/main.go:10 +0x1d\ncreated by main.run in goroutine 7\n\t/app/run.go:1 +0x2\nexit status 2\nlistening\n",
        1,
        &["runtime error: index out of range [<num>] with length <num>"],
    ),
    (
        "TypeError: Cannot read properties of undefined (reading 'a')\n    at f (/app/i.js:1:2)\n    at node:internal/main:1:1\n\n\
             Node.js v22.1.0\nok\n",
        1,
        &["TypeError: Cannot read properties of undefined (reading '<*>')"],
    ),
    (
        "fail: App.Orders[0]\n      boom\n      System.InvalidOperationException: no\n         at App.F() in /src/A.cs:line 1\n\
             \x20      --- End of inner exception stack trace ---\ninfo: App[0]\n      failed is a word here\n",
        1,
        &["App.Orders[<*>]"],
    ),
    ("java.io.IOException: a\njava.io.IOException: a\n", 2, &["java.io.IOException: a"]),
    ("INFO dump\n  key: value\n  ERROR real\n", 1, &["real"]),
];

#[test]
fn joins_traces_to_their_first_line() {
    for (log, errors, patterns) in TRACES {
        let summary = fold(log);
        let told: Vec<&str> = summary.patterns.iter().map(|pattern| pattern.text.as_str()).collect();
        assert_eq!((summary.tally.errors, told.as_slice()), (*errors, *patterns), "{log}");
        assert_eq!(summary.tally.lines, log.lines().count() as u64);
    }
}

#[test]
fn folds_lines_of_one_cause_into_one_pattern() {
    let line = |n: i64| {
        let at = jiff::Timestamp::from_second(1_766_714_400 + n).unwrap();
        format!(
            "{at} {{\"log.level\":\"error\",\"@timestamp\":\"{at}\",\"log.logger\":\"request\",\"message\":\"queue is full\",\
             \"http\":{{\"request\":{{\"id\":\"{n:032x}\"}}}},\"token\":\"CANARY{n}\",\"error\":{{\"message\":\"queue of {n} events is full\"}}}}\n"
        )
    };
    let summary = fold(&(0..12_758).map(line).collect::<String>());
    let [pattern] = &summary.patterns[..] else { panic!("{:?}", summary.patterns) };
    assert_eq!((pattern.count, summary.tally.errors), (12_758, 12_758));
    assert_eq!(pattern.text, "queue is full err=queue of <num> events is full");
    assert_eq!((pattern.first, pattern.last), (Some(1_766_714_400), Some(1_766_714_400 + 12_757)));
    let mut source = Source::new(ObjectRef::new("shop", "Deployment", "web"), "app", 3600);
    source.add("web-a", false, summary);
    assert!(!format!("{:?}", source.to_wire()).contains("CANARY"), "{source:?}");
}

#[test]
fn reads_unsorted_and_unfinished_logs() {
    let log = "2025-12-26T02:00:05Z ERROR b 1\n2025-12-26T01:00:00Z ERROR b 2\n2025-12-26T02:00:01Z \u{1b}[31mERROR\u{1b}[0m b 3";
    let summary = fold(log);
    let [pattern] = &summary.patterns[..] else { panic!("{summary:?}") };
    assert_eq!((pattern.text.as_str(), pattern.count), ("b <num>", 3));
    assert_eq!(
        (pattern.first, pattern.last),
        (Some(1_766_710_800), Some(1_766_714_405)),
        "the times are not sorted"
    );
    assert_eq!((summary.first, summary.last), (pattern.first, pattern.last));
}

#[test]
fn counts_long_and_binary_lines_once() {
    let mut log = Log::default();
    log.push(&vec![b'x'; 1 << 20]);
    log.push(b" ERROR\nERROR ");
    log.push(&vec![b'y'; 1 << 20]);
    log.push(b"\n\x00\x01ERROR\n\xff\xfe\x02 ERROR\nERROR \xb0\xaa\xa4\xa3\n");
    let summary = log.end();
    let Tally { lines, errors, quiet, cut, binary, .. } = summary.tally;
    assert_eq!((lines, errors, quiet, cut, binary), (5, 2, 1, 2, 2));
}

#[test]
fn limits_the_number_of_patterns() {
    let mut log = Log::default();
    for n in 0..30_000u64 {
        let word = |n: u64| {
            format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).replace(|c: char| c.is_ascii_digit(), "q")
        };
        log.push(format!("ERROR {} {} {}\n", word(n), word(n + 7), word(n + 99)).as_bytes());
    }
    let summary = log.end();
    assert!(summary.patterns.len() <= 50, "{}", summary.patterns.len());
    let told: u64 = summary.patterns.iter().map(|pattern| pattern.count).sum();
    assert_eq!(told + summary.tally.other_errors, 30_000);
}

#[test]
fn merges_logs_of_siblings_in_any_order() {
    let parts = [
        "ERROR user bob failed\nERROR disk 1 full\n",
        "ERROR user eve failed\n",
        "INFO on\nERROR disk 2 full\n",
    ];
    let merged = |order: [usize; 3]| {
        let mut summary = Summary::default();
        for index in order {
            summary.merge(fold(parts[index]));
        }
        let rows: Vec<(String, u64)> = summary.patterns.iter().map(|p| (p.text.clone(), p.count)).collect();
        (rows, summary.tally)
    };
    let (rows, tally) = merged([0, 1, 2]);
    assert_eq!(rows, [("disk <num> full".to_owned(), 2), ("user <*> failed".to_owned(), 2)]);
    assert_eq!((tally.errors, tally.lines), (4, 5));
    assert_eq!(merged([2, 1, 0]), (rows, tally));
}

#[test]
fn keeps_short_texts_without_credentials() {
    let mut source = Source::new(ObjectRef::new("shop", "Deployment", "web"), "app", 3600);
    let long = "x ".repeat(1000);
    source.add("web-a", false, fold(&format!("ERROR cannot log in with password=hunter2canary {long}\n")));
    let kept = source.to_wire();
    assert!(!format!("{kept:?}").contains("hunter2canary"), "{kept:?}");
    let [pattern] = &kept.patterns[..] else { panic!("{kept:?}") };
    assert!(pattern.sample.chars().count() == 301 && pattern.text.chars().count() <= 301, "{pattern:?}");
}

#[test]
fn keeps_different_routes_apart() {
    let line = |path: &str| {
        format!("10.0.0.1 - - [26/Dec/2025:02:00:00 +0000] \"GET {path} HTTP/1.1\" 502 1 \"-\" \"-\"\n")
    };
    let log = line("/orders/1") + &line("/users/7") + &line("/orders/2");
    let mut summary = fold(&log);
    summary.merge(fold(&log));
    let rows: Vec<(&str, u64)> = summary.patterns.iter().map(|p| (p.text.as_str(), p.count)).collect();
    assert_eq!(rows, [("GET /orders/<*> 502", 4), ("GET /users/<*> 502", 2)]);
}

proptest! {
    #[test]
    fn nothing_is_lost_whatever_comes(bytes in prop::collection::vec(any::<u8>(), 0..3000), piece in 1usize..400) {
        holds_together(&bytes, piece)?;
    }

    #[test]
    fn nor_of_what_looks_like_a_log(
        lines in prop::collection::vec(
            prop_oneof![
                "[ -~]{0,60}",
                "(ERROR|INFO|panic:|\\{\"level\":|E1226 |level=error |\tat |Traceback \\(most recent call last\\)|<3>|錯誤|2025-12-26T02:00:00Z ).{0,40}",
            ],
            0..60,
        ),
        piece in 1usize..400,
    ) {
        holds_together(lines.join("\n").as_bytes(), piece)?;
    }
}

fn holds_together(bytes: &[u8], piece: usize) -> Result<(), TestCaseError> {
    let mut log = Log::default();
    bytes.chunks(piece).for_each(|bytes| log.push(bytes));
    let Summary { tally, patterns, .. } = log.end();
    let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
    prop_assert_eq!(tally.lines, ends + u64::from(bytes.last().is_some_and(|byte| *byte != b'\n')));
    let Tally { lines, quiet, warnings, errors, client, benign, joined, binary, other_errors, other, .. } =
        tally;
    prop_assert_eq!(lines, quiet + warnings + errors + client + benign + joined + binary);
    let told: u64 = patterns.iter().map(|pattern| pattern.count).sum();
    prop_assert_eq!(told + other_errors + other, errors + client + benign);
    prop_assert!(patterns.iter().all(|p| p.sample.len() <= 2000));
    Ok(())
}

/// Returns the index of the leaf for each folded line.
fn leaves(lines: &[String]) -> Vec<Option<usize>> {
    let mut log = Log::default();
    let counts = |tree: &Tree| tree.leaves.iter().map(|leaf| leaf.count).collect::<Vec<_>>();
    let mut before = Vec::new();
    let mut out = Vec::new();
    for line in lines {
        log.push(line.as_bytes());
        log.push(b"\n");
        let after = counts(log.tree());
        out.push((0..after.len()).find(|index| before.get(*index) != Some(&after[*index])));
        before = after;
    }
    out
}

mod accuracy;
