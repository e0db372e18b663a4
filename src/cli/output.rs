//! The outputs of a run: formats, each for standard output or a file.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// An output of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output<F> {
    /// The format.
    pub format: F,
    /// The file; `None` for standard output.
    pub file: Option<PathBuf>,
}

/// Returns the format on standard output: the default one if all outputs are files.
pub fn on_stdout<F: Copy + Default>(outputs: &[Output<F>]) -> F {
    let stdout = outputs.iter().find(|output| output.file.is_none());
    stdout.map_or_else(F::default, |output| output.format)
}

/// Reads `FORMAT` or `FORMAT=FILE`.
#[derive(Debug)]
pub(super) struct OutputParser<F> {
    formats: Vec<PossibleValue>,
    of: PhantomData<fn() -> F>,
}

// Derived, it would need a format that can be cloned.
impl<F> Clone for OutputParser<F> {
    fn clone(&self) -> Self {
        Self { formats: self.formats.clone(), of: PhantomData }
    }
}

impl<F: ValueEnum> OutputParser<F> {
    /// Reads all formats.
    pub(super) fn all() -> Self {
        Self::of(|_| true)
    }

    /// Reads the formats that a command has.
    pub(super) fn of(has: fn(&F) -> bool) -> Self {
        let formats = F::value_variants().iter().filter(|format| has(format));
        Self { formats: formats.filter_map(ValueEnum::to_possible_value).collect(), of: PhantomData }
    }
}

impl<F: ValueEnum + Clone + Send + Sync + 'static> TypedValueParser for OutputParser<F> {
    type Value = Output<F>;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Output<F>, clap::Error> {
        let refuse = |kind| clap::Error::new(kind).with_cmd(command);
        let text = value.to_str().ok_or_else(|| refuse(ErrorKind::InvalidUtf8))?;
        let (name, file) = parts(text);
        let names = PossibleValuesParser::new(self.formats.clone());
        let name = names.parse_ref(command, arg, OsStr::new(name))?;
        let format = F::from_str(&name, false).map_err(|_| refuse(ErrorKind::InvalidValue))?;
        let wrong = match file {
            Some("") => "a file name is missing after",
            Some("-" | "/dev/stdout") => "for standard output, write the format without",
            _ => return Ok(Output { format, file: file.map(PathBuf::from) }),
        };
        let text = format!("-o {text}: {wrong} \"=\"\n");
        Err(clap::Error::raw(ErrorKind::ValueValidation, text).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.formats.iter().cloned()))
    }
}

/// Returns the format and the file of an output.
pub(super) fn parts(output: &str) -> (&str, Option<&str>) {
    output.split_once('=').map_or((output, None), |(format, file)| (format, Some(file)))
}

/// Returns why outputs contradict each other: two for standard output, or two for one file.
pub(super) fn contradiction(outputs: &[String]) -> Option<String> {
    let mut known: BTreeMap<Option<PathBuf>, &str> = BTreeMap::new();
    for output in outputs {
        let (format, file) = parts(output);
        let Some(other) = known.insert(file.map(|file| target(Path::new(file))), output) else { continue };
        return Some(match file {
            None => format!(
                "-o {other} and -o {format} both write to standard output; write one of them to a file: -o {format}=FILE"
            ),
            Some(_) => format!("-o {other} and -o {output} write to the same file"),
        });
    }
    None
}

/// Returns the file that a path leads to, which may not exist.
fn target(path: &Path) -> PathBuf {
    let in_folder = || {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        Some(std::fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    std::fs::canonicalize(path).ok().or_else(in_folder).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, NodesFormat};

    fn parsed(text: &str) -> Result<Output<Format>, String> {
        let parser = OutputParser::<Format>::all();
        parser.parse_ref(&Command::new("check"), None, OsStr::new(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn an_output_is_a_format_and_perhaps_a_file() {
        let output = |format, file: Option<&str>| Ok(Output { format, file: file.map(PathBuf::from) });
        assert_eq!(parsed("table"), output(Format::Table, None));
        assert_eq!(parsed("json=a=b.json"), output(Format::Json, Some("a=b.json")));
        assert!(parsed("json=").unwrap_err().contains("a file name is missing after \"=\""));
        assert!(
            parsed("json=-").unwrap_err().contains("for standard output, write the format without \"=\"")
        );
        assert!(parsed("jsn=a").unwrap_err().contains("'jsn'"));
        let nodes = OutputParser::<Format>::of(|format| NodesFormat::of(*format).is_some());
        assert!(nodes.parse_ref(&Command::new("nodes"), None, OsStr::new("junit=a.xml")).is_err());
        assert!(nodes.parse_ref(&Command::new("nodes"), None, OsStr::new("json=a.json")).is_ok());
    }

    #[test]
    fn files_alone_leave_the_table_on_standard_output() {
        assert_eq!(on_stdout(&[parsed("json=a.json").unwrap()]), Format::Table);
        assert_eq!(on_stdout(&[parsed("json=a.json").unwrap(), parsed("name").unwrap()]), Format::Name);
    }

    #[test]
    fn outputs_do_not_write_to_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("known"), "").unwrap();
        let told = |outputs: &[String]| contradiction(outputs);
        let same = |first: &str, second: &str| {
            told(&[format!("json={}", path(first)), format!("yaml={}", path(second))]).is_some()
        };
        assert!(same("known", "known") && same("known", "./known") && same("new", "./new"));
        assert!(!same("known", "new"));
        assert!(told(&["table".to_owned(), "json=a".to_owned()]).is_none());
        let twice = told(&["table".to_owned(), "json".to_owned()]).unwrap();
        assert!(twice.starts_with("-o table and -o json both write to standard output"), "{twice}");
    }
}
