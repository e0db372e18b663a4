//! Exit codes of containers. Codes above 128 are 128 plus the signal that ended the program.

use super::{Meaning, checks};
use crate::text::{Fact, Message, Text};

/// An exit code with a meaning of its own.
pub(super) struct Code {
    pub(super) name: &'static str,
    pub(super) checks: &'static [&'static str],
    pub(super) meaning: Text,
}

const fn code(
    name: &'static str,
    checks: &'static [&'static str],
    en: &'static str,
    zh_tw: &'static str,
    zh_cn: &'static str,
) -> Code {
    Code { name, checks, meaning: Text { en, zh_tw, zh_cn } }
}

/// The signals of Linux, from 1 on.
const SIGNALS: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The highest signal number of Linux.
const LAST_SIGNAL: u8 = 64;

/// The checks that report a program which ended with an error.
const ENDED: &[&str] = &["pod-crash-loop", "pod-failed", "job-failed"];

/// The exit codes with a meaning of their own.
pub(super) static NOTABLE: &[Code] = &[
    code(
        "0",
        &["pod-crash-loop", "pod-leftover"],
        "The program ended without an error. The kubelet still restarts a container that should keep running \
         (`restartPolicy: Always`), and repeated ends count as a crash loop.",
        "程式正常結束。應該持續執行的容器（`restartPolicy: Always`）仍會被 kubelet 重啟，反覆結束就視為反覆崩潰。",
        "程序正常退出。本应持续运行的容器（`restartPolicy: Always`）仍会被 kubelet 重新启动，反复退出即视为反复崩溃。",
    ),
    code(
        "1",
        ENDED,
        "The program ended with an error. Its log shows the cause.",
        "程式以錯誤結束，原因在它的日誌裡。",
        "程序以错误退出，原因在它的日志里。",
    ),
    code(
        "2",
        ENDED,
        "The program ended with an error, often because of a wrong argument. A Go program that panics also ends with 2.",
        "程式以錯誤結束，常見於參數有誤。Go 程式發生 panic 時結束碼也是 2。",
        "程序以错误退出，多为参数有误。Go 程序发生 panic 时退出码也是 2。",
    ),
    code(
        "125",
        ENDED,
        "A container tool such as `docker run` failed before the program started. In a pod, the program or its start \
         script itself returned this code.",
        "`docker run` 之類的容器工具在程式啟動前就已失敗。若出現在 Pod 裡，則是程式或啟動腳本自己回傳這個結束碼。",
        "`docker run` 之类的容器工具在程序启动前就已失败。若出现在 Pod 里，则是程序或启动脚本自己返回这个退出码。",
    ),
    code(
        "126",
        &["pod-crash-loop", "pod-config-error", "pod-failed"],
        "The command exists but cannot be executed: its file is not a program, or it is not executable.",
        "找到了指令但無法執行：檔案不是可執行程式，或沒有執行權限。",
        "找到了命令但无法执行：文件不是可执行程序，或没有执行权限。",
    ),
    code(
        "127",
        &["pod-crash-loop", "pod-config-error", "pod-failed"],
        "A shell did not find the command: it is not in the image or not in PATH. A program whose shared library is \
         missing also ends with 127.",
        "shell 找不到指令：映像檔裡沒有，或不在 PATH 中。缺少共用函式庫的程式，結束碼也是 127。",
        "shell 找不到命令：镜像里没有，或不在 PATH 中。缺少共享库的程序，退出码也是 127。",
    ),
    code(
        "128",
        &["pod-config-error", "pod-wrong-architecture"],
        "The container runtime could not start the program (`StartError`, `ContainerCannotRun`). The program has not run.",
        "容器執行環境無法啟動程式（`StartError`、`ContainerCannotRun`），程式從未執行。",
        "容器运行时无法启动程序（`StartError`、`ContainerCannotRun`），程序从未运行。",
    ),
    code(
        "134",
        ENDED,
        "The program aborted itself (SIGABRT, 128 + 6), for example after a failed assertion or corrupted memory.",
        "程式自行中止（SIGABRT，128 + 6），例如斷言失敗或記憶體損毀。",
        "程序自行中止（SIGABRT，128 + 6），例如断言失败或内存损坏。",
    ),
    code(
        "137",
        &["pod-oom-killed", "pod-killed-by-probe", "pod-crash-loop", "pod-hook-failed"],
        "The program was killed (SIGKILL, 128 + 9). If the reason is `OOMKilled`, the kernel killed it because the \
         container or the node ran out of memory. Otherwise it did not exit in time after SIGTERM, for example after a \
         failed liveness probe, or another process killed it.",
        "程式被強制終止（SIGKILL，128 + 9）。原因為 `OOMKilled` 時，是核心因記憶體而終止它；否則就是收到 SIGTERM 後沒有及時結束\
         （例如存活探針（liveness）失敗之後），或被其他程序終止。",
        "程序被强制终止（SIGKILL，128 + 9）。原因为 `OOMKilled` 时，是内核因内存而终止它；否则就是收到 SIGTERM 后没有及时退出\
         （例如存活探针失败之后），或被其他进程终止。",
    ),
    code(
        "139",
        ENDED,
        "The program accessed memory that is not its own: a segmentation fault (SIGSEGV, 128 + 11). Usual causes are a \
         bug in native code and an incompatible library.",
        "程式存取了不屬於它的記憶體：記憶體區段錯誤（SIGSEGV，128 + 11）。常見原因是原生程式碼的錯誤，或不相容的函式庫。",
        "程序访问了不属于它的内存：段错误（SIGSEGV，128 + 11）。常见原因是原生代码的缺陷，或不兼容的库。",
    ),
    code(
        "143",
        &["pod-killed-by-probe", "pod-crash-loop", "pod-hook-failed"],
        "The program ended when it was asked to (SIGTERM, 128 + 15). The kubelet sends SIGTERM when it deletes a pod, and \
         when a liveness or startup probe has failed.",
        "程式依要求結束（SIGTERM，128 + 15）。kubelet 刪除 Pod 時，以及存活探針（liveness）或啟動探針（startup）失敗時，會送出 SIGTERM。",
        "程序按要求退出（SIGTERM，128 + 15）。kubelet 删除 Pod 时，以及存活探针或启动探针失败时，会发送 SIGTERM。",
    ),
    code(
        "255",
        ENDED,
        "The program returned a code out of range, such as -1, or the container runtime lost track of the container, for \
         example in a restart of the node.",
        "程式回傳了超出範圍的結束碼（例如 -1），或容器執行環境失去容器的狀態（例如節點重啟）。",
        "程序返回了超出范围的退出码（例如 -1），或容器运行时丢失了容器的状态（例如节点重启）。",
    ),
];

static HEAD: Text = Text { en: "Exit code {code}", zh_tw: "結束碼 {code}", zh_cn: "退出码 {code}" };
static HEAD_SIGNAL: Text = Text {
    en: "Exit code {code} ({name})",
    zh_tw: "結束碼 {code}（{name}）",
    zh_cn: "退出码 {code}（{name}）",
};
static SIGNAL: Text = Text {
    en: "A signal ended the program: exit codes above 128 are 128 plus the number of the signal, here {signal}.",
    zh_tw: "程式被訊號終止：大於 128 的結束碼是 128 加上訊號編號，這裡是 {signal}。",
    zh_cn: "程序被信号终止：大于 128 的退出码是 128 加上信号编号，这里是 {signal}。",
};
static OF_PROGRAM: Text = Text {
    en: "The program defines the meaning of this code. Its log and its documentation show the cause.",
    zh_tw: "這個結束碼的意義由程式自訂，原因請看它的日誌與文件。",
    zh_cn: "这个退出码的含义由程序自定义，原因请看它的日志与文档。",
};

/// Returns the meaning of an exit code (`137`), of a status that holds one (`ExitCode:137`, `Signal:9`) or of a signal
/// (`SIGKILL`), in lowercase.
pub(super) fn meaning(word: &str) -> Option<Meaning> {
    let by_number =
        |number: &str| number.parse::<u8>().ok().filter(|number| (1..=LAST_SIGNAL).contains(number));
    let by_name = || {
        let index = SIGNALS.iter().position(|name| name.to_lowercase() == word)?;
        u8::try_from(index + 1).ok()
    };
    let signal = word.strip_prefix("signal:").map_or_else(by_name, by_number);
    let number = signal.map(|signal| 128 + signal);
    let number = number.or_else(|| word.strip_prefix("exitcode:").unwrap_or(word).parse().ok())?;
    Some(of(number))
}

fn of(number: u8) -> Meaning {
    let signal = number.checked_sub(128).filter(|signal| (1..=LAST_SIGNAL).contains(signal));
    let name = signal.and_then(|signal| SIGNALS.get(usize::from(signal - 1)));
    let code = ("code", Fact::Number(i64::from(number)));
    let head = match name {
        Some(name) => Message::new(&HEAD_SIGNAL, vec![code, ("name", Fact::text(name))]),
        None => Message::new(&HEAD, vec![code]),
    };
    let (text, ids) = match (NOTABLE.iter().find(|known| known.name.parse() == Ok(number)), signal) {
        (Some(known), _) => (Message::new(&known.meaning, Vec::new()), known.checks),
        (None, Some(signal)) => {
            (Message::new(&SIGNAL, vec![("signal", Fact::Number(i64::from(signal)))]), ENDED)
        }
        (None, None) => (Message::new(&OF_PROGRAM, Vec::new()), ENDED),
    };
    Meaning { name: head, sentences: vec![text], checks: checks(ids) }
}
