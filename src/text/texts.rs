//! A short form for declaring many texts.

/// Declares static texts, each by its name, English, Traditional Chinese and Simplified Chinese.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $zh_tw:literal, $zh_cn:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) static $name: $crate::text::Text =
                $crate::text::Text { en: $en, zh_tw: $zh_tw, zh_cn: $zh_cn };
        )*
    };
}
pub(crate) use texts;
