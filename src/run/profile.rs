//! Profiles: the settings of a run, and a new profile.

mod init;

use super::look::Place;
use super::{Failure, look};
use crate::cli::{Exit, ProfileCommand};
use crate::output;
use crate::policy::profile::SCHEMA;
use crate::render::{self, SettingsFormat};
use crate::wire::Time;

pub(super) fn profile(what: ProfileCommand, clock: fn() -> Time) -> Result<Exit, Failure> {
    match what {
        ProfileCommand::Show(args) => {
            let today = crate::policy::mute::day_of(clock());
            let look = look::look(&args.show, Place::Stdout);
            // The outputs are settings that it shows. A format of whole reports is shown in a table.
            let format = SettingsFormat::of(args.show.on_stdout()).unwrap_or_default();
            output::stdout(|out| render::profile(&args.profile.resolved, today, format, look, out))?;
            Ok(Exit::Clean)
        }
        ProfileCommand::Init(args) => init::init(&args, clock),
        ProfileCommand::Schema => {
            output::stdout(|out| out.write_all(SCHEMA.as_bytes()))?;
            Ok(Exit::Clean)
        }
    }
}
