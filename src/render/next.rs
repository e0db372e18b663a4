//! The commands that come next: those that only read, and apart from them those that change the cluster.

use super::Look;
use super::document::{Block, own, strong};
use super::words::{self, texts};
use crate::report::NextCommands;
use crate::text::Fact;
use crate::text::{Lang, Text};

texts! {
    CHANGES: "CHANGES THE CLUSTER (review first)", "會變更叢集（先查看再執行）", "会变更集群（先查看再执行）";
}

/// The number of commands of each kind on one screen.
pub(super) const SHOWN: usize = 6;

/// Returns the section of a screen, with the first commands of each kind.
pub(super) fn section(commands: &NextCommands, most: usize, look: Look) -> Vec<Block> {
    let mut blocks = list(&words::NEXT, &commands.reading, most, look);
    blocks.extend(list(&CHANGES, &commands.changing, most, look));
    blocks
}

/// Returns the section with all commands.
pub(super) fn all(commands: &NextCommands, look: Look) -> Vec<Block> {
    section(commands, usize::MAX, look)
}

fn list(head: &Text, commands: &[&str], most: usize, look: Look) -> Vec<Block> {
    if commands.is_empty() || most == 0 {
        return Vec::new();
    }
    let shown = &commands[..commands.len().min(most)];
    let mut blocks = vec![Block::Heading(2, own(head.get(look.lang))), of(shown)];
    if shown.len() < commands.len() {
        let rest = Fact::count(commands.len() - shown.len());
        let more = words::MORE_COMMANDS.fill(look.lang, &[("count", rest)]);
        blocks.push(Block::Lines(vec![own(format!("  {more}")).dim()]));
    }
    blocks
}

fn of(commands: &[&str]) -> Block {
    Block::Commands(commands.iter().map(|command| (*command).to_owned()).collect())
}

/// Returns commands for a page: without a heading, those that change the cluster after a line that says so.
pub(super) fn on_page(commands: &[String], lang: Lang) -> Vec<Block> {
    let commands = NextCommands::of(commands.iter().map(String::as_str));
    let mut blocks = vec![of(&commands.reading)];
    if !commands.changing.is_empty() {
        blocks.extend([
            Block::Parts(vec![strong(words::sentence_case(CHANGES.get(lang)))]),
            of(&commands.changing),
        ]);
    }
    blocks
}

/// Returns all commands of one finding, those that change the cluster under their heading.
pub(super) fn of_finding(actions: &[String], look: Look) -> Vec<Block> {
    let commands = NextCommands::of(actions.iter().map(String::as_str));
    let lines = |commands: &[&str]| {
        Block::Lines(commands.iter().map(|command| own(format!("$ {command}")).command()).collect())
    };
    let mut blocks = vec![lines(&commands.reading)];
    if !commands.changing.is_empty() {
        blocks.extend([Block::Lines(vec![own(CHANGES.get(look.lang)).bold()]), lines(&commands.changing)]);
    }
    blocks
}
