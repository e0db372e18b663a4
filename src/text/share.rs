//! Shares in percent.

use super::Lang;

/// Returns thousandths in percent: `42.2 %`, in Chinese `42.2%`.
pub fn in_percent(thousandths: i64, lang: Lang) -> String {
    let (sign, share) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    let unit = if lang == Lang::En { " %" } else { "%" };
    format!("{sign}{}.{}{unit}", share / 10, share % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_of_percent_follows_the_language() {
        assert_eq!(Lang::ALL.map(|lang| in_percent(422, lang)), ["42.2 %", "42.2%", "42.2%"]);
        assert_eq!(in_percent(-5, Lang::En), "-0.5 %");
    }
}
