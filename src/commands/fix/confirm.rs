//! Asking whether changes are meant, at a terminal and nowhere else.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::anyhow;

use super::super::{Exit, Stop};

/// Asks for a word to be typed. `None` where nobody is there to answer.
pub(super) fn confirmed(question: &str, word: &str) -> Result<Option<bool>, Stop> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let ask = || -> io::Result<String> {
        let mut talk = anstream::stderr().lock();
        write!(talk, "{question} Type `{word}` to go on: ")?;
        talk.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    };
    let line =
        ask().map_err(|error| Stop::new(Exit::Broken, anyhow!("the terminal cannot be read: {error}")))?;
    Ok(Some(line.trim() == word))
}
