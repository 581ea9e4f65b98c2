//! A desktop session of its own: a message bus and, where it is wanted, a keyring. Nothing of this machine's is touched.

#![allow(unreachable_pub, clippy::print_stderr)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

const PROGRAMS: [&str; 4] = ["dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"];
const KEYRING: &str = "org.freedesktop.secrets";

/// Whether what makes up a session is there. Says so where it is not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn is_there() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing: Vec<_> = PROGRAMS
        .into_iter()
        .filter(|program| !std::env::split_paths(&path).any(|folder| folder.join(program).exists()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have {missing:?}");
    eprintln!("skipped: no {missing:?}; the Debian packages are dbus, gnome-keyring and libsecret-tools");
    false
}

/// A session; it ends with this value.
pub struct Desktop {
    folder: TempDir,
    address: String,
    running: Vec<Child>,
}

impl Desktop {
    /// A bus on which nobody is. `policy` is what its configuration forbids.
    pub fn new(policy: &str) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["run", "data"] {
            fs::DirBuilder::new().mode(0o700).create(folder.path().join(name)).unwrap();
        }
        // No folder of services: nothing is started because somebody asks for it.
        let config = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/>\
             {policy}</policy></busconfig>",
            folder.path().display()
        );
        let path = folder.path().join("bus.conf");
        fs::write(&path, config).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", path.display()))
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { folder, address: address.trim().to_owned(), running: vec![bus] }
    }

    /// With an unlocked keyring.
    pub fn with_keyring(policy: &str) -> Self {
        let mut desktop = Self::new(policy);
        let mut keyring = desktop
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        keyring.stdin.take().unwrap().write_all(b"the password of the keyring").unwrap();
        desktop.running.push(keyring);
        for _ in 0..400 {
            let asked = ["--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"];
            if desktop.send(&asked, &format!("string:{KEYRING}")).contains("true") {
                return desktop;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the keyring does not start");
    }

    /// What a program needs to know of the session.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        let of = |name: &str| self.folder.path().join(name).display().to_string();
        [
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("XDG_RUNTIME_DIR", of("run")),
            ("XDG_DATA_HOME", of("data")),
        ]
    }

    /// Locks the keyring, as a screen that is left alone does.
    pub fn lock(&self) {
        let collection = "/org/freedesktop/secrets/collection/login";
        let locked = self.send(
            &[
                &format!("--dest={KEYRING}"),
                "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service.Lock",
            ],
            &format!("array:objpath:{collection}"),
        );
        assert!(locked.contains(collection), "{locked}");
    }

    /// Lets the keyring answer nobody any more.
    pub fn silence(&self) {
        let keyring = self.running.last().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-STOP", &keyring]).status().unwrap().success());
    }

    /// Everything that the keyring wrote.
    pub fn written(&self) -> Vec<u8> {
        let files = fs::read_dir(self.folder.path().join("data/keyrings")).unwrap();
        files.flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
    }

    /// The secret of an entry, as another program sees it.
    pub fn entry(&self, name: &str) -> Option<String> {
        let output = self
            .command("secret-tool")
            .args(["lookup", "service", "twilio-audit", "username", name])
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// Removes an entry behind the program's back.
    pub fn forget(&self, name: &str) {
        let done = self
            .command("secret-tool")
            .args(["clear", "service", "twilio-audit", "username", name])
            .status()
            .unwrap();
        assert!(done.success());
    }

    fn send(&self, to: &[&str], what: &str) -> String {
        let output = self
            .command("dbus-send")
            .args(["--session", "--print-reply"])
            .args(to)
            .arg(what)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).envs(self.environment());
        command
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
