//! The fenced blocks of a page of the documentation:
//!
//! - `sh`: each line is a command; a line that ends in `\` goes on in the next one.
//! - `console`: a command begins with `$ `, and the lines after it are its output. The line `…` stands for any lines.
//! - a language and a name, such as `yaml config.yaml`: a file of this name.
//!
//! A command ends with the comment `# exits N` if its exit code is not 0. Blocks in other languages are not run.

/// A part of a page.
#[derive(Debug, PartialEq)]
pub enum Part {
    File { name: String, text: String },
    Command(Command),
}

/// A command of a page.
#[derive(Debug, PartialEq)]
pub struct Command {
    /// The number of its first line.
    pub line: usize,
    pub text: String,
    /// The exit code that the page states.
    pub exit: i32,
    /// The output that the page shows.
    pub output: Option<Vec<String>>,
}

/// Returns the parts of a page, in order.
pub fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.lines().zip(1..);
    while let Some((line, _)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<(&str, usize)> = lines.by_ref().take_while(|(line, _)| *line != "```").collect();
        match info.split_once(' ') {
            Some((_, name)) => {
                let text = block.iter().flat_map(|(line, _)| [*line, "\n"]).collect();
                parts.push(Part::File { name: name.to_owned(), text });
            }
            None if info == "sh" => parts.extend(of_script(&block).into_iter().map(Part::Command)),
            None if info == "console" => parts.extend(of_session(&block).into_iter().map(Part::Command)),
            None => {}
        }
    }
    parts
}

fn of_script(block: &[(&str, usize)]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut goes_on = false;
    for (line, number) in block.iter().filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
        let text = line.trim_end_matches('\\').trim();
        match commands.last_mut().filter(|_| goes_on) {
            Some(last) => last.text = format!("{} {text}", last.text),
            None => commands.push(Command { line: *number, text: text.to_owned(), exit: 0, output: None }),
        }
        goes_on = line.ends_with('\\');
    }
    commands.into_iter().map(with_exit).collect()
}

fn of_session(block: &[(&str, usize)]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for (line, number) in block {
        if let Some(text) = line.strip_prefix("$ ") {
            let output = Some(Vec::new());
            commands.push(with_exit(Command { line: *number, text: text.to_owned(), exit: 0, output }));
        } else {
            let last =
                commands.last_mut().unwrap_or_else(|| panic!("line {number}: output without a command"));
            last.output.get_or_insert_default().push((*line).to_owned());
        }
    }
    commands
}

/// Takes the exit code from the comment of a command.
fn with_exit(mut command: Command) -> Command {
    if let Some((text, comment)) = command.text.rsplit_once(" # ") {
        if let Some(code) = comment.split("exits ").nth(1) {
            let digits: String = code.chars().take_while(char::is_ascii_digit).collect();
            command.exit = digits.parse().unwrap_or_else(|_| panic!("line {}: {comment}", command.line));
        }
        command.text = text.trim_end().to_owned();
    }
    command
}

/// Returns whether an output is the one that a page shows. The line `…` stands for any lines.
pub fn is_shown(shown: &[String], output: &[String]) -> bool {
    match shown.split_first() {
        None => output.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=output.len()).any(|skipped| is_shown(rest, &output[skipped..]))
        }
        Some((first, rest)) => {
            output.first().is_some_and(|line| line.trim_end() == first) && is_shown(rest, &output[1..])
        }
    }
}
