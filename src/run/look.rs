//! The language, colours and width of the output, from the flags, the environment and the terminal.

use crate::cli::{ColorChoice, RightsizeArgs, RowArgs, ShowArgs};
use crate::render::{Look, RowOptions};
use crate::text::Lang;
use clap::ValueEnum;
use std::ffi::OsString;
use std::io::{self, IsTerminal};

/// Where a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output, which may be a terminal.
    Stdout,
    /// A file, which looks as standard output that is redirected to it.
    File,
}

pub(super) fn look<F: ValueEnum + Clone + Send + Sync + 'static>(show: &ShowArgs<F>, place: Place) -> Look {
    of(show.lang, show.color, show.width, show.all, place)
}

/// Returns the look of a report with a table of problems.
pub(super) fn with_rows(show: &ShowArgs, rows: &RowArgs, place: Place) -> Look {
    Look { rows: RowOptions::from(rows), ..look(show, place) }
}

pub(super) fn look_at_sizes(args: &RightsizeArgs, place: Place) -> Look {
    of(args.lang, args.color, args.width, args.all, place)
}

pub(super) fn of(
    lang: Option<Lang>,
    choice: ColorChoice,
    width: Option<u16>,
    all: bool,
    place: Place,
) -> Look {
    let terminal = place == Place::Stdout && io::stdout().is_terminal();
    let size = terminal.then(terminal_size::terminal_size).flatten();
    let size = size.map(|(width, height)| (width.0, height.0));
    // `watch` shows the output of a pipe on its terminal, and tells the size of that.
    let told = |name| environment(name)?.parse::<u16>().ok().filter(|size| *size > 0 && !terminal);
    Look {
        lang: lang.unwrap_or_else(locale),
        color: color(choice, terminal),
        width: width
            .or(size.map(|(width, _)| width))
            .or(told("COLUMNS").map(|width| width.max(20)))
            .map(usize::from),
        height: size.map(|(_, height)| height).or(told("LINES")).map(usize::from),
        all,
        rows: RowOptions::default(),
    }
}

/// Whether to use colours: the flag, `NO_COLOR` (no-color.org), `CLICOLOR_FORCE` (bixense.com/clicolors), `FORCE_COLOR`,
/// or whether the output is a terminal.
pub(super) fn color(choice: ColorChoice, terminal: bool) -> bool {
    let on = |name| environment(name).is_some_and(|value| value != "0" && value != "false");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if environment("NO_COLOR").is_some() => false,
        ColorChoice::Auto if on("CLICOLOR_FORCE") || on("FORCE_COLOR") => true,
        ColorChoice::Auto if environment("CLICOLOR").is_some_and(|value| value == "0") => false,
        ColorChoice::Auto => terminal && environment("TERM").is_none_or(|term| term != "dumb"),
    }
}

pub(super) fn locale() -> Lang {
    // The order of POSIX.
    let name = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(environment);
    name.map_or(Lang::En, |name| Lang::of_locale(&name))
}

/// Returns an environment variable that is not empty.
pub fn environment_os(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns an environment variable that is not empty, as text. Other bytes are replaced: a path is read by
/// [`environment_os`].
pub(super) fn environment(name: &str) -> Option<String> {
    environment_os(name).map(|value| value.to_string_lossy().into_owned())
}
