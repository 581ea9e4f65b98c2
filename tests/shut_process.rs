//! The memory of the process goes nowhere: to no core dump, to no debugger of the same user, to no panic; and how many
//! copies of a secret there are while it is used.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/another_user.rs"]
mod another_user;
#[path = "support/memory.rs"]
mod memory;

use std::fs::{self, Permissions};
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use another_user::{NOBODY, is_root};
use memory::Hidden;
use tempfile::TempDir;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const KEY: &str = "SK00000000000000000000000000000001";
/// A folder with a credential, and a Twilio that takes questions and never answers.
struct Waiting {
    folder: TempDir,
    hidden: Hidden,
    listener: TcpListener,
}

impl Waiting {
    fn new(seed: u8, owner: u32) -> Self {
        let (folder, hidden) = (TempDir::new().unwrap(), Hidden::new(seed));
        let path = folder.path().join("credentials.toml");
        let script = format!(
            "umask 077; printf '[[credential]]\\naccount = \"{ACCOUNT}\"\\nuser = \"{KEY}\"\\nsecret = \"{}\"\\n' > '{}'",
            hidden.for_printf(),
            path.display()
        );
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
        if owner != 0 {
            for path in [folder.path(), &path] {
                chown(path, Some(owner), Some(owner)).unwrap();
            }
        }
        Self { folder, hidden, listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    /// Starts a scan, whatever runs it, and waits until the secret was sent.
    fn start(&self, mut command: Command) -> (Child, TcpStream) {
        let endpoint = format!("http://{}", self.listener.local_addr().unwrap());
        command
            .args(["scan", "--credentials", "credentials.toml", "-vv", "--endpoint", &endpoint])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let (mut stream, _) = self.listener.accept().unwrap();
        let (mut asked, mut piece) = (String::new(), [0; 4096]);
        while !asked.to_lowercase().contains("authorization: basic ") {
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "it hung up: {asked}");
            asked.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
        (child, stream)
    }
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_twilio-audit")
}

/// The program where anybody can start it.
fn for_everybody(folder: &Path) -> PathBuf {
    let path = folder.join("twilio-audit");
    fs::copy(program(), &path).unwrap();
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_crash_leaves_no_core_dump_whatever_the_limits_are() {
    let waiting = Waiting::new(21, 0);
    for signal in ["ABRT", "SEGV", "ILL"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\"", program()]);
        let (mut child, _stream) = waiting.start(shell);
        let process = child.id().to_string();
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
        // The first SEGV of nobody's making is taken for a stack that grew too large, and only the next one kills.
        for _ in 0..if signal == "SEGV" { 2 } else { 1 } {
            assert!(Command::new("kill").args([&format!("-{signal}"), &process]).status().unwrap().success());
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        let status = child.wait().unwrap();
        assert!(status.signal().is_some() && !status.core_dumped(), "{signal}: {status}");
        let names: Vec<_> = fs::read_dir(waiting.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("core"))
            .collect();
        assert!(names.is_empty(), "{names:?}");
    }
}

#[test]
fn a_debugger_of_the_same_user_is_refused() {
    if !is_root() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = for_everybody(folder.path());
    let waiting = Waiting::new(22, NOBODY);
    let mut command = Command::new(program);
    command.uid(NOBODY).gid(NOBODY);
    let (mut child, _stream) = waiting.start(command);
    let mut other = Command::new("sleep").arg("600").uid(NOBODY).gid(NOBODY).spawn().unwrap();
    // The kernel asks for the same right when a debugger attaches.
    let may_read = |process: u32, what: &str| {
        let script = format!("exec 3< /proc/{process}/{what} && head -c 1 <&3 > /dev/null");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).uid(NOBODY).gid(NOBODY).stderr(Stdio::null());
        shell.status().unwrap().success()
    };
    // Until it is `sleep`, it is this test.
    while !fs::read_to_string(format!("/proc/{}/comm", other.id())).unwrap().starts_with("sleep") {}
    assert!(may_read(other.id(), "environ"), "of another program it may, else this proves nothing");
    for what in ["mem", "environ", "maps", "auxv"] {
        assert!(!may_read(child.id(), what), "{what}");
    }
    // What others read of it all the same: that it runs, and how much memory it takes.
    assert!(may_read(child.id(), "status") && may_read(child.id(), "cmdline"));
    let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(
        !String::from_utf8_lossy(&line).contains(&waiting.hidden.text()),
        "the secret is on the command line"
    );
    for child in [&mut child, &mut other] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn while_it_is_used_a_secret_has_few_copies() {
    if !is_root() {
        return;
    }
    let waiting = Waiting::new(23, 0);
    let (mut child, _stream) = waiting.start(Command::new(program()));
    let copies = waiting.hidden.copies_in(&child.id().to_string());
    child.kill().unwrap();
    child.wait().unwrap();
    // Ours, and one clone. The header has it in base64; of that the HTTP library keeps copies of its own.
    assert!((1..=3).contains(&copies), "{copies} copies");
    eprintln!("{copies} copies of the secret while a request waits");
}

/// A real panic: the system gives the process no second thread, and for so many requests in flight the runtime insists on
/// one.
#[test]
fn a_panic_says_its_place_and_ends_with_5() {
    if !is_root() || Command::new("prlimit").arg("--version").output().is_err() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = for_everybody(folder.path());
    let waiting = Waiting::new(24, NOBODY);
    let mut said = Command::new("prlimit");
    said.args(["--nproc=1:1", "--"]).arg(program).args(["scan", "--credentials", "credentials.toml", "-vv"]);
    said.args(["--max-in-flight", "1000", "--endpoint", "http://127.0.0.1:9"])
        .current_dir(waiting.folder.path())
        .env_clear();
    let said = said.env("RUST_BACKTRACE", "full").uid(NOBODY).gid(NOBODY).output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned() + &String::from_utf8_lossy(&said.stdout);
    assert_eq!(said.status.code(), Some(5), "{text}");
    assert!(text.contains("internal error in ") && text.contains("report this line"), "{text}");
    assert!(!text.contains(&waiting.hidden.text()) && !text.contains("RUST_BACKTRACE"), "{text}");
}
