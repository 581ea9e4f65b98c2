//! Runs the real binary as a user would: an empty home, its own folder, nothing of this machine's settings.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use twilio_audit::simulator::{Credential, Estate, Options, Simulator, sid};

/// A row of a CSV file, by column.
pub type Row = BTreeMap<String, String>;

/// One run of the binary to come.
pub struct Audit {
    pub folder: TempDir,
    command: Command,
}

/// A run that is under way.
pub struct Running {
    folder: TempDir,
    child: Child,
}

/// A run that ended.
pub struct Ended {
    pub folder: TempDir,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A simulator that serves an estate given as JSON.
pub async fn simulator(estate: &Value) -> Simulator {
    simulator_with(estate, Options::default()).await
}

/// A simulator that serves an estate given as JSON, and behaves as these options say.
pub async fn simulator_with(estate: &Value, options: Options) -> Simulator {
    Simulator::start(Estate::from_json(&estate.to_string()).unwrap(), options).await.unwrap()
}

/// The credential of a user in an estate given as JSON; the user in its short form.
pub fn credential(estate: &Value, user: &str) -> Credential {
    credential_in(estate, "us1", user)
}

/// The same in a Region.
pub fn credential_in(estate: &Value, region: &str, user: &str) -> Credential {
    let mut all = all_credentials(estate).into_iter();
    all.find(|one| one.region == region && one.user == sid(user)).unwrap()
}

/// Every credential of an estate given as JSON.
pub fn all_credentials(estate: &Value) -> Vec<Credential> {
    Estate::from_json(&estate.to_string()).unwrap().credentials()
}

/// The entry of a credential in a credentials file: three lines, or four with a Region, and its head.
pub fn entry(one: &Credential) -> String {
    let of = if one.kind == "organization_app" { "organization" } else { "account" };
    let region = match one.region {
        "us1" => String::new(),
        region => format!("region = \"{region}\"\n"),
    };
    let (account, user, secret) = (&one.account, &one.user, &one.secret);
    format!("[[credential]]\n{of} = \"{account}\"\nuser = \"{user}\"\nsecret = \"{secret}\"\n{region}")
}

impl Audit {
    /// `twilio-audit ARGUMENTS` in an empty folder.
    pub fn new(arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-audit"));
        command.current_dir(folder.path()).env_clear().env("HOME", folder.path()).args(arguments);
        Self { folder, command }
    }

    /// `scan` against a simulator.
    pub fn scan(simulator: &Simulator) -> Self {
        Self::new(&["scan"]).env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
    }

    /// `doctor` against a simulator.
    pub fn doctor(simulator: &Simulator) -> Self {
        Self::new(&["doctor"]).env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
    }

    /// In the folder of a run that ended.
    pub fn inside(mut self, before: Ended) -> Self {
        self.command.current_dir(before.folder.path());
        self.folder = before.folder;
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// Signs in as a user of the estate, by the environment.
    pub fn sign_in(self, credential: &Credential) -> Self {
        let audit = self.env("TWILIO_ACCOUNT_SID", &credential.account);
        if credential.user.starts_with("SK") {
            audit.env("TWILIO_API_KEY", &credential.user).env("TWILIO_API_SECRET", &credential.secret)
        } else {
            audit.env("TWILIO_AUTH_TOKEN", &credential.secret)
        }
    }

    /// Writes a file into the folder, for its owner's eyes only.
    pub fn file(self, name: &str, content: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    /// Signs in with several credentials, by a file.
    pub fn credentials(self, credentials: &[&Credential]) -> Self {
        let content: String = credentials.iter().copied().map(entry).collect();
        self.file("credentials.toml", &content).args(&["--credentials", "credentials.toml"])
    }

    /// What is declared; SIDs may be short.
    pub fn declared(self, intent: &str) -> Self {
        let full = regex::Regex::new(r"\b[A-Z]{2}[0-9a-f]{4}\b").unwrap();
        let intent = full.replace_all(intent, |found: &regex::Captures<'_>| sid(&found[0])).into_owned();
        self.file("audit.toml", &intent)
    }

    pub fn run(mut self) -> Ended {
        Ended::of(self.folder, self.command.output().unwrap())
    }

    /// At a terminal, with this typed into it; what is said on standard error stands among the rest.
    pub fn at_terminal(self, typed: &str) -> Ended {
        use std::io::Write as _;
        let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap().replace('\'', r"'\''"));
        let line: Vec<String> =
            std::iter::once(self.command.get_program()).chain(self.command.get_args()).map(quoted).collect();
        let mut terminal = Command::new("/usr/bin/script");
        terminal.args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"]);
        terminal.env_clear().envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        terminal.env("NO_COLOR", "1").current_dir(self.command.get_current_dir().unwrap());
        terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = terminal.spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Ended::of(self.folder, child.wait_with_output().unwrap())
    }

    /// Runs it, and says how much memory it took at most, in MiB, and how many seconds.
    ///
    /// The kernel keeps the largest resident memory of a process while it runs; looked at every few milliseconds.
    pub fn measured(self) -> (Ended, f64, f64) {
        let began = std::time::Instant::now();
        let running = self.start();
        let status = format!("/proc/{}/status", running.child.id());
        let watch = std::thread::spawn(move || {
            let mut most = 0.0;
            while let Some(now) = resident_mib(&status) {
                most = now;
                std::thread::sleep(std::time::Duration::from_millis(3));
            }
            most
        });
        let ended = running.wait();
        (ended, watch.join().unwrap(), began.elapsed().as_secs_f64())
    }

    pub fn start(mut self) -> Running {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Running { folder: self.folder, child }
    }
}

/// The largest resident memory of a process so far, from its `/proc/PID/status`; nothing when it has ended.
fn resident_mib(status: &str) -> Option<f64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// What lies in the output folder of a working folder, but for what is hidden.
pub fn audits_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("audits")).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

impl Running {
    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// As Ctrl-C does with `INT`, and as services and timeouts do with `TERM`.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub fn wait(self) -> Ended {
        Ended::of(self.folder, self.child.wait_with_output().unwrap())
    }
}

impl Ended {
    fn of(folder: TempDir, output: Output) -> Self {
        Self {
            folder,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The folder of the newest scan, or of the only one where it is narrowed and so not `latest`.
    pub fn scan(&self) -> PathBuf {
        let latest = self.folder.path().join("audits/latest");
        let newest = || Some(self.folder.path().join("audits").join(self.audits().pop()?));
        fs::canonicalize(&latest)
            .ok()
            .or_else(newest)
            .unwrap_or_else(|| panic!("no scan: {}\n{}", self.stdout, self.stderr))
    }

    /// What lies in the output folder, but for what is hidden.
    pub fn audits(&self) -> Vec<String> {
        audits_in(self.folder.path())
    }

    /// Everything that was said and written, apart from the credentials themselves.
    pub fn everything(&self) -> String {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut text = format!("{}{}", self.stdout, self.stderr);
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                match path.is_dir() {
                    true if path.is_symlink() => {}
                    true => folders.push(path),
                    false if path.ends_with("credentials.toml") => {}
                    false => text.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap())),
                }
            }
        }
        text
    }

    /// Insists that no secret of the estate was said or written.
    pub fn kept_secrets_of(&self, estate: &Value) {
        let everything = self.everything();
        for secret in all_credentials(estate).into_iter().map(|one| one.secret) {
            assert!(!everything.contains(&secret), "{secret} shows");
        }
    }

    /// The sentences about credentials that could not be used.
    pub fn unusable(&self) -> Vec<String> {
        let list = &self.json()["unusable_credentials"];
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    pub fn wrote_nothing(&self) -> bool {
        !self.folder.path().join("audits").exists()
    }

    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.scan().join(file)).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text("findings.json")).unwrap()
    }

    pub fn rows(&self, file: &str) -> Vec<Row> {
        csv::Reader::from_path(self.scan().join(file)).unwrap().deserialize().map(Result::unwrap).collect()
    }

    /// The findings of a check, as (outcome, resource).
    pub fn outcomes(&self, check: &str) -> Vec<(String, String)> {
        self.rows("findings.csv")
            .into_iter()
            .filter(|row| row["check_id"] == check)
            .map(|row| (row["outcome"].clone(), row["resource_sid"].clone()))
            .collect()
    }

    /// The coverage of a kind, by account: status and reason.
    pub fn coverage(&self, kind: &str) -> BTreeMap<String, (String, String)> {
        self.rows("coverage.csv")
            .into_iter()
            .filter(|row| row["resource_type"] == kind && row["parent_sid"].is_empty())
            .map(|row| (row["account_sid"].clone(), (row["status"].clone(), row["reason"].clone())))
            .collect()
    }
}
