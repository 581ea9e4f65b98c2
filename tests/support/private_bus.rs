//! A session bus of its own, and a keyring on it, with nothing of this machine's: no service is started by asking for it.

#![allow(dead_code, unreachable_pub, clippy::print_stderr)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Whether the programs are there. Says so where one is not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn is_there() -> bool {
    let missing =
        ["dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"].into_iter().find(|program| {
            Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_err()
        });
    let Some(program) = missing else { return true };
    assert!(std::env::var_os("CI").is_none(), "CI must have {program}");
    eprintln!("skipped: no {program}; the Debian packages are dbus, gnome-keyring and libsecret-tools");
    false
}

/// A bus that ends with the test.
pub struct Bus {
    pub folder: TempDir,
    pub address: String,
    daemon: Child,
    keyring: Option<Child>,
}

impl Bus {
    /// A bus on which nobody offers anything.
    pub fn start() -> Self {
        Self::with_rule("")
    }

    /// The same with a rule more.
    pub fn with_rule(rule: &str) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["home", "run", "data", "config", "cache"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let config = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
            "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><type>session</type><listen>unix:path={}/bus</listen>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
            <allow own="*"/>{rule}</policy></busconfig>"#,
            folder.path().display()
        );
        let file = folder.path().join("bus.conf");
        fs::write(&file, config).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", file.display()))
            .args(["--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("unix:"), "the bus did not start: {address}");
        Self { folder, address: address.trim().to_owned(), daemon, keyring: None }
    }

    /// A bus with GNOME's keyring on it, open.
    pub fn with_keyring() -> Self {
        let mut bus = Self::start();
        let mut keyring = bus
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        keyring.stdin.take().unwrap().write_all(b"of the test").unwrap();
        bus.keyring = Some(keyring);
        let until = Instant::now() + Duration::from_secs(60);
        while !bus.call(
            "org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.GetNameOwner",
            "string:org.freedesktop.secrets",
        ) {
            assert!(Instant::now() < until, "the keyring did not start");
            sleep(Duration::from_millis(50));
        }
        bus
    }

    /// A program in the session of this bus.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").envs(self.environment());
        command.stdin(Stdio::null());
        command
    }

    /// What makes up the session.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let of = |name: &str| self.folder.path().join(name).display().to_string();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("HOME", of("home")),
            ("XDG_RUNTIME_DIR", of("run")),
            ("XDG_DATA_HOME", of("data")),
            ("XDG_CONFIG_HOME", of("config")),
            ("XDG_CACHE_HOME", of("cache")),
        ]
    }

    fn call(&self, who: &str, object: &str, method: &str, argument: &str) -> bool {
        let mut call = self.command("dbus-send");
        call.args(["--session", "--print-reply", &format!("--dest={who}"), object, method, argument]);
        call.output().unwrap().status.success()
    }

    /// Locks what the keyring holds.
    pub fn lock(&self) {
        let objects = "array:objpath:/org/freedesktop/secrets/collection/login";
        let service = "/org/freedesktop/secrets";
        assert!(self.call(
            "org.freedesktop.secrets",
            service,
            "org.freedesktop.Secret.Service.Lock",
            objects
        ));
    }

    /// Keeps the keyring from answering; `CONT` lets it again.
    pub fn signal_keyring(&self, name: &str) {
        let process = self.keyring.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &process]).status().unwrap().success());
    }

    /// What another program finds under a name of ours.
    pub fn found(&self, name: &str) -> Option<String> {
        let Output { status, stdout, .. } = self
            .command("secret-tool")
            .args(["lookup", "service", "twilio-audit", "username", name])
            .output()
            .unwrap();
        status.success().then(|| String::from_utf8(stdout).unwrap()).filter(|text| !text.is_empty())
    }

    /// The files in which the keyring is kept.
    pub fn kept(&self) -> Vec<PathBuf> {
        let folder = self.folder.path().join("data/keyrings");
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.daemon]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
