//! Every secret there is, planted as a canary in every way it can be given: no command, format or log level, no crash and
//! no failure lets one of them out, as it is or in another form.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixing.rs"]
mod fixing;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{sleep, spawn};
use std::time::{Duration, SystemTime};

use audit::{all_credentials, credential, entry};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::CommandFactory as _;
use serde_json::json;
use tempfile::TempDir;
use twilio_audit::cli::Cli;
use twilio_audit::simulator::{Credential, Options, Simulator, demo, sid};

/// What is planted beside the credentials: who signs a webhook, a chat's address, a mail server's password, a key to sign
/// with, and the password of a proxy.
const HOOK: &str = "c4nary/hook+key=of the clinic";
const SLACK: &str = "c4naryslackaddress";
const MAIL: &str = "c4nary:mail&password";
const PROXY: &str = "c4naryproxypassword";

/// The forms in which a secret may show, all but the first in lower case where case says nothing.
struct Canaries {
    plain: BTreeSet<String>,
    exact: BTreeSet<String>,
}

impl Canaries {
    fn of(credentials: &[Credential], others: &[&str]) -> Self {
        let mut found = Self { plain: BTreeSet::new(), exact: BTreeSet::new() };
        for one in credentials {
            found.add(&one.secret);
            found.add_in_base64(&format!("{}:{}", one.user, one.secret));
        }
        others.iter().for_each(|other| found.add(other));
        found
    }

    fn add(&mut self, secret: &str) {
        let escaped: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let in_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let in_json = serde_json::to_string(secret).unwrap();
        let in_json = in_json.trim_matches('"').to_owned();
        let forms = [secret.to_owned(), escaped, in_form, hex, in_json, secret.chars().rev().collect()];
        self.plain.extend(forms.iter().map(|form| form.to_lowercase()));
        self.add_in_base64(secret);
    }

    /// Base64 at each of the three places where it may begin within something longer.
    fn add_in_base64(&mut self, text: &str) {
        for before in 0..3 {
            let shifted = STANDARD.encode([&vec![b'x'; before][..], text.as_bytes()].concat());
            let from = [0, 2, 3][before];
            let whole = shifted.trim_end_matches('=');
            self.exact.insert(whole[from..whole.len() - 1].to_owned());
        }
    }

    fn forms(&self) -> usize {
        self.plain.len() + self.exact.len()
    }

    fn in_text(&self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let lower = text.to_lowercase();
        let plain = self.plain.iter().find(|form| lower.contains(*form));
        plain.or_else(|| self.exact.iter().find(|form| text.contains(*form))).cloned()
    }
}

/// A place of its own for everything that a program may write to.
struct World {
    folder: TempDir,
    canaries: Canaries,
    env: Vec<(String, String)>,
    looked: std::cell::Cell<usize>,
    /// What was looked at already, as it was then: size, moment, place on the disk.
    known: std::cell::RefCell<BTreeMap<PathBuf, (u64, SystemTime, u64)>>,
}

/// The files that are given, or where a secret is meant to go.
const GIVEN: [&str; 5] =
    ["credentials.toml", "fix-credentials.toml", "estate.json", "twilio-audit-signing-key", "taken"];

impl World {
    fn new(canaries: Canaries, endpoint: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut env = vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        for (name, at) in [
            ("HOME", "home"),
            ("TMPDIR", "tmp"),
            ("SQLITE_TMPDIR", "tmp"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
        ] {
            let path = folder.path().join(at);
            fs::create_dir_all(&path).unwrap();
            env.push((name.to_owned(), path.display().to_string()));
        }
        fs::create_dir(folder.path().join("work")).unwrap();
        if !endpoint.is_empty() {
            env.push(("TWILIO_AUDIT_ENDPOINT".to_owned(), endpoint.to_owned()));
        }
        Self { folder, canaries, env, looked: 0.into(), known: Default::default() }
    }

    fn file(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join("work").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn start(&self, arguments: &[&str], env: &[(&str, &str)]) -> Child {
        let output = |name: &str| fs::File::create(self.folder.path().join(name)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-audit"));
        command
            .args(arguments)
            .current_dir(self.folder.path().join("work"))
            .env_clear()
            .envs(self.env.clone());
        command
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(output("stdout"))
            .stderr(output("stderr"));
        command.spawn().unwrap()
    }

    /// Runs to its end, and looks at everything while it runs and after. The exit code and what was said.
    fn run(&self, arguments: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
        // A server does not end of itself.
        self.run_for(if arguments[0] == "simulate" { 100 } else { 12_000 }, arguments, env)
    }

    /// The same, and ends it after so many hundredths of a second.
    fn run_for(&self, most: u32, arguments: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
        let mut child = self.start(arguments, env);
        let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
        assert_eq!(self.canaries.in_text(&line), None, "{arguments:?}: the command line");
        let mut turns = 0;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if turns % 20 == 0 => self.look(arguments),
                None => {}
            }
            turns += 1;
            if turns > most {
                child.kill().unwrap();
            }
            sleep(Duration::from_millis(10));
        };
        self.look(arguments);
        let said = |name: &str| fs::read(self.folder.path().join(name)).unwrap();
        let said = [said("stdout"), said("stderr")].concat();
        (status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Insists that nothing below the world holds a canary, but for what is given.
    fn look(&self, what: &[&str]) {
        for path in files(self.folder.path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if GIVEN.contains(&name) {
                continue;
            }
            // It may be gone by now.
            let Ok(now) = fs::metadata(&path) else { continue };
            let now = (now.len(), now.modified().unwrap(), now.ino());
            if self.known.borrow().get(&path) == Some(&now) {
                continue;
            }
            let Ok(bytes) = fs::read(&path) else { continue };
            self.known.borrow_mut().insert(path.clone(), now);
            self.looked.set(self.looked.get() + 1);
            let found = self.canaries.in_text(&bytes);
            assert!(found.is_none(), "{what:?}: {} holds {found:?}", path.display());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !path.is_symlink());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The commands that can be run, as their words.
fn commands() -> BTreeSet<String> {
    fn below(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let words = format!("{before} {}", sub.get_name()).trim().to_owned();
            match sub.has_subcommands() {
                true => below(sub, &words, found),
                false => drop(found.insert(words)),
            }
        }
    }
    let mut found = BTreeSet::new();
    below(&Cli::command(), "", &mut found);
    found
}

/// The values of an argument of a command.
fn values(command: &str, argument: &str) -> Vec<String> {
    let cli = Cli::command();
    let command = cli.find_subcommand(command).unwrap();
    let argument = command.get_arguments().find(|one| one.get_long() == Some(argument)).unwrap();
    argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
}

/// One line for each command and for each of its formats. They build on each other, so the order matters.
fn table() -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: &str| lines.push(line.to_owned());
    add("keygen --to key");
    add("doctor --credentials credentials.toml");
    add("init --credentials credentials.toml --output drafted.toml");
    for format in values("scan", "format") {
        add(&format!(
            "scan --credentials credentials.toml --all-outcomes --metrics-file metrics.prom --format {format} \
             --derive-subaccount-tokens --signing-key key/twilio-audit-signing-key"
        ));
    }
    for shard in [1, 2] {
        add(&format!("scan --credentials credentials.toml --output shards --shard {shard}/2 --format none"));
    }
    add("merge --output shards --credentials credentials.toml");
    for (command, argument) in
        [("report", "format"), ("gate", "format"), ("diff", "format"), ("history", "format")]
    {
        for format in values(command, argument) {
            add(&format!("{command} --format {format}"));
        }
    }
    for format in values("permissions", "format") {
        add(&format!("permissions --format {format}"));
    }
    for format in values("query", "format") {
        add(&format!("query --format {format} select|*|from|finding"));
    }
    for format in values("verify", "format") {
        add(&format!("verify --format {format}"));
    }
    add("show twa-0000000000000000");
    add("review export --to review.csv");
    add("review import review.csv");
    add("fix plan --check trunk-secure --output plan.json");
    add("fix plan --output plan.json");
    add("fix apply --yes plan.json");
    add("fix undo plan.journal.jsonl");
    add("fix rotate OLDKEY --account CHILD --journal rotated.jsonl --to-file taken");
    add("checks list");
    add("checks show webhook-http");
    add("checks new my-check --family phi-handling --checks-dir mine");
    add("checks test");
    for platform in [
        "systemd",
        "cron",
        "launchd",
        "windows",
        "kubernetes --image clinic.example/audit:1",
        "github --image clinic.example/audit:1",
    ] {
        add(&format!("schedule {platform}"));
    }
    add("notify test --credentials credentials.toml");
    add("prune --keep-last 1");
    add("simulate --port 0 --estate estate.json");
    add("login");
    add("login --secret ops");
    add("logout");
    add("completions bash");
    add("man --to pages");
    lines
}

fn declared(hook: &str) -> String {
    format!(
        "[[key]]\nsid = \"{}\"\naccount = \"{}\"\nallowed_permissions = [\"/twilio/messaging/messages/create\"]\n\
         [[notify]]\nname = \"ops\"\nkind = \"webhook\"\non = [\"change\"]\nurl = \"{hook}/ok\"\nsecret = \"ops-key\"\n\
         [[notify]]\nname = \"channel\"\nkind = \"slack\"\non = [\"change\"]\nsecret = \"channel\"\n\
         [[notify]]\nname = \"mail\"\nkind = \"email\"\nserver = \"localhost\"\nport = 9\ntls = \"starttls\"\n\
         from = \"audit@clinic.example\"\nto = [\"one@clinic.example\"]\nuser = \"audit\"\nsecret = \"mail\"\n",
        sid("SK0b02"),
        sid("AC0002")
    )
}

fn secrets(hook: &str) -> String {
    let secret = |name: &str, value: &str| format!("[[secret]]\nname = \"{name}\"\nvalue = \"{value}\"\n");
    secret("ops-key", HOOK) + &secret("channel", &format!("{hook}/{SLACK}")) + &secret("mail", MAIL)
}

/// Answers everything with what it was asked, headers and all, and with each word of its base64 read.
fn echo(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            spawn(move || {
                let mut piece = [0; 16 << 10];
                let Ok(read) = stream.read(&mut piece) else { return };
                let asked = String::from_utf8_lossy(&piece[..read]).into_owned();
                let read = |word: &str| {
                    STANDARD.decode(word).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                };
                let told: Vec<String> = asked.split_whitespace().filter_map(read).collect();
                let body = json!({"code": 20003, "message": format!("{asked} {told:?}"), "detail": told,
                    "more_info": format!("https://www.twilio.com/{told:?}"), "status": 401,
                    "access_token": asked, "expires_in": told.first(), "accounts": [asked], "meta": {"key": told}});
                let body = body.to_string();
                let said = told.first().map(|text| text.replace(char::is_control, "")).unwrap_or_default();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nWWW-Authenticate: Basic realm=\"{said}\"\r\n\
                     X-Echo: {said}\r\nLocation: http://127.0.0.1:9/{said}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_format_or_log_level_lets_a_secret_out() {
    let estate = fixing::estate();
    let credentials = all_credentials(&estate);
    let table = table();
    let hook = echo("200 OK");
    let known = commands();
    let is_of = |command: &String| {
        table.iter().any(|line| line == command || line.starts_with(&format!("{command} ")))
    };
    let missing: Vec<_> = known.iter().filter(|command| !is_of(command)).collect();
    assert!(missing.is_empty(), "a line in the table for each command: {missing:?}");
    for talk in [&["-vvv"][..], &["-vv", "--log-format", "json"], &["--quiet"]] {
        let simulator = audit::simulator(&estate).await;
        let world = World::new(Canaries::of(&credentials, &[HOOK, SLACK, MAIL]), &simulator.endpoint());
        let tokens: String = credentials.iter().filter(|one| one.kind == "auth_token").map(entry).collect();
        world.file("credentials.toml", &(tokens + &secrets(&hook)));
        let keys = entry(&credential(&estate, "SK0a01")) + &entry(&credential(&estate, "SK0b01"));
        world.file("fix-credentials.toml", &keys);
        // `simulate` tells the credentials that it made up, so that somebody can sign in: here those of another estate.
        world.file("estate.json", &json!({"accounts": [{"sid": "AC0099", "name": "Another"}]}).to_string());
        world.file("audit.toml", &declared(&hook));
        let env = [
            ("TWILIO_AUDIT_FIX_CREDENTIALS", "fix-credentials.toml"),
            ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
        ];
        for line in &table {
            let words = line.replace("OLDKEY", &sid("SK0b02")).replace("CHILD", &sid("AC0002"));
            let words: Vec<String> = words.split_whitespace().map(|word| word.replace('|', " ")).collect();
            let arguments: Vec<&str> = words.iter().map(String::as_str).chain(talk.iter().copied()).collect();
            let mut env = env.to_vec();
            if line.starts_with("fix") {
                env.push(("TWILIO_AUDIT_CREDENTIALS", "credentials.toml"));
            }
            let (code, said) = world.run(&arguments, &env);
            assert!(!said.contains("internal error"), "{arguments:?}: {said}");
            assert!(
                code != Some(101) && (code.is_some() || line.starts_with("simulate")),
                "{arguments:?}: {said}"
            );
            assert!(
                !said.contains("unexpected argument") && !said.contains("Usage:"),
                "{arguments:?}: {said}"
            );
            if line.starts_with("scan") {
                assert!([Some(0), Some(1), Some(3)].contains(&code), "{arguments:?}: {code:?} {said}");
                // Two scans do not begin in one second.
                sleep(Duration::from_millis(1000));
            }
        }
        let taken = fs::read_to_string(world.folder.path().join("work/taken")).unwrap();
        let new = taken.split("secret = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let world = World { canaries: Canaries::of(&[], &[&new]), known: Default::default(), ..world };
        world.look(&["the secret of the new key"]);
        let key = fs::read_to_string(world.folder.path().join("work/key/twilio-audit-signing-key")).unwrap();
        let key = key.lines().nth(1).unwrap().to_owned();
        let world = World { canaries: Canaries::of(&[], &[&key]), known: Default::default(), ..world };
        world.look(&["the key to sign with"]);
        eprintln!("{talk:?}: {} runs, {} files looked at", table.len(), world.looked.get());
    }
    eprintln!(
        "{} commands, {} forms of canaries",
        known.len(),
        Canaries::of(&credentials, &[HOOK, SLACK, MAIL]).forms()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_of_giving_a_credential_and_no_failure_lets_it_out() {
    let estate = fixing::estate();
    let simulator = audit::simulator(&estate).await;
    let wrong =
        Credential { secret: "c4naryofawrongsecret0000000000aa".into(), ..credential(&estate, "AC0001") };
    let key =
        Credential { secret: "c4naryofawrongkey00000000000000a".into(), ..credential(&estate, "SK0a01") };
    // Sends its secret in the body of a request for a token.
    let app = Credential {
        user: sid("OQ0a01"),
        secret: "c4naryofawrongapp00000000000000a".into(),
        ..credential(&estate, "AC0001")
    };
    let canaries = || Canaries::of(&[wrong.clone(), key.clone(), app.clone()], &[PROXY]);
    let by_variable =
        [("TWILIO_ACCOUNT_SID", wrong.account.as_str()), ("TWILIO_AUTH_TOKEN", wrong.secret.as_str())];
    let tls = TcpListener::bind("127.0.0.1:0").unwrap();
    let tls = format!("https://{}", tls.local_addr().unwrap());
    let mut runs = 0;
    let mut refuses = |world: &World, arguments: &[&str], env: &[(&str, &str)]| {
        let talk: &[&str] = if runs % 2 == 0 { &["-vvv"] } else { &["-vv", "--log-format", "json"] };
        // Where it asks again and again, its first words are enough.
        let (code, said) = world.run_for(300, &[arguments, talk].concat(), env);
        assert!(matches!(code, None | Some(2..=5)), "{arguments:?}: {code:?} {said}");
        assert!(!said.contains("internal error"), "{arguments:?}: {said}");
        runs += 1;
    };
    let endpoints =
        [simulator.endpoint(), echo("401 No"), echo("400 No"), echo("200 OK"), echo("302 Found"), tls];
    for endpoint in &endpoints {
        let world = World::new(canaries(), endpoint);
        refuses(&world, &["scan"], &by_variable);
        world.file("credentials.toml", &(entry(&key) + &entry(&wrong)));
        refuses(&world, &["doctor", "--credentials", "credentials.toml"], &[]);
        world.file("audit.toml", "credential_command = [\"cat\", \"credentials.toml\"]\n");
        refuses(&world, &["scan", "--config", "audit.toml"], &[]);
        world.file("credentials.toml", &entry(&app));
        refuses(&world, &["scan", "--credentials", "credentials.toml"], &[]);
    }
    let world = World::new(canaries(), "http://127.0.0.1:9");
    world.file("credentials.toml", &entry(&wrong));
    world.file("audit.toml", "credential_command = [\"sh\", \"-c\", \"cat credentials.toml >&2; exit 1\"]\n");
    refuses(&world, &["scan", "--config", "audit.toml"], &[]);
    // A file with a mistake in the very line of the secret.
    for text in
        [entry(&wrong).replace("secret = ", "secret: "), entry(&wrong).replace("secret", &wrong.secret)]
    {
        world.file("credentials.toml", &text);
        refuses(&world, &["scan", "--credentials", "credentials.toml"], &[]);
    }
    // In the place of an account or a user: whoever slips, slips like that.
    for (name, value) in [("TWILIO_ACCOUNT_SID", &wrong.secret), ("TWILIO_API_KEY", &wrong.secret)] {
        let env = [
            ("TWILIO_ACCOUNT_SID", wrong.account.as_str()),
            ("TWILIO_API_KEY", key.user.as_str()),
            ("TWILIO_API_SECRET", &key.secret),
            (name, value),
        ];
        refuses(&world, &["scan"], &env);
    }
    eprintln!("{runs} runs that fail, {} forms of canaries", canaries().forms());
}

/// A proxy with a password in its address: the system's way to name one. Nothing reaches Twilio here.
#[test]
fn the_password_of_a_proxy_is_in_no_sentence() {
    let credentials = all_credentials(&fixing::estate());
    let one = &credentials[0];
    for answer in ["407 Proxy Authentication Required", "502 Bad Gateway"] {
        let proxy = echo(answer).replace("http://", &format!("http://audit:{PROXY}@"));
        let mut canaries = Canaries::of(&credentials, &[PROXY]);
        canaries.add_in_base64(&format!("audit:{PROXY}"));
        let world = World::new(canaries, "");
        let env = [
            ("HTTPS_PROXY", proxy.as_str()),
            ("TWILIO_ACCOUNT_SID", one.account.as_str()),
            ("TWILIO_AUTH_TOKEN", one.secret.as_str()),
        ];
        let mut child = world.start(&["scan", "-vvv"], &env);
        // It asks again and again; its first words are enough.
        for _ in 0..30 {
            sleep(Duration::from_millis(100));
            world.look(&["a proxy"]);
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        let _ = child.kill();
        child.wait().unwrap();
        world.look(&["a proxy"]);
        let said = fs::read_to_string(world.folder.path().join("stderr")).unwrap();
        assert!(!said.is_empty(), "it says nothing, so that proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_crash_leaves_a_secret_in_a_file() {
    let estate = fixing::estate();
    let credentials = all_credentials(&estate);
    let mut canaries = Canaries::of(&credentials, &[HOOK, SLACK, MAIL]);
    demo::canaries().iter().for_each(|canary| canaries.add(canary));
    let options = Options { latency: Duration::from_millis(15), ..Options::default() };
    let simulator: Simulator = audit::simulator_with(&estate, options).await;
    let world = World::new(canaries, &simulator.endpoint());
    world.file("credentials.toml", &credentials.iter().map(entry).collect::<String>());
    let mut died = 0;
    for signal in ["KILL", "ABRT", "TERM", "SEGV", "HUP"] {
        for moment in [60, 200, 500, 1100, 2000] {
            let arguments: &[&str] = match moment {
                200 | 1100 => &["scan", "--demo", "-vvv"],
                _ => &["scan", "--credentials", "credentials.toml", "-vvv", "--derive-subaccount-tokens"],
            };
            let mut child = world.start(arguments, &[]);
            sleep(Duration::from_millis(moment));
            for _ in 0..2 {
                let _ = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).output();
                sleep(Duration::from_millis(20));
            }
            world.look(&[signal]);
            let status = child.wait().unwrap();
            died += usize::from(!matches!(status.code(), Some(0..=5)));
            world.look(&[signal]);
        }
    }
    assert!(died >= 8, "only {died} of 25 were still at work");
    eprintln!(
        "{died} crashes, {} files looked at, {} forms of canaries",
        world.looked.get(),
        world.canaries.forms()
    );
}
