//! Explains a check, a status or an exit code.

use super::{Failure, look};
use crate::checks::status::{Topic, suggestions, topic};
use crate::cli::{Exit, ExplainArgs};
use crate::output;
use crate::render;

pub(super) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let topic = topic_of(&args.topic)?;
    let look = look::of(args.lang, args.color, args.width, false, look::Place::Stdout);
    output::stdout(|out| render::explain(&topic, args.example, look, out))?;
    Ok(Exit::Clean)
}

/// Returns the topic of a word.
///
/// # Errors
/// If it is no check, status or exit code.
pub(super) fn topic_of(word: &str) -> Result<Topic, Failure> {
    topic(word).ok_or_else(|| unknown(word))
}

fn unknown(topic: &str) -> Failure {
    let near: Vec<String> = suggestions(topic).into_iter().map(|near| format!("\"{near}\"")).collect();
    let hint = match near.split_last() {
        None => "\"kubectl healthcheck checks\" lists the checks".to_owned(),
        Some((last, [])) => format!("did you mean {last}?"),
        Some((last, others)) => format!("did you mean {} or {last}?", others.join(", ")),
    };
    Failure {
        hint: Some(hint),
        ..Failure::new(format!("no check, status or exit code is called \"{topic}\""))
    }
}
