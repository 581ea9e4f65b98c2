//! One file per command: gather what it needs, call the rooms below, hand the result over.

mod check_time;
pub mod checks;
mod choice;
mod chosen_checks;
mod chosen_scan;
mod chosen_shard;
pub mod completions;
mod decided_table;
mod declared_names;
pub mod diff;
mod difference;
mod disk_space;
pub mod doctor;
mod duration;
mod exit;
mod finish;
pub mod fix;
pub mod gate;
mod guard;
mod heading;
pub mod history;
pub mod init;
mod keeper;
pub mod keygen;
mod log;
pub mod login;
pub mod logout;
pub mod man;
pub mod merge;
mod metrics_file;
pub mod notify;
pub mod permissions;
mod plan;
mod printing;
mod progress;
pub mod prune;
pub mod query;
mod replacing;
pub mod report;
mod reporting;
pub mod review;
pub mod scan;
mod scan_args;
mod scan_folder;
mod scan_lock;
mod scan_setting;
mod scanning;
pub mod schedule;
mod sealing;
pub mod show;
mod signing;
mod signing_in;
pub mod simulate;
mod start;
mod stored_scan;
mod strength;
mod telling;
mod trusted_folder;
mod variables;
pub mod verify;
mod wrapping;

use anyhow::anyhow;
use tokio::runtime::{Builder, Runtime};

pub use exit::{EXIT_CODES, Exit, Stop};
pub use guard::{contain, guard};
pub use log::{Log, LogFormat, explain_usage, start_log};
pub use variables::warn_of_unknown_variables;

/// Does something until it is done or somebody asks the program to end.
fn interruptible(work: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
    interruptible_on(runtime()?, work)
}

/// The same, driven by this.
fn interruptible_on(runtime: Runtime, work: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = work => ended,
            () = asked_to_end() => Err(Stop::new(Exit::Interrupted, anyhow!("interrupted"))),
        }
    });
    // What still waits for an answer is not waited for.
    runtime.shutdown_background();
    ended
}

/// Does something to its end, whoever asks the program to end meanwhile: what it made would be left to nobody.
fn to_its_end(work: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let deaf = async {
            loop {
                asked_to_end().await;
                tracing::warn!("this is seen to its end first: it takes a minute or two at most");
            }
        };
        tokio::select! {
            ended = work => ended,
            ended = deaf => ended,
        }
    });
    runtime.shutdown_background();
    ended
}

/// Waits for Ctrl-C, or for whoever else asks the program to end. Where signals cannot be had, for ever.
async fn asked_to_end() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = ctrl_c => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => ctrl_c.await,
        }
    }
    #[cfg(not(unix))]
    ctrl_c.await;
}

/// Requests in flight that one core keeps up with, by far.
const FOR_ONE_CORE: usize = 256;

/// What drives requests and waits, on one core. On several each would keep what it has done with from the others, and a
/// scan takes half as much memory again.
fn runtime() -> Result<Runtime, Stop> {
    Builder::new_current_thread().enable_all().build().map_err(Stop::with(Exit::Broken))
}

/// The same on all cores.
fn runtime_on_all_cores() -> Result<Runtime, Stop> {
    Builder::new_multi_thread().enable_all().build().map_err(Stop::with(Exit::Broken))
}

/// The same on as many as so many requests in flight keep busy.
fn runtime_for(in_flight: usize) -> Result<Runtime, Stop> {
    if in_flight > FOR_ONE_CORE { runtime_on_all_cores() } else { runtime() }
}
