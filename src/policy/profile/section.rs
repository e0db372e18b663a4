//! The settings in a profile, as words of the command line: they are read by the same rules as flags.

use super::{At, Place, Profile};
use crate::policy::setting::{Form, SETTINGS, Setting};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

/// The name of the section of thresholds.
const THRESHOLDS: &str = "thresholds";

/// The settings of a section of a profile, in the order of the file: each as the words of its flag.
#[derive(Clone, Debug, Default)]
pub struct Section(Vec<(&'static Setting, At<Vec<String>>)>);

impl Section {
    /// Returns the value of a setting, by the name of its flag.
    pub(super) fn get(&self, id: &str) -> Option<&At<Vec<String>>> {
        self.0.iter().find(|(setting, _)| setting.id == id).map(|(_, at)| at)
    }

    /// Returns every setting.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Setting, &At<Vec<String>>)> {
        self.0.iter().map(|(setting, at)| (*setting, at))
    }

    /// Reads the value of a setting.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        setting: &'static Setting,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let words = match setting.form {
            Form::Text | Form::Path => value(map, |text: String| vec![text])?,
            Form::List | Form::Paths => value(map, |texts: Vec<String>| texts)?,
            Form::Outputs => value(map, |Words(words)| words)?,
            Form::Switch => value(map, |on: bool| vec![on.to_string()])?,
            Form::Number => value(map, |number: i64| vec![number.to_string()])?,
            Form::Map => value(map, |pairs: BTreeMap<String, String>| {
                pairs.iter().map(|(key, value)| format!("{key}={value}")).collect()
            })?,
        };
        self.0.extend(words.map(|words| (setting, words)));
        Ok(())
    }
}

/// Reads a value with its place; `None` for null.
fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    words: impl Fn(T) -> Vec<String>,
) -> Result<Option<At<Vec<String>>>, A::Error> {
    let at = map.next_value::<Option<At<T>>>()?;
    Ok(at.map(|at| At { value: words(at.value), line: at.line, column: at.column }))
}

/// The words of a list, or of a text with commas.
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrList;
        impl<'de> Visitor<'de> for TextOrList {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words(text.split(',').map(str::to_owned).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(TextOrList)
    }
}

/// Reads a part of a profile; a key without a value is empty.
fn or_empty<'de, T: Default + Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    Ok(map.next_value::<Option<T>>()?.unwrap_or_default())
}

/// A setting of a profile, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) setting: &'static Setting,
    /// The values; `true` and `false` for a switch.
    pub(crate) words: Vec<String>,
    pub(crate) place: Place,
}

impl Profile {
    /// Returns every setting; `path` is the file of the profile.
    ///
    /// # Errors
    /// If a path is relative to a folder whose name is not text.
    pub(crate) fn values(&self, path: &Path) -> Result<Vec<Value>, super::Error> {
        let shown = path.display().to_string();
        let value = |(setting, at): &(&'static Setting, At<Vec<String>>)| {
            let (words, place) = (at.value.iter(), Place::of(&shown, at));
            let refuse = || {
                let hint = "use an absolute path".to_owned();
                place.wrong("the folder of the file has a name that is not UTF-8 text", Some(hint))
            };
            let located = |text: &String| located(text, path).ok_or_else(refuse);
            let words = match setting.form {
                Form::Path | Form::Paths => words.map(located).collect::<Result<_, _>>()?,
                Form::Outputs => {
                    let output = |word: &String| match word.split_once('=') {
                        Some((format, file)) => Ok(format!("{format}={}", located(&file.to_owned())?)),
                        None => Ok(word.clone()),
                    };
                    words.map(output).collect::<Result<_, super::Error>>()?
                }
                _ => words.cloned().collect(),
            };
            Ok(Value { setting, words, place })
        };
        self.settings.0.iter().chain(&self.thresholds.0).map(value).collect()
    }
}

/// Returns a path relative to the folder of the file, as in a kubeconfig; `~/` is the home directory.
/// `None` if the folder has a name that is not text.
fn located(text: &str, file: &Path) -> Option<String> {
    let home = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let folder = file.parent().unwrap_or(Path::new(""));
    home.unwrap_or_else(|| folder.join(text)).into_os_string().into_string().ok()
}

/// The keys of a profile that are not settings.
const OTHERS: [&str; 5] = [THRESHOLDS, "classes", "mutes", "links", "notify"];

/// The keys of a profile.
static KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| keys_of("").chain(OTHERS).collect());

/// The keys of the section of thresholds.
static THRESHOLD_KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| keys_of(THRESHOLDS).collect());

/// Splits the key of a setting into its section and its key there.
fn split(setting: &Setting) -> (&'static str, &'static str) {
    setting.key.split_once('.').unwrap_or(("", setting.key))
}

/// Returns the keys of the settings of a section.
fn keys_of(section: &str) -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(split).filter(move |(of, _)| *of == section).map(|(_, key)| key)
}

/// Returns a setting by its section and its key there.
fn find(section: &str, key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| split(setting) == (section, key))
}

/// Reads a key that must be one of these.
#[derive(Clone, Copy)]
struct OneOf(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for OneOf {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for OneOf {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        if self.0.contains(&key) { Ok(key.to_owned()) } else { Err(E::unknown_field(key, self.0)) }
    }
}

impl<'de> Deserialize<'de> for Section {
    /// Reads the section of thresholds.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Thresholds;
        impl<'de> Visitor<'de> for Thresholds {
            type Value = Section;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("thresholds")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Section, A::Error> {
                let mut section = Section::default();
                while let Some(key) = map.next_key_seed(OneOf(&THRESHOLD_KEYS))? {
                    if let Some(setting) = find(THRESHOLDS, &key) {
                        section.read(setting, &mut map)?;
                    }
                }
                Ok(section)
            }
        }
        deserializer.deserialize_map(Thresholds)
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Profile;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a profile")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profile, A::Error> {
                let mut profile = Profile::default();
                while let Some(key) = map.next_key_seed(OneOf(&KEYS))? {
                    match (key.as_str(), find("", &key)) {
                        (_, Some(setting)) => profile.settings.read(setting, &mut map)?,
                        (THRESHOLDS, _) => profile.thresholds = or_empty(&mut map)?,
                        ("classes", _) => profile.classes = or_empty(&mut map)?,
                        ("mutes", _) => profile.mutes = or_empty(&mut map)?,
                        ("links", _) => profile.links = or_empty(&mut map)?,
                        _ => profile.notify = or_empty(&mut map)?,
                    }
                }
                Ok(profile)
            }

            /// A profile with nothing but comments.
            fn visit_unit<E: Error>(self) -> Result<Profile, E> {
                Ok(Profile::default())
            }
        }
        deserializer.deserialize_any(Whole)
    }
}
