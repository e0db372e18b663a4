use super::*;

/// Reads the end of a log.
fn of(log: &str) -> String {
    last_words(log).unwrap_or_else(|| "-".to_owned())
}

/// A stack of this many frames of Java.
fn frames(count: usize) -> String {
    let frame = |n| format!("\tat com.example.shop.Step{n}.run(Step{n}.java:{n})\n");
    (0..count).map(frame).collect::<Vec<_>>().concat()
}

#[test]
fn go() {
    let panic = "2025/12/26 02:00:00 starting\npanic: dial tcp 10.0.0.5:5432: connect: connection refused\n\n\
        goroutine 1 [running]:\nmain.open(...)\n\t/app/db.go:12\nmain.main()\n\t/app/main.go:10 +0x1d\nexit status 2\n";
    assert_eq!(of(panic), "panic: dial tcp 10.0.0.5:5432: connect: connection refused");
    let nil = "panic: runtime error: invalid memory address or nil pointer dereference\n\
        [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47]\n\ngoroutine 1 [running]:\nmain.main()\n";
    assert_eq!(of(nil), "panic: runtime error: invalid memory address or nil pointer dereference");
    let fatal = "2025/12/26 02:00:00 listening on :8080\n\
        2025/12/26 02:00:01 dial tcp: lookup db on 10.96.0.10:53: no such host\n";
    assert_eq!(of(fatal), "dial tcp: lookup db on 10.96.0.10:53: no such host");
    let zap = r#"{"level":"info","ts":1,"msg":"starting","error":null}
{"level":"fatal","ts":2,"caller":"app/main.go:9","msg":"cannot connect","error":"dial tcp 10.0.0.5:5432: i/o timeout","stacktrace":"main.main\n\t/app/main.go:9"}
{"level":"info","ts":3,"msg":"flushed"}"#;
    assert_eq!(of(zap), "cannot connect err=dial tcp 10.0.0.5:5432: i/o timeout");
    let logrus = "time=\"2025-12-26T02:00:00Z\" level=info msg=start\n\
        time=\"2025-12-26T02:00:01Z\" level=fatal msg=\"config: DB_URL must be set\"\n";
    assert_eq!(of(logrus), "config: DB_URL must be set");
    let klog = "I1226 02:00:00.000000       1 main.go:3] starting\n\
        F1226 02:00:01.000000       1 main.go:9] unable to load the CA: open /ca.crt: no such file or directory\n\
        goroutine 1 [running]:\nmain.main()\n";
    assert_eq!(of(klog), "unable to load the CA: open /ca.crt: no such file or directory");
}

#[test]
fn java_names_the_deepest_cause_below_a_long_stack() {
    let spring = format!(
        "2025-12-26 02:00:00.000  INFO 1 --- [main] c.e.Shop : Starting Shop\n\
         2025-12-26 02:00:09.000 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed\n\n\
         org.springframework.beans.factory.BeanCreationException: Error creating bean 'dataSource'\n{}\
         Caused by: org.hibernate.HibernateException: Unable to open a session\n{}\t... 30 common frames omitted\n\
         Caused by: java.net.ConnectException: Connection refused (db:5432)\n{}\t... 41 common frames omitted\n\
         2025-12-26 02:00:10.000  INFO 1 --- [ionShutdownHook] c.z.h.HikariDataSource : Shutdown completed.\n",
        frames(60),
        frames(50),
        frames(40)
    );
    assert_eq!(of(&spring), "java.net.ConnectException: Connection refused (db:5432)");
    let plain =
        format!("Exception in thread \"main\" java.lang.IllegalStateException: no license\n{}", frames(150));
    assert_eq!(of(&plain), "Exception in thread \"main\" java.lang.IllegalStateException: no license");
    let analyzed = "***************************\nAPPLICATION FAILED TO START\n***************************\n\n\
        Description:\n\nWeb server failed to start. Port 8080 was already in use.\n\nAction:\n\n\
        Stop the process that's listening on port 8080.\n";
    assert_eq!(of(analyzed), "Web server failed to start. Port 8080 was already in use.");
}

/// The kubelet keeps the last 2048 bytes of a log as the termination message.
#[test]
fn a_log_that_begins_in_a_stack_or_ends_with_that_of_a_warning_has_a_cause() {
    let stack = "Caused by: org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname is correct.\n\
        \tat org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:352)\n\
        Caused by: java.net.ConnectException: Connection refused\n\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n";
    let cause = "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname is correct: \
        java.net.ConnectException: Connection refused";
    assert_eq!(of(stack), cause);
    let warning = "2025-12-26T01:57:02.311Z  WARN 1 --- [main] o.h.SqlExceptionHelper : SQL Error: 0\n\
        org.springframework.BeanCreationException: Error creating bean\n\tat a.B.run(B.java:1)\n";
    assert_eq!(of(&format!("{warning}{stack}")), cause);
    assert_eq!(of(&format!("{warning}{stack}INFO started\n")), "-", "the program went on");
}

#[test]
fn python_names_the_last_line() {
    let bare = "INFO:root:starting\nTraceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n\
        \x20   import psycopg2\nModuleNotFoundError: No module named 'psycopg2'\n";
    assert_eq!(of(bare), "ModuleNotFoundError: No module named 'psycopg2'");
    let chained = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'DB'\n\n\
        During handling of the above exception, another exception occurred:\n\n\
        Traceback (most recent call last):\n  File \"a.py\", line 9, in <module>\nRuntimeError: DB is not set\n";
    assert_eq!(of(chained), "RuntimeError: DB is not set");
    let gunicorn = "[2025-12-26 02:00:00 +0000] [7] [ERROR] Exception in worker process\n\
        Traceback (most recent call last):\n  File \"/app/wsgi.py\", line 2, in <module>\n\
        django.core.exceptions.ImproperlyConfigured: SECRET_KEY must not be empty\n\
        [2025-12-26 02:00:00 +0000] [7] [INFO] Worker exiting (pid: 7)\n\
        [2025-12-26 02:00:01 +0000] [1] [ERROR] Worker (pid:7) exited with code 3\n\
        [2025-12-26 02:00:01 +0000] [1] [ERROR] Shutting down: Master\n\
        [2025-12-26 02:00:01 +0000] [1] [ERROR] Reason: Worker failed to boot.\n";
    assert_eq!(of(gunicorn), "django.core.exceptions.ImproperlyConfigured: SECRET_KEY must not be empty");
}

#[test]
fn node_names_the_error_above_the_stack() {
    let thrown = "> shop@1.0.0 start\n> node server.js\n\n/app/server.js:12\n    throw new Error('DATABASE_URL is not set');\n\
        \x20   ^\n\nError: DATABASE_URL is not set\n    at Object.<anonymous> (/app/server.js:12:9)\n\
        \x20   at Module._compile (node:internal/modules/cjs/loader:1376:14)\n\nNode.js v20.11.0\n\
        npm error Lifecycle script `start` failed with error:\nnpm error code 1\n";
    assert_eq!(of(thrown), "DATABASE_URL is not set");
    let cause = "Error: cannot start\n    at main (/app/a.js:3:1) {\n  [cause]: Error: connect ECONNREFUSED 10.0.0.5:5432\n\
        \x20     at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {\n    errno: -111,\n\
        \x20   code: 'ECONNREFUSED'\n  }\n}\n\nNode.js v20.11.0\n";
    assert_eq!(of(cause), "Error: connect ECONNREFUSED 10.0.0.5:5432");
    let module = "node:internal/modules/cjs/loader:1147\n  throw err;\n  ^\n\nError: Cannot find module '/app/index.js'\n\
        \x20   at Module._resolveFilename (node:internal/modules/cjs/loader:1144:15)\n{\n  code: 'MODULE_NOT_FOUND',\n\
        \x20 requireStack: []\n}\n\nNode.js v20.11.0\n";
    assert_eq!(of(module), "Cannot find module '/app/index.js'");
}

/// The deepest cause of a failed connection may not say to what.
#[test]
fn the_address_above_the_cause_is_kept() {
    let refused = "java.net.ConnectException: Connection refused";
    let chain = |head: &str, cause: &str| format!("{head}\n{}Caused by: {cause}\n{}", frames(20), frames(3));
    let said = of(&chain("ERROR Failed to connect to db.example:5432", refused));
    assert_eq!(said, format!("Failed to connect to db.example:5432: {refused}"));
    let said = of(&chain(
        "Exception in thread \"main\" a.B: cannot reach https://shop.example/api",
        "a.C: Read timed out",
    ));
    assert_eq!(
        said,
        "Exception in thread \"main\" a.B: cannot reach https://shop.example/api: a.C: Read timed out"
    );
    let middle = chain("ERROR cannot start", "a.B: Connection to db:5432 failed")
        + &chain("Caused by: a.C: I/O error", refused);
    assert_eq!(of(&middle), format!("a.B: Connection to db:5432 failed: {refused}"));
    // The line above repeats its cause.
    let wrapped = "org.apache.http.conn.HttpHostConnectException: Connect to db:5432 [db/10.0.0.5] failed: Connection refused";
    assert_eq!(of(&chain(&format!("ERROR {wrapped}"), refused)), wrapped);
    let anyhow = "Error: cannot connect to db:5432\n\nCaused by:\n    0: tcp connect error\n    \
        1: Connection refused (os error 111)\n";
    assert_eq!(of(anyhow), "cannot connect to db:5432: Connection refused (os error 111)");
    let json = of(
        r#"{"level":"error","msg":"cannot reach db:5432\nCaused by: a.B: x\nCaused by: c.D: Connection refused"}"#,
    );
    assert_eq!(json, "cannot reach db:5432: c.D: Connection refused");
    // What is not about a connection stands alone.
    let said = of(&chain("ERROR cannot load https://shop.example/app.json", "a.B: Unexpected token"));
    assert_eq!(said, "a.B: Unexpected token");
    let said = of(&chain("ERROR at Main.java:112 cannot start", refused));
    assert_eq!(said, refused);
}

#[test]
fn ruby() {
    let log = "/usr/local/bundle/gems/redis-4.8/lib/redis/client.rb:12:in `connect': Connection refused - connect(2) for \
        10.0.0.5:6379 (Errno::ECONNREFUSED)\n\tfrom /usr/local/bundle/gems/redis-4.8/lib/redis/client.rb:40:in `call'\n\
        \tfrom /app/main.rb:3:in `<main>'\n";
    assert_eq!(of(log), "Connection refused - connect(2) for 10.0.0.5:6379 (Errno::ECONNREFUSED)");
}

#[test]
fn php() {
    let log = "NOTICE: fpm is running, pid 1\nPHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection \
        refused in /var/www/html/db.php:12\nStack trace:\n#0 /var/www/html/db.php(12): PDO->__construct()\n#1 {main}\n\
        \x20 thrown in /var/www/html/db.php on line 12\n";
    let says = "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /var/www/html/db.php:12";
    assert_eq!(of(log), says);
}

#[test]
fn dotnet_names_the_inner_exception() {
    let log = "info: Shop.Program[0]\n      Starting\n\
        Unhandled exception. System.InvalidOperationException: Cannot start\n\
        \x20---> Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.4:5432\n\
        \x20---> System.Net.Sockets.SocketException (111): Connection refused\n\
        \x20  at Npgsql.Internal.NpgsqlConnector.Connect(NpgsqlTimeout timeout)\n\
        \x20  --- End of inner exception stack trace ---\n   at Program.Main(String[] args)\n";
    let says = "Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.4:5432: \
        System.Net.Sockets.SocketException (111): Connection refused";
    assert_eq!(of(log), says);
    let host = "crit: Microsoft.AspNetCore.Server.Kestrel[0]\n      Unable to start Kestrel.\n\
        \x20     System.IO.IOException: Failed to bind to address http://0.0.0.0:80: permission denied.\n\
        \x20        at Microsoft.AspNetCore.Server.Kestrel.Run(Object o)\n";
    assert_eq!(
        of(host),
        "System.IO.IOException: Failed to bind to address http://0.0.0.0:80: permission denied."
    );
}

#[test]
fn rust() {
    let panic = "thread 'main' panicked at src/main.rs:12:10:\ncalled `Result::unwrap()` on an `Err` value: \
        Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" }\n\
        note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    assert!(of(panic).starts_with("called `Result::unwrap()` on an `Err` value: Os { code: 111"));
    assert!(of(&panic.replace("'main'", "'main' (7)")).starts_with("called `Result"));
    let anyhow = "Error: cannot read the configuration\n\nCaused by:\n    0: cannot open /etc/app.toml\n    \
        1: Permission denied (os error 13)\n";
    assert_eq!(of(anyhow), "Permission denied (os error 13)");
}

#[test]
fn shells_and_servers() {
    assert_eq!(
        of("+ exec appp\n/entrypoint.sh: line 3: exec: appp: not found\n"),
        "/entrypoint.sh: line 3: exec: appp: not found"
    );
    assert_eq!(of("ready\nsh: 1: ./run: Permission denied\n"), "sh: 1: ./run: Permission denied");
    assert_eq!(of("exec /app/server: exec format error\n"), "exec /app/server: exec format error");
    let nginx = "/docker-entrypoint.sh: Configuration complete; ready for start up\n\
        2025/12/26 02:00:00 [emerg] 1#1: host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:5\n";
    assert_eq!(of(nginx), "host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:5");
    let postgres = "2025-12-26 02:00:00.000 UTC [1] FATAL:  data directory \"/data\" has wrong ownership\n\
        2025-12-26 02:00:00.000 UTC [1] HINT:  The server must be started by the user that owns the data directory.\n\
        2025-12-26 02:00:00.000 UTC [1] LOG:  database system is shut down\n";
    assert_eq!(of(postgres), "data directory \"/data\" has wrong ownership");
    let cpp = "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no config\n";
    assert_eq!(of(cpp), "no config");
}

#[test]
fn what_looks_like_an_error_is_none() {
    assert_eq!(of(""), "-");
    assert_eq!(
        of("synced 12 items, errors=0\nerror: null\n{\"level\":\"info\",\"error\":null,\"failed\":0}\nbye\n"),
        "-"
    );
    assert_eq!(of("time=x level=info msg=\"connection refused, retrying\"\n"), "-");
    assert_eq!(of("2025-12-26 02:00:00 WARN  cache: Connection refused, trying again\n"), "-");
    assert_eq!(of(&frames(200)), "-");
    assert_eq!(of("usage: app [flags]\nDescription:\n  sells things\n"), "-");
    // An error that the program has survived for long.
    let survived = "ERROR cannot connect: connection refused\n".to_owned() + &"INFO served\n".repeat(60);
    assert_eq!(of(&survived), "-");
}

#[test]
fn noise_after_the_cause_does_not_hide_it() {
    let log = "FATAL cannot listen on :80: permission denied\nINFO closing the pool\n\
        ERROR shutdown: context canceled\nERROR cannot flush metrics: connection refused\nFATAL exiting\n";
    assert_eq!(of(log), "cannot listen on :80: permission denied");
    let late = "panic: no license\n".to_owned() + &"INFO hook done\n".repeat(100);
    assert_eq!(of(&late), "panic: no license");
}

#[test]
fn the_line_is_short_and_without_credentials() {
    let long = format!("FATAL cannot start: {} connection refused\n", "x".repeat(9000));
    let said = of(&long);
    assert_eq!(said.chars().count(), WIDTH);
    assert!(said.ends_with("connection refused"), "{said}");
    let url = of("FATAL cannot connect to postgres://shop:hunter2@db:5432/shop: connection refused\n");
    assert!(!url.contains("hunter2") && url.contains("connection refused"), "{url}");
    let json = of(r#"{"level":"fatal","msg":"login failed","error":"password=hunter2 rejected"}"#);
    assert!(!json.contains("hunter2"), "{json}");
    assert!(!of("\u{1b}[31mFATAL\u{1b}[0m no config\n").contains('\u{1b}'));
    let several =
        of("{\"level\":\"error\",\"msg\":\"failed\\nCaused by: a.B: x\\nCaused by: c.D: refused\"}");
    assert_eq!(several, "c.D: refused");
}
