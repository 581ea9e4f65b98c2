//! Standard output, as every command writes to it.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use anstream::AutoStream;

use super::{Exit, Stop};

/// Prints what `write` writes. Whoever closes the pipe has seen enough: that is no error.
pub(super) fn print(
    write: impl FnOnce(&mut BufWriter<AutoStream<StdoutLock<'static>>>) -> io::Result<()>,
) -> Result<(), Stop> {
    // By itself standard output goes out line by line: a report of a million lines took half of its time for that.
    let mut out = BufWriter::new(anstream::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.map_err(Stop::with(Exit::Broken)),
    }
}
