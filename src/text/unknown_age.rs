//! Sentences with an age that is not known, or of a time in the future: the words about the age are left out.

use super::Lang;

/// The words before and after an age that only belong to it, the longest first.
fn words(lang: Lang) -> (&'static [&'static str], &'static [&'static str]) {
    match lang {
        Lang::En => (&[", for ", " for ", " after "], &[" ago"]),
        Lang::ZhTw | Lang::ZhCn => (
            &["，已持續 ", "，已持续 ", "，已 ", "已於 ", "已于 ", "過了 ", "过了 ", "已 "],
            &[" 前", " 以來", " 以来"],
        ),
    }
}

/// Leaves out an age between the text so far and the rest of the template; returns what follows of the rest.
pub(super) fn leave_out<'t>(lang: Lang, out: &mut String, rest: &'t str) -> &'t str {
    let (before, after) = words(lang);
    let (open, close) = if lang == Lang::En { (" (", ")") } else { ("（", "）") };
    let is_end = |c: char| " ,;:.，；：。、（".contains(c);
    let tail = after.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    if let (Some(head), Some(tail)) = (out.strip_suffix(open), tail.strip_prefix(close)) {
        out.truncate(head.len());
        return tail;
    }
    if let Some(head) = before.iter().find_map(|word| out.strip_suffix(word)) {
        out.truncate(head.len());
        // In English the next word begins with its own space; in Chinese, a name ends with one.
        let rest = if lang == Lang::En { tail } else { tail.trim_start_matches(' ') };
        if lang != Lang::En && (rest.is_empty() || rest.starts_with(is_end)) {
            out.truncate(out.trim_end().len());
        }
        return rest;
    }
    // In a list, the comma before the age goes with it.
    if let Some(head) = out.strip_suffix(", ").filter(|_| tail.starts_with([',', ';', ')'])) {
        out.truncate(head.len());
        return tail;
    }
    if out.ends_with(' ') && (tail.is_empty() || tail.starts_with(is_end) || lang != Lang::En) {
        out.truncate(out.trim_end().len());
    }
    if lang == Lang::En && !out.is_empty() { tail } else { tail.trim_start_matches(' ') }
}

#[cfg(test)]
mod tests {
    use super::super::{Fact, Text};
    use super::*;

    #[test]
    fn the_words_about_an_unknown_age_are_left_out() {
        let texts = [
            ("not ready for {age}: x", "已 {age} 未就緒：x", "not ready: x", "未就緒：x"),
            ("starting for {age}: x", "啟動中，已 {age}：x", "starting: x", "啟動中：x"),
            ("deleted {age} ago, still here", "刪除 {age} 後仍在", "deleted, still here", "刪除後仍在"),
            ("waited {age} for x", "等 x 已 {age}", "waited for x", "等 x"),
            ("gate {gate} is x for {age} (y)", "{gate} 已 {age} 為 x", "gate g is x (y)", "g 為 x"),
            ("no address {age} after it", "建立 {age} 後沒有", "no address after it", "建立後沒有"),
            ("failed, succeeded {age} ago", "已於 {age} 前成功", "failed, succeeded", "成功"),
            ("not issued x after {age} (y)", "過了 {age} 仍未簽發", "not issued x (y)", "仍未簽發"),
            ("since x ({age} ago): y", "自 x（{age} 前）以來：y", "since x: y", "自 x以來：y"),
            ("{gate}, for {age}", "{gate}，已持續 {age}", "g", "g"),
            ("{age} ago: x", "{age} 前 x", ": x", "x"),
            (
                "x (code 1, {age} ago, 2 restarts)",
                "{age} 前以代碼 1 結束",
                "x (code 1, 2 restarts)",
                "以代碼 1 結束",
            ),
        ];
        for (en, zh, told, said) in texts {
            let text = Text { en, zh_tw: zh, zh_cn: zh };
            for age in [Fact::age(None), Fact::Age(-90)] {
                let facts = [("age", age), ("gate", Fact::text("g"))];
                assert_eq!(text.fill(Lang::En, &facts), told);
                assert_eq!(text.fill(Lang::ZhTw, &facts), said);
            }
            let known = text.fill(Lang::En, &[("age", Fact::Age(60)), ("gate", Fact::text("g"))]);
            assert_eq!(known, en.replace("{age}", "60s").replace("{gate}", "g"));
        }
    }
}
