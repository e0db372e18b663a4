//! What the commands have in common: their settings, their limits and their webhooks.

use super::{Cli, Command, ListArgs, ProfileArgs, ProfileCommand};
use crate::policy::profile::Rules;
use crate::policy::setting::Resolved;

impl Cli {
    /// Returns the rules and the profile of a command that judges.
    pub(super) fn judging(&mut self) -> Option<(&mut Rules, &mut ProfileArgs)> {
        match &mut self.command {
            Some(Command::Diff(args)) => Some((&mut args.judge.rules, &mut args.profile)),
            Some(Command::Rightsize(args)) => Some((&mut args.rules, &mut args.profile)),
            Some(Command::Serve(args)) => Some((&mut args.judge.rules, &mut args.profile)),
            Some(Command::Mcp(args)) => Some((&mut args.judge.rules, &mut args.profile)),
            None => Some((&mut self.check.judge.rules, &mut self.check.profile)),
            Some(Command::Nodes(args) | Command::Profile { what: ProfileCommand::Show(args) }) => {
                Some((&mut args.judge.rules, &mut args.profile))
            }
            _ => None,
        }
    }

    /// Returns the profile and the settings of a command that judges.
    pub fn resolved(&mut self) -> Option<&Resolved> {
        self.judging().map(|(_, profile)| &profile.resolved)
    }

    /// Returns the flags of listing, if the command has them.
    pub fn list_args(&self) -> Option<&ListArgs> {
        match &self.command {
            None => Some(&self.check.list),
            Some(Command::Nodes(args) | Command::Profile { what: ProfileCommand::Show(args) }) => {
                Some(&args.list)
            }
            Some(Command::Rightsize(args)) => Some(&args.list),
            Some(Command::Serve(args)) => Some(&args.list),
            Some(Command::Mcp(args)) => Some(&args.list),
            Some(Command::Snapshot(args)) => Some(&args.list),
            _ => None,
        }
    }

    /// Returns the names of the webhooks of a command that sends messages, and its profile.
    pub(super) fn notifying(&mut self) -> Option<(&mut Vec<String>, &ProfileArgs)> {
        let args = match &mut self.command {
            Some(Command::Serve(args)) => return Some((&mut args.notify, &args.profile)),
            None => &mut self.check,
            Some(Command::Nodes(args) | Command::Profile { what: ProfileCommand::Show(args) }) => args,
            _ => return None,
        };
        Some((&mut args.notify, &args.profile))
    }
}
