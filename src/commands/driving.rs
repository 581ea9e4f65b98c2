//! What drives a command, and who may end it meanwhile.

use std::thread;

use anyhow::anyhow;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::{Exit, Stop};

/// Does something until it is done or somebody asks the program to end.
pub(super) fn interruptible(work: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
    interruptible_on(runtime()?, work)
}

/// The same, driven by this.
pub(super) fn interruptible_on(
    runtime: Runtime,
    work: impl Future<Output = Result<Exit, Stop>>,
) -> Result<Exit, Stop> {
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
pub(super) fn to_its_end(work: impl Future<Output = Result<Exit, Stop>>) -> Result<Exit, Stop> {
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

/// Does something that takes its time and waits for nobody. Whoever asks the program to end meanwhile is told what it does,
/// and who asks again ends it.
#[expect(
    clippy::disallowed_methods,
    reason = "the work hears nothing; it leaves what a crash would, and that can be gone on with"
)]
pub(super) fn hard_of_hearing<T>(doing: &'static str, go_on: &'static str, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = oneshot::channel::<()>();
    let listen = move || {
        // Where nobody can listen, the work is done all the same.
        let Ok(runtime) = runtime() else { return };
        let heard = async {
            asked_to_end().await;
            tracing::warn!("{doing}: whoever asks again ends it at once, and {go_on}");
            asked_to_end().await;
            tracing::error!("interrupted: {go_on}");
            std::process::exit(i32::from(Exit::Interrupted as u8));
        };
        runtime.block_on(async {
            tokio::select! {
                _ = is_done => {}
                () = heard => {}
            }
        });
    };
    let listener = thread::Builder::new().spawn(listen);
    let worked = work();
    drop(done);
    if let Ok(listener) = listener {
        let _ = listener.join();
    }
    worked
}

/// Waits for Ctrl-C, or for whoever else asks the program to end. Where signals cannot be had, for ever.
pub(super) async fn asked_to_end() {
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
pub(super) fn runtime() -> Result<Runtime, Stop> {
    Builder::new_current_thread().enable_all().build().map_err(Stop::with(Exit::Broken))
}

/// The same on all cores.
pub(super) fn runtime_on_all_cores() -> Result<Runtime, Stop> {
    Builder::new_multi_thread().enable_all().build().map_err(Stop::with(Exit::Broken))
}

/// The same on as many as so many requests in flight keep busy.
pub(super) fn runtime_for(in_flight: usize) -> Result<Runtime, Stop> {
    if in_flight > FOR_ONE_CORE { runtime_on_all_cores() } else { runtime() }
}
