//! What is written is for its owner alone, whatever the umask; and nobody else on the machine can lead it elsewhere.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/another_user.rs"]
mod another_user;
#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use another_user::{NOBODY, is_root};
use audit::Audit;
use tempfile::TempDir;

/// `twilio-audit ARGUMENTS` in a folder, with a umask.
fn run_with(umask: &str, folder: &Path, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_twilio-audit")])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = run_with("022", folder, arguments);
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Everything below a folder that is no link, with its mode.
fn modes(folder: &Path) -> BTreeMap<PathBuf, u32> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            found.extend(modes(&path));
        }
        if !metadata.is_symlink() {
            found.insert(path, metadata.mode() & 0o7777);
        }
    }
    found
}

/// What is made for others: metrics for whoever watches, and an `audit.toml` without a secret.
const FOR_OTHERS: [&str; 2] = ["metrics.prom", "audit.toml"];

#[test]
fn files_are_600_and_folders_700_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let folder = TempDir::new().unwrap();
        let folder = folder.path();
        for arguments in [
            &["init", "--demo"][..],
            &[
                "scan",
                "--demo",
                "--metrics-file",
                "metrics.prom",
                "--all-outcomes",
                "--output",
                "a/deep/audits",
            ],
            &[
                "report",
                "a/deep/audits/latest",
                "--format",
                "html",
                "--format",
                "junit",
                "--to",
                "some/reports",
            ],
            &["gate", "a/deep/audits/latest", "--to", "some/gate"],
            &["review", "export", "a/deep/audits/latest", "--to", "review.csv"],
            &["keygen", "--to", "some/keys"],
            &["schedule", "systemd", "--to", "some/units"],
            &["scan", "--demo", "--shard", "1/2", "--output", "shards"],
            &["scan", "--demo", "--shard", "2/2", "--output", "shards"],
            &["merge", "--output", "shards"],
            &["prune", "--output", "shards", "--keep-last", "1"],
        ] {
            let output = run_with(umask, folder, arguments);
            let text = String::from_utf8_lossy(&output.stderr);
            assert!([0, 1, 3].contains(&output.status.code().unwrap()), "{umask} {arguments:?}: {text}");
        }
        let found = modes(folder);
        assert!(found.len() > 30, "{found:?}");
        for (path, mode) in &found {
            let is_for_others = FOR_OTHERS.iter().any(|name| path.ends_with(name));
            let expected = match (path.is_dir(), is_for_others) {
                (true, _) => 0o700,
                (false, false) => 0o600,
                (false, true) => {
                    0o644
                        & !if path.ends_with("audit.toml") {
                            u32::from_str_radix(umask, 8).unwrap()
                        } else {
                            0
                        }
                }
            };
            assert_eq!(*mode, expected, "umask {umask}: {} is {mode:o}", path.display());
        }
        eprintln!("umask {umask}: {} files and folders", found.len());
    }
}

#[test]
fn a_folder_that_others_rule_is_refused_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["open", "shared", "real", "sticky"] {
        fs::create_dir(at(name)).unwrap();
    }
    let chmod = |name: &str, mode| fs::set_permissions(at(name), Permissions::from_mode(mode)).unwrap();
    chmod("open", 0o757);
    chmod("shared", 0o777);
    chmod("sticky", 0o1777);
    symlink("real", at("link")).unwrap();
    symlink("shared", at("way")).unwrap();
    let mut cases = vec![
        ("open", "anybody on this machine may write to"),
        ("sticky", "anybody on this machine may write to"),
        ("shared/audits", "anybody on this machine may write to"),
        ("way/audits", "anybody on this machine may write to"),
        ("link", "is a link, to"),
        ("link/", "is a link, to"),
    ];
    if is_root() {
        fs::create_dir(at("theirs")).unwrap();
        chown(at("theirs"), Some(NOBODY), Some(NOBODY)).unwrap();
        symlink(at("real"), at("sticky/theirs")).unwrap();
        std::os::unix::fs::lchown(at("sticky/theirs"), Some(NOBODY), Some(NOBODY)).unwrap();
        cases.extend([
            ("theirs", "belongs to another user (uid 65534)"),
            ("sticky/theirs/audits", "another user"),
        ]);
    }
    for (output, why) in cases {
        let (code, said) = run(folder.path(), &["scan", "--demo", "--output", output]);
        assert!(code == 2 && said.contains(why), "{output}: {code} {said}");
        assert_eq!(said.trim().lines().count(), 1, "{output}: {said}");
        if at(output).is_dir() {
            let (code, said) = run(folder.path(), &["prune", "--output", output, "--keep-last", "1"]);
            assert!(code == 2 && said.contains(why), "{output}: {code} {said}");
        }
    }
    for name in ["open", "shared", "real"] {
        assert_eq!(fs::read_dir(at(name)).unwrap().count(), 0, "{name}: something was written");
    }
    for output in ["sticky/own", "real/own", "link/own"] {
        let (code, said) = run(folder.path(), &["scan", "--demo", "--format", "none", "--output", output]);
        assert!([1, 3].contains(&code), "{output}: {code} {said}");
    }
    if is_root() {
        // Meant so, perhaps: said, and done. But nothing is removed there.
        let (code, said) =
            run(folder.path(), &["scan", "--demo", "--format", "none", "--output", "theirs/own"]);
        assert!([1, 3].contains(&code) && said.contains("belongs to another user"), "{code} {said}");
        let (code, said) = run(folder.path(), &["prune", "--output", "theirs/own", "--keep-last", "1"]);
        assert!(code == 2 && said.contains("nothing is removed here"), "{code} {said}");
    }
}

#[test]
fn a_file_with_a_secret_or_a_decision_that_others_rule_is_refused() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let entry = "[[credential]]\naccount = \"AC00000000000000000000000000000001\"\nsecret = \"c4nary\"\n";
    let write = |name: &str, text: &str, mode| {
        fs::write(at(name), text).unwrap();
        fs::set_permissions(at(name), Permissions::from_mode(mode)).unwrap();
    };
    write("open.toml", entry, 0o644);
    write("own.toml", entry, 0o600);
    symlink("open.toml", at("link.toml")).unwrap();
    let mut cases = vec![("open.toml", "chmod 600"), ("link.toml", "chmod 600")];
    if is_root() {
        write("theirs.toml", entry, 0o600);
        chown(at("theirs.toml"), Some(NOBODY), Some(NOBODY)).unwrap();
        cases.push(("theirs.toml", "belongs to another user of this machine (uid 65534)"));
    }
    for (file, why) in cases {
        let (code, said) =
            run(folder.path(), &["scan", "--credentials", file, "--endpoint", "http://127.0.0.1:9"]);
        assert!(code == 2 && said.contains(why) && !said.contains("c4nary"), "{file}: {code} {said}");
    }
    write("audit.toml", "", 0o666);
    let scan = &["scan", "--credentials", "own.toml", "--endpoint", "http://127.0.0.1:9"];
    let (code, said) = run(folder.path(), scan);
    assert!(code == 2 && said.contains("chmod o-w audit.toml"), "{code} {said}");
    write("audit.toml", "", 0o664);
    let (code, said) = run(folder.path(), scan);
    assert!(code == 4 && said.contains("the group of audit.toml may write to it"), "{code} {said}");
    write("reviews.toml", "", 0o646);
    let (code, said) = run(folder.path(), scan);
    assert!(code == 2 && said.contains("chmod o-w reviews.toml"), "{code} {said}");
    // A pipe that nobody writes to is not waited for.
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    let (code, said) = run(folder.path(), &[&scan[..], &["--config", "pipe"]].concat());
    assert!(code == 2 && said.contains("it is a pipe"), "{code} {said}");
}

/// Every file below a folder, with what is in it, whose it is and who may read it.
fn contents(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, u32)> {
    modes(folder)
        .into_iter()
        .map(|(path, mode)| {
            let bytes = if path.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            let owner = fs::metadata(&path).unwrap().uid();
            (path, (bytes, mode, owner))
        })
        .collect()
}

/// Another user, who does something as fast as possible until the end.
struct Attacker(Child);

impl Attacker {
    fn new(what: &str) -> Self {
        let script = format!("my $n = 0; $SIG{{TERM}} = sub {{ print $n; exit }}; while (1) {{ {what} }}");
        let mut perl = Command::new("perl");
        let child =
            perl.args(["-e", &script]).uid(NOBODY).gid(NOBODY).stdout(Stdio::piped()).spawn().unwrap();
        Self(child)
    }

    /// How often it had its way.
    fn end(mut self) -> u64 {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        let mut text = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        self.0.wait().unwrap();
        text.parse().unwrap()
    }
}

/// An archive of root's with scans in it, one of which an old `prune` would take.
fn victim() -> TempDir {
    let victim = TempDir::new().unwrap();
    for _ in 0..2 {
        let (code, said) = run(victim.path(), &["scan", "--demo", "--format", "none", "--output", "."]);
        assert!([1, 3].contains(&code), "{code} {said}");
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
    fs::remove_file(victim.path().join(".scan-lock")).unwrap();
    // Others may look in, so that a link leads them there.
    fs::set_permissions(victim.path(), Permissions::from_mode(0o755)).unwrap();
    victim
}

const ROUNDS: usize = 6;

#[test]
fn another_user_who_swaps_folders_for_links_leads_nothing_elsewhere() {
    if !is_root() {
        return;
    }
    let (victim, shared) = (victim(), TempDir::new().unwrap());
    fs::set_permissions(shared.path(), Permissions::from_mode(0o1777)).unwrap();
    let before = contents(victim.path());
    let names = ["audits", "keys", "reports"].map(|name| shared.path().join(name).display().to_string());
    let to = victim.path().display();
    let swap: String = names
        .iter()
        .map(|at| {
            format!("$n++ if symlink('{to}', '{at}'); unlink '{at}'; $n++ if mkdir('{at}'); rmdir '{at}';")
        })
        .collect();
    let attackers = [Attacker::new(&swap), Attacker::new(&swap)];
    let from = victim.path().join("latest").display().to_string();
    let scan = ["scan", "--demo", "--quiet", "--check", "webhook-http", "--format", "none"];
    let (mut runs, mut whole) = (0, 0);
    for _ in 0..ROUNDS {
        for arguments in [
            &[&scan[..], &["--output", &names[0]]].concat()[..],
            &[&scan[..], &["--resume", "--output", &names[0]]].concat(),
            &["prune", "--output", &names[0], "--keep-last", "1"],
            &["merge", "--output", &names[0]],
            &["keygen", "--to", &names[1]],
            &["report", &from, "--format", "json", "--to", &names[2]],
            &["gate", &from, "--to", &names[2]],
        ] {
            let (code, said) = run(shared.path(), arguments);
            assert!(
                [0, 1, 2, 3, 5].contains(&code) && !said.contains("internal error"),
                "{arguments:?}: {code} {said}"
            );
            (runs, whole) = (runs + 1, whole + usize::from([0, 1, 3].contains(&code)));
        }
        // What root made stays root's, so the next round begins anew.
        for name in &names {
            let _ = fs::remove_dir_all(name);
        }
    }
    let swaps: u64 = attackers.into_iter().map(Attacker::end).sum();
    let after = contents(victim.path());
    assert!(before == after, "changed: {:?}", changed(&before, &after));
    assert!(swaps > 1000, "{swaps} swaps prove little");
    eprintln!("{runs} runs, {whole} of them done, {swaps} swaps, nothing led elsewhere");
}

#[test]
fn a_link_in_the_place_of_the_metrics_is_replaced_and_not_followed() {
    if !is_root() {
        return;
    }
    let (victim, shared) = (victim(), TempDir::new().unwrap());
    chown(shared.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let target = victim.path().join("latest/findings.csv").canonicalize().unwrap();
    let before = contents(victim.path());
    let at = shared.path().join("audit.prom");
    let (to, at, folder) = (target.display(), at.display(), shared.path().display());
    let attacker = Attacker::new(&format!(
        "unlink '{at}'; $n++ if symlink('{to}', '{at}'); \
         for (glob('{folder}/.audit.prom.*')) {{ unlink $_; $n++ if symlink('{to}', $_); }}"
    ));
    let (own, file) = (TempDir::new().unwrap(), at.to_string());
    for _ in 0..ROUNDS {
        let arguments =
            ["scan", "--demo", "--check", "webhook-http", "--format", "none", "--metrics-file", &file];
        let (code, said) = run(own.path(), &arguments);
        assert!([0, 1, 3, 5].contains(&code), "{code} {said}");
        let _ = fs::remove_dir_all(own.path().join("audits"));
    }
    let swaps = attacker.end();
    let after = contents(victim.path());
    assert!(before == after, "changed: {:?}", changed(&before, &after));
    assert!(swaps > 1000, "{swaps} swaps prove little");
    eprintln!("{ROUNDS} runs, {swaps} swaps, no link was followed");
}

fn changed<V: PartialEq>(before: &BTreeMap<PathBuf, V>, after: &BTreeMap<PathBuf, V>) -> Vec<PathBuf> {
    let all = before.keys().chain(after.keys());
    all.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

#[test]
fn a_link_beside_the_scans_is_not_followed_by_whoever_removes() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("elsewhere")).unwrap();
    fs::write(at("elsewhere/kept"), "kept").unwrap();
    let ended = Audit::new(&["scan", "--demo", "--format", "none"]).run();
    let output = ended.folder.path().join("audits");
    for name in [".removing-20200101T000000Z", "20200102T000000Z", "20200103T000000Z.unfinished", "ie1"] {
        symlink(at("elsewhere"), output.join(name)).unwrap();
    }
    fs::write(output.join(".removing-20200104T000000Z"), "a file").unwrap();
    let (code, said) = run(ended.folder.path(), &["prune", "--output", "audits", "--keep", "1d"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(at("elsewhere/kept")).unwrap(), "kept");
    let left = |name: &str| fs::symlink_metadata(output.join(name)).is_ok();
    assert!(left("20200102T000000Z") && left("ie1"), "{said}");
    // And `verify` tells of the folder of a Region that leads elsewhere.
    let output = run_with("022", ended.folder.path(), &["verify", "audits"]);
    let said = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("ie1"), "{said}");
}

#[test]
fn a_volume_that_is_open_to_its_container_is_told_of_and_taken() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The second scan is of a later second; nothing is removed there without a word, even a quiet one.
    let script = "mount -t tmpfs -o mode=0777 tmpfs \"$1\"; set -- \"$0\" scan --demo --format none --output \"$1\"; \
                  \"$@\" --quiet; sleep 1.1; \"$@\"; code=$?; \
                  \"$0\" prune --quiet --keep-last 1 --output \"$7\" >&2 && exit $code";
    let ended = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_twilio-audit")])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(3), "{said}");
    let told = |begin: &str| said.lines().filter(|line| line.trim_start().starts_with(begin)).count();
    assert!(said.matches("which is mounted there, and could exchange").count() == 2, "{said}");
    assert_eq!(
        (told("WARN anybody"), told("What is removed may be somebody else's: anybody")),
        (1, 1),
        "{said}"
    );
    assert!(said.contains("1 removed"), "{said}");
}
