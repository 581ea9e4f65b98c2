//! What the program says while it works, on standard error.

use tracing::level_filters::LevelFilter;

use super::Exit;
use crate::cli::{Log, LogFormat};

/// Starts the log. Only this program's own events are shown: the libraries below log requests with
/// their headers.
pub fn start_log(log: &Log) {
    let level = match (log.quiet, log.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let filter = tracing_subscriber::filter::EnvFilter::builder()
        .parse_lossy(format!("off,{}={level}", env!("CARGO_CRATE_NAME")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.log_format {
        LogFormat::Text => builder.with_target(false).without_time().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

/// Says what is wrong with the command line, or what was asked for (`--help`, `--version`).
pub fn explain_usage(error: &clap::Error) -> Exit {
    // A closed pipe after `--help` is nobody's fault.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Complete }
}
