//! The meaning of exit codes. Codes above 128 are 128 plus the signal, as in shells and runtimes.

use crate::text::Text;
use crate::wire::Terminated;

/// Returns the likely cause of an end in a few words. The text may use the fact `signal`.
pub fn meaning(end: &Terminated) -> &'static Text {
    match (end.exit_code, end.reason.as_str()) {
        (_, "OOMKilled") => &OUT_OF_MEMORY,
        (_, "ContainerCannotRun" | "StartError") | (128, _) => &NOT_STARTED,
        (0, _) => &ENDED_WELL,
        (1, _) => &OWN_ERROR,
        (2, _) => &USAGE,
        (255, "Unknown") | (_, "ContainerStatusUnknown") => &UNSEEN,
        (126, _) => &NOT_EXECUTABLE,
        (127, _) => &NOT_FOUND,
        (134, _) => &ABORTED,
        (135, _) => &BUS,
        (137, _) => &KILLED,
        (139, _) => &SEGMENTATION,
        (143, _) => &TERMINATED,
        (255, _) => &OUT_OF_RANGE,
        (129..=192, _) => &SIGNAL,
        _ => &PROGRAM,
    }
}

/// The name of the fact with the line of a log that says why its program ended.
pub(super) const LAST_WORDS: &str = "lastWords";

/// Returns whether the meaning names no cause, so that the program's own words say more.
pub(super) fn is_vague(end: &Terminated) -> bool {
    let meaning = meaning(end);
    [&OWN_ERROR, &USAGE, &NOT_EXECUTABLE, &NOT_FOUND, &ABORTED, &OUT_OF_RANGE, &PROGRAM]
        .into_iter()
        .any(|vague| std::ptr::eq(vague, meaning))
}

/// Returns the signal in an exit code, if there is one.
pub(crate) fn signal(end: &Terminated) -> Option<i32> {
    (129..=192).contains(&end.exit_code).then(|| end.exit_code - 128)
}

static OUT_OF_MEMORY: Text = Text {
    en: "out of memory (OOMKilled)",
    zh_tw: "因記憶體不足被終止（OOMKilled）",
    zh_cn: "因内存不足被终止（OOMKilled）",
};
static NOT_STARTED: Text = Text {
    en: "the runtime could not start the program",
    zh_tw: "執行環境無法啟動程式",
    zh_cn: "运行时无法启动程序",
};
static ENDED_WELL: Text = Text {
    en: "the program exited without an error but should keep running",
    zh_tw: "程式自行正常結束，但它應該持續執行",
    zh_cn: "程序自行正常退出，但它本应持续运行",
};
static OWN_ERROR: Text =
    Text { en: "application error", zh_tw: "程式自身的錯誤", zh_cn: "程序自身的错误" };
static USAGE: Text = Text {
    en: "application error, often a wrong argument",
    zh_tw: "程式自身的錯誤，常見於參數有誤",
    zh_cn: "程序自身的错误，多为参数有误",
};
static NOT_EXECUTABLE: Text = Text {
    en: "the command cannot be executed: its file is not a program, or is not executable",
    zh_tw: "指令無法執行：檔案不是可執行程式，或沒有執行權限",
    zh_cn: "命令无法执行：文件不是可执行程序，或没有执行权限",
};
static NOT_FOUND: Text = Text {
    en: "the command is not in the image",
    zh_tw: "映像檔裡找不到該指令",
    zh_cn: "镜像里找不到该命令",
};
static ABORTED: Text = Text {
    en: "the program aborted (SIGABRT)",
    zh_tw: "程式自行中止（SIGABRT）",
    zh_cn: "程序自行中止（SIGABRT）",
};
static BUS: Text =
    Text {
        en: "bus error (SIGBUS)", zh_tw: "匯流排錯誤（SIGBUS）", zh_cn: "总线错误（SIGBUS）"
    };
static KILLED: Text = Text {
    en: "killed (SIGKILL), not by the memory limit",
    zh_tw: "被強制終止（SIGKILL），並非因為記憶體上限",
    zh_cn: "被强制终止（SIGKILL），并非因为内存限制",
};
static SEGMENTATION: Text = Text {
    en: "segmentation fault (SIGSEGV)",
    zh_tw: "記憶體區段錯誤（SIGSEGV）",
    zh_cn: "段错误（SIGSEGV）",
};
static TERMINATED: Text = Text {
    en: "asked to terminate (SIGTERM)",
    zh_tw: "被要求結束（SIGTERM）",
    zh_cn: "被要求退出（SIGTERM）",
};
static UNSEEN: Text = Text {
    en: "its end was not observed, because the node or its container runtime restarted",
    zh_tw: "節點或容器執行環境重新啟動，沒有觀察到它如何結束",
    zh_cn: "节点或容器运行时重新启动，未观察到它如何退出",
};
static OUT_OF_RANGE: Text = Text {
    en: "the program returned a code out of range, or a script failed",
    zh_tw: "程式回傳的代碼超出範圍，或腳本失敗",
    zh_cn: "程序返回的代码超出范围，或脚本失败",
};
static SIGNAL: Text =
    Text {
        en: "ended by signal {signal}", zh_tw: "被訊號 {signal} 終止", zh_cn: "被信号 {signal} 终止"
    };
static PROGRAM: Text =
    Text {
        en: "an exit code specific to the program", zh_tw: "程式自訂的代碼", zh_cn: "程序自定义的代码"
    };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_kernels_and_shells_mean() {
        let of = |exit_code, reason: &str| {
            let end = Terminated { exit_code, reason: reason.into(), ..Terminated::default() };
            (meaning(&end).en, signal(&end))
        };
        assert_eq!(of(137, "OOMKilled").0, "out of memory (OOMKilled)");
        assert_eq!(of(137, "Error"), ("killed (SIGKILL), not by the memory limit", Some(9)));
        assert_eq!(of(139, "Error").1, Some(11));
        assert_eq!(of(143, "Error"), ("asked to terminate (SIGTERM)", Some(15)));
        assert_eq!(of(127, "Error"), ("the command is not in the image", None));
        assert_eq!(of(128, "StartError").0, "the runtime could not start the program");
        assert_eq!(of(130, "Error"), ("ended by signal {signal}", Some(2)));
        assert_eq!(of(42, "Error"), ("an exit code specific to the program", None));
        assert!(of(255, "Unknown").0.starts_with("its end was not observed"));
        assert!(of(137, "ContainerStatusUnknown").0.starts_with("its end was not observed"));
        assert!(of(255, "Error").0.starts_with("the program returned a code out of range"));
    }
}
