//! Writes the outputs of a run: one document on standard output, the others in files.

use super::Failure;
use super::look::Place;
use crate::cli::{self, Output};
use crate::text::io_words;
use crate::{files, output};
use std::io::{self, Write};

/// Writes a document in each format. The files come first, so that they are complete when standard output ends. Each file is
/// written as a whole or not at all. An output that cannot be written does not prevent the others.
pub(super) fn write<F: Copy + Default>(
    outputs: &[Output<F>],
    mut document: impl FnMut(F, Place, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut failures = Vec::new();
    for output in outputs {
        let Some(path) = &output.file else { continue };
        if let Err(error) = files::write(path, false, |out| document(output.format, Place::File, out)) {
            failures.push(format!("error: cannot write {}: {}", path.display(), io_words(&error)));
        }
    }
    let done = output::stdout(|out| document(cli::on_stdout(outputs), Place::Stdout, out));
    failures.extend(done.err().map(|error| Failure::from(error).line));
    if failures.is_empty() { Ok(()) } else { Err(Failure::of_lines(&failures)) }
}
