//! What holds for the whole process before anything else is done: its memory, which holds secrets, goes to no file and to
//! no debugger, a panic repeats nothing of what was worked on, and as many connections may be open as may be asked for.

use std::io::Write as _;
use std::panic::{PanicHookInfo, UnwindSafe, catch_unwind, set_hook};
use std::thread;

use super::Exit;

/// Shuts the process. To be called first, before a secret is read.
pub fn guard() {
    set_hook(Box::new(say));
    shut();
    open_enough();
}

/// Runs the program. A panic has said itself by then, and is an internal error like any other.
pub fn contain(run: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    catch_unwind(run).unwrap_or(Exit::Broken)
}

/// No core dump, whatever the limits of the shell or the service: neither into a file nor to a collector of crashes, which
/// does not ask the limit. Programs that are started inherit the limit, for they are given secrets.
#[cfg(unix)]
fn shut() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Lowering a limit is always allowed. Where a system knows none of it, there is nothing to be done about it.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // With this no other process of the same user may read the memory or attach a debugger either.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
fn shut() {}

/// Each request under way has a connection, which is an open file, and many shells allow fewer than may be under way.
#[cfg(unix)]
fn open_enough() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// Twice as many as `--max-in-flight` allows at most.
    const FILES: u64 = 2_048;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(FILES, |maximum| maximum.min(FILES));
    if current.is_some_and(|current| current < wanted) {
        // Up to the hard limit that is allowed; what stays below it shows as requests that find no connection.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}

#[cfg(not(unix))]
fn open_enough() {}

/// Says where it was and what to do. Never what the panic says: that may hold what was worked on.
fn say(panic: &PanicHookInfo<'_>) {
    // Nowhere to say it is no reason to fail differently.
    let _ = writeln!(std::io::stderr().lock(), "{}", sentence(panic));
}

fn sentence(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
    let thread = thread::current();
    format!(
        "twilio-audit: internal error in {place}, thread {}, version {}: what it was about is not shown, for it may hold \
         a secret. Run it again; if it happens again, report this line",
        thread.name().unwrap_or("without a name"),
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_panic_says_its_place_and_nothing_else() {
        let (sender, said) = mpsc::channel();
        let before = std::panic::take_hook();
        set_hook(Box::new(move |panic| drop(sender.send(sentence(panic)))));
        let exit = contain(|| panic!("c4nary"));
        set_hook(before);
        assert_eq!(exit, Exit::Broken);
        // Other tests may panic meanwhile, on threads of theirs.
        let here = |sentence: &String| sentence.contains("guard.rs:");
        let sentence = said.try_iter().find(here).unwrap();
        assert!(!sentence.contains("c4nary") && sentence.contains("report this line"), "{sentence}");
    }
}
