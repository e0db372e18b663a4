//! The terminal: its alternate screen, its size and its keys. It is as it was when this is dropped.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, event, queue, terminal};
use std::io::{self, BufWriter, Write};
use tokio::sync::mpsc;

/// A key with a meaning, or another size of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    Quit,
    /// The terminal has another size.
    Resized,
}

/// The terminal.
pub(super) struct Terminal {
    keys: mpsc::UnboundedReceiver<Key>,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub(super) fn open() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let (sender, keys) = mpsc::unbounded_channel();
        // From here on, the terminal is given back when this is dropped.
        let terminal = Self { keys };
        let mut out = io::stdout().lock();
        queue!(out, EnterAlternateScreen, cursor::Hide, DisableLineWrap)?;
        out.flush()?;
        std::thread::spawn(move || {
            // It ends with the program, or when the terminal is gone.
            while let Ok(event) = event::read() {
                if key(&event).is_some_and(|key| sender.send(key).is_err()) {
                    return;
                }
            }
        });
        Ok(terminal)
    }

    /// Waits for a key; `None` if the terminal is gone.
    pub(super) async fn key(&mut self) -> Option<Key> {
        self.keys.recv().await
    }

    /// Returns a key that has been pressed in the meantime.
    pub(super) fn next_key(&mut self) -> Option<Key> {
        self.keys.try_recv().ok()
    }

    /// Returns the number of columns and lines.
    pub(super) fn size() -> (usize, usize) {
        terminal::size().map_or((80, 24), |(columns, lines)| (columns.into(), lines.into()))
    }

    /// Shows lines from the top; the rest of the screen is empty.
    pub(super) fn show(lines: &[String]) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        queue!(out, BeginSynchronizedUpdate)?;
        for (row, line) in (0u16..).zip(lines) {
            // Behind a full line the cursor is on its last character: the line is cleared before it is written.
            queue!(out, cursor::MoveTo(0, row), Clear(ClearType::CurrentLine))?;
            out.write_all(line.as_bytes())?;
        }
        // The last line has no line below it.
        if lines.len() < Self::size().1 {
            queue!(out, cursor::MoveTo(0, u16::try_from(lines.len()).unwrap_or(u16::MAX)))?;
            queue!(out, Clear(ClearType::FromCursorDown))?;
        }
        queue!(out, EndSynchronizedUpdate)?;
        out.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let mut out = io::stdout().lock();
        let _ = queue!(out, EnableLineWrap, cursor::Show, LeaveAlternateScreen).and_then(|()| out.flush());
        let _ = terminal::disable_raw_mode();
    }
}

fn key(event: &Event) -> Option<Key> {
    match event {
        Event::Resize(..) => Some(Key::Resized),
        Event::Key(KeyEvent {
            code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, ..
        }) => {
            let control = modifiers.contains(KeyModifiers::CONTROL);
            Some(match code {
                KeyCode::Char('c' | 'd') if control => Key::Quit,
                KeyCode::Char('q') => Key::Quit,
                KeyCode::Up | KeyCode::Char('k') => Key::Up,
                KeyCode::Down | KeyCode::Char('j') => Key::Down,
                KeyCode::PageUp => Key::PageUp,
                KeyCode::PageDown | KeyCode::Char(' ') => Key::PageDown,
                KeyCode::Home | KeyCode::Char('g') => Key::First,
                KeyCode::End | KeyCode::Char('G') => Key::Last,
                KeyCode::Enter | KeyCode::Right => Key::Open,
                KeyCode::Esc | KeyCode::Left | KeyCode::Backspace => Key::Back,
                _ => return None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_meaning_of_other_programs() {
        let press = |code, modifiers| key(&Event::Key(KeyEvent::new(code, modifiers)));
        let plain = |code| press(code, KeyModifiers::NONE);
        assert_eq!(plain(KeyCode::Down), Some(Key::Down));
        assert_eq!(plain(KeyCode::Char('j')), Some(Key::Down));
        assert_eq!(plain(KeyCode::Char('q')), Some(Key::Quit));
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Quit));
        assert_eq!(plain(KeyCode::Char('c')), None);
        assert_eq!(key(&Event::Resize(80, 24)), Some(Key::Resized));
    }
}
