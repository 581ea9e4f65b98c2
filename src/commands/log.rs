//! What the program says while it works, on standard error.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

use super::Exit;
use super::heading::TALK;
use super::variables::name_variables;
use super::wrapping::Stderr;

/// How the program talks while it works. Data goes to standard output, talk to standard error.
#[derive(Debug, Clone, clap::Args)]
pub struct Log {
    /// Say more: once for what is read, twice for every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count, env = "TWILIO_AUDIT_VERBOSE", help_heading = TALK)]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, env = "TWILIO_AUDIT_QUIET", conflicts_with = "verbose", help_heading = TALK)]
    pub quiet: bool,
    /// The form of what is said
    #[arg(long, global = true, value_enum, default_value_t, env = "TWILIO_AUDIT_LOG_FORMAT", help_heading = TALK)]
    pub log_format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// Starts the log. Only this program's own events are shown: the libraries below log requests with
/// their headers.
pub fn start_log(log: &Log) {
    let level = match (log.quiet, log.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };
    let own = env!("CARGO_CRATE_NAME");
    let mut filter = format!("off,{own}={level}");
    if log.log_format == LogFormat::Json && level < LevelFilter::INFO && !log.quiet {
        // A program that reads the log is told how far the scan is, where a person sees a line on the terminal.
        filter.push_str(&format!(",{own}::commands::progress=info"));
    }
    let filter = tracing_subscriber::filter::EnvFilter::builder().parse_lossy(filter);
    // A closed stream is no reason to fail: the log would otherwise complain on that very stream, and panic.
    let stderr = Stderr::of(log.log_format == LogFormat::Text);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || stderr)
        .log_internal_errors(false);
    let in_colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match log.log_format {
        LogFormat::Text => builder.with_ansi(in_colour).with_target(false).without_time().init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

/// Says what is wrong with the command line, or what was asked for (`--help`, `--version`).
pub fn explain_usage(mut error: clap::Error, mut program: clap::Command) -> Exit {
    // Until it is built, its options have no names to show.
    program.build();
    let line: Vec<_> = std::env::args_os().collect();
    name_variables(&mut error, &program, &line);
    // A closed pipe after `--help` is nobody's fault.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Complete }
}
