//! Profiles: the settings of a run, and a new profile.

mod init;

use super::{Failure, look};
use crate::cli::{Exit, ProfileCommand};
use crate::output;
use crate::policy::profile::SCHEMA;
use crate::policy::setting::{Set, Source};
use crate::render;
use crate::wire::Time;

pub(super) fn profile(what: ProfileCommand, clock: fn() -> Time) -> Result<Exit, Failure> {
    match what {
        ProfileCommand::Show(args) => {
            let today = crate::policy::mute::day_of(clock());
            let look = look::look(&args.show);
            let is_html = args.show.output == render::Format::Html;
            let is_output = |set: &Set| set.setting.id == "output" && matches!(set.source, Source::Flag(_));
            let is_flag = args.profile.resolved.settings.iter().any(is_output);
            super::check::refuse("-o html", is_html && is_flag, "settings are not a report")?;
            output::stdout(|out| {
                render::profile(&args.profile.resolved, today, args.show.output.into(), look, out)
            })?;
            Ok(Exit::Clean)
        }
        ProfileCommand::Init(args) => init::init(&args, clock),
        ProfileCommand::Schema => {
            output::stdout(|out| out.write_all(SCHEMA.as_bytes()))?;
            Ok(Exit::Clean)
        }
    }
}
