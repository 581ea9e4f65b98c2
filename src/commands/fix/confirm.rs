//! Asking whether changes are meant, at a terminal and nowhere else.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::anyhow;

use super::super::{Exit, Stop};

/// Asks for a word to be typed. `None` where nobody is there to answer.
pub(super) async fn confirmed(question: String, word: &'static str) -> Result<Option<bool>, Stop> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let ask = move || -> io::Result<String> {
        let mut talk = anstream::stderr().lock();
        write!(talk, "{question} Type `{word}` to go on: ")?;
        talk.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    };
    // Whoever waits for an answer must hear that the program is to end.
    let answer = tokio::task::spawn_blocking(ask).await.map_err(io::Error::other).flatten();
    let line =
        answer.map_err(|error| Stop::new(Exit::Broken, anyhow!("the terminal cannot be read: {error}")))?;
    Ok(Some(line.trim() == word))
}
