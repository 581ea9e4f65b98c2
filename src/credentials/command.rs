//! Credentials from a program of the user's choice, such as a password manager.
//!
//! No shell: the arguments are passed on as they are written.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use regex::Regex;
use zeroize::Zeroizing;

use super::secret::read_wiping;
use super::{CredentialError, Credentials, Secret, Source, file};

/// Long enough to touch a key or to unlock a vault, short enough for a schedule.
const LIMIT: Duration = Duration::from_secs(30);

/// Lines of complaint that are passed on.
const MAX_LINES: usize = 5;

/// Runs the program and understands what it prints.
pub(super) fn run(command: &[String]) -> Result<Credentials, CredentialError> {
    run_within(command, LIMIT)
}

fn run_within(command: &[String], limit: Duration) -> Result<Credentials, CredentialError> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(CredentialError::Command {
            program: String::new(),
            problem: "the list is empty".to_owned(),
        });
    };
    let failed = |problem: String| CredentialError::Command { program: program.clone(), problem };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let (printed, complained) = (collect(child.stdout.take()), collect(child.stderr.take()));

    let deadline = Instant::now() + limit;
    let status =
        wait_until(&mut child, deadline).map_err(|error| failed(format!("lost sight of it: {error}")))?;
    let Some(status) = status else {
        return Err(failed(format!("did not end within {} seconds and was stopped", limit.as_secs())));
    };
    // A grandchild may hold the pipes open after the program has ended, hence the deadline here too.
    let rest = |pipe: &mpsc::Receiver<Secret>| {
        pipe.recv_timeout(deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1)))
    };
    if !status.success() {
        let complaint = rest(&complained).map(|text| scrub(text.reveal())).unwrap_or_default();
        return Err(failed(format!("ended with {status}{complaint}")));
    }
    let Ok(printed) = rest(&printed) else {
        return Err(failed("ended, but its output did not".to_owned()));
    };
    file::parse(&printed, &format!("output of {program}"), &Source::Command)
}

/// Reads a pipe on a thread of its own, so that neither pipe can fill up and stall the program.
fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Secret> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // What was read before an error is still worth showing.
        let bytes = pipe.map(|pipe| read_wiping(pipe, file::MAX_BYTES).0).unwrap_or_default();
        let text = Secret::of_bytes(&bytes).unwrap_or_else(|_| Secret::new(String::new()));
        let _ = sender.send(text);
    });
    receiver
}

/// The exit status, or `None` when the deadline passed and the program was stopped.
pub(crate) fn wait_until(
    child: &mut Child,
    deadline: Instant,
) -> std::io::Result<Option<std::process::ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The first lines of a complaint without control characters and without anything that could be a
/// secret: a long run of characters with a digit in it, and whatever follows a word such as `token`.
fn scrub(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(MAX_LINES).collect();
    if lines.is_empty() {
        return String::new();
    }
    let joined = Zeroizing::new(lines.join("; "));
    let text = joined.chars().filter(|c| !c.is_control()).take(500).collect::<String>();
    let shapes = [
        (r"(?i)((?:secret|token|passw\w*|key)\x22?\s*[:=]\s*)\S+", "${1}***"),
        (r"[A-Za-z0-9+/_=-]*[0-9][A-Za-z0-9+/_=-]{11,}|[A-Za-z0-9+/_=-]{11,}[0-9][A-Za-z0-9+/_=-]*", "***"),
    ];
    let scrubbed = shapes.iter().try_fold(Zeroizing::new(text), |text, (shape, instead)| {
        Regex::new(shape).map(|regex| Zeroizing::new(regex.replace_all(&text, *instead).into_owned()))
    });
    // Without the patterns nothing is shown at all.
    scrubbed.map_or_else(|_| String::new(), |text| format!(": {}", *text))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn what_it_prints_is_understood_like_a_file() {
        let credentials = run(&shell(
            r#"printf '[[credential]]\naccount = "AC00000000000000000000000000000001"\nsecret = "a-secret"\n'"#,
        ))
        .unwrap();
        assert_eq!(credentials.iter().next().unwrap().secret.reveal(), "a-secret");
    }

    #[test]
    fn its_complaint_is_shown_without_secrets() {
        let script =
            "echo 'vault is sealed, token: hunter-two' >&2; echo aB3dE6gH9jK2mN5pQ8sT1vW4 >&2; exit 3";
        let error = run(&shell(script)).unwrap_err().to_string();
        assert!(error.contains("vault is sealed") && error.contains("3"), "{error}");
        assert!(!error.contains("hunter") && !error.contains("aB3dE6"), "{error}");
    }

    #[test]
    fn its_output_is_never_shown() {
        for script in ["echo aB3dE6gH9jK2mN5pQ8sT1vW4", "echo aB3dE6gH9jK2mN5pQ8sT1vW4; exit 1"] {
            let error = run(&shell(script)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("aB3dE6"), "{error}");
        }
    }

    #[test]
    fn it_is_stopped_when_it_does_not_end() {
        let error = run_within(&shell("exec sleep 600"), Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("was stopped"), "{error}");
    }

    #[test]
    fn no_shell_reads_the_arguments() {
        let error = run(&["/nonexistent/$(touch x)".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/$(touch x)"), "{error}");
    }
}
