//! What this program signs, `minisign` accepts, and the other way round; what was altered afterwards, neither does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/minisign.rs"]
mod minisign;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use audit::{Audit, Ended};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const KEY: &str = "keys/twilio-audit-signing-key";

/// A folder with a key, made by this program.
fn with_key() -> Ended {
    let made = Audit::new(&["keygen", "--to", "keys"]).run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    made
}

/// A scan that is signed by the key in a file.
fn signed(before: Ended, key: &str) -> Ended {
    let ended = Audit::new(&["scan", "--demo", "--quiet"]).args(&["--signing-key", key]).inside(before).run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    ended
}

fn verify(before: Ended, arguments: &[&str]) -> Ended {
    Audit::new(&["verify"]).args(arguments).inside(before).run()
}

fn path(ended: &Ended, name: &str) -> std::path::PathBuf {
    ended.folder.path().join(name)
}

/// Writes a key over another one, which stays private.
fn write_key(path: &Path, bytes: &[u8]) {
    fs::write(path, format!("untrusted comment: a key\n{}\n", STANDARD.encode(bytes))).unwrap();
}

fn key_bytes(path: &Path) -> Vec<u8> {
    STANDARD.decode(fs::read_to_string(path).unwrap().lines().nth(1).unwrap()).unwrap()
}

#[test]
fn a_signature_is_valid_for_one_key_and_one_manifest() {
    let made = with_key();
    let line = made.stdout.lines().last().unwrap().to_owned();
    let mode = fs::metadata(path(&made, KEY)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = Audit::new(&["keygen", "--to", "keys"]).inside(made).run();
    assert!(again.code == 2 && again.stderr.contains("it is there already"), "{}", again.stderr);
    let scanned = signed(again, KEY);
    let secret = fs::read_to_string(path(&scanned, KEY)).unwrap();
    let comment = fs::read_to_string(scanned.scan().join("manifest.json.minisig")).unwrap();
    assert!(!comment.contains(secret.lines().nth(1).unwrap()));
    let name = scanned.scan().file_name().unwrap().to_string_lossy().into_owned();
    assert!(comment.contains(&format!("trusted comment: scan {name}, manifest.json sha256 ")), "{comment}");

    // By the file and by the line alone; without a key it is told that nobody looked.
    let verified = verify(scanned, &["--public-key", "keys/twilio-audit-signing-key.pub"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let verified = verify(verified, &["audits/latest", "--public-key", &line]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let verified = verify(verified, &[]);
    assert!(verified.code == 0 && verified.stdout.contains("1 manifest is signed, not checked"));

    let other = Audit::new(&["keygen", "--to", "others"]).inside(verified).run();
    let refused = verify(other, &["--public-key", "others/twilio-audit-signing-key.pub"]);
    assert!(refused.code == 1 && refused.stdout.contains("manifest.json.minisig is by another key"));

    // Another scan's signature, a spoiled one, one that is cut off, none at all.
    let signature = refused.scan().join("manifest.json.minisig");
    let whole = fs::read_to_string(&signature).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[3] = "c2hvcnQ=";
    let mut refused = refused;
    for (text, expected) in [
        (whole.replace("trusted comment: scan 2", "trusted comment: scan 1"), "is not valid"),
        (lines.join("\n"), "is no signature of minisign"),
        (lines[..2].join("\n"), "is no signature of minisign"),
        ("\u{0}".to_owned(), "is no signature of minisign"),
    ] {
        fs::write(&signature, text).unwrap();
        refused = verify(refused, &["--public-key", &line]);
        assert!(refused.code == 1 && refused.stdout.contains(expected), "{expected}: {}", refused.stdout);
    }
    fs::remove_file(&signature).unwrap();
    let refused = verify(refused, &["--public-key", &line]);
    assert!(refused.code == 1 && refused.stdout.contains("manifest.json is not signed"));
}

/// A scan that is to be signed and cannot be fails before anything is read.
#[test]
fn a_key_that_cannot_sign_shows_before_the_scan() {
    let mut ended = with_key();
    let whole = key_bytes(&path(&ended, KEY));
    let spoil = |at: usize, with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    for (bytes, expected) in [
        (spoil(2, b"Sc"), "a password protects it"),
        (spoil(0, b"XX"), "it is no secret key of minisign"),
        (spoil(70, &[1, 2, 3, 4]), "it is damaged"),
        (whole[..90].to_vec(), "it is no secret key of minisign"),
    ] {
        write_key(&path(&ended, KEY), &bytes);
        ended = Audit::new(&["scan", "--demo", "--signing-key", KEY]).inside(ended).run();
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
        assert!(!ended.stderr.contains(&STANDARD.encode(&bytes)));
        assert!(ended.wrote_nothing());
    }
    write_key(&path(&ended, KEY), &whole);
    fs::set_permissions(path(&ended, KEY), fs::Permissions::from_mode(0o640)).unwrap();
    for (arguments, expected) in [
        (&["--signing-key", KEY][..], "run `chmod 600"),
        (&["--signing-key", "nowhere"], "nowhere"),
        (&["--sign"], "there is no key to sign with"),
        (&["--sign", "--shard", "1/2"], "a shard is not signed"),
    ] {
        ended = Audit::new(&["scan", "--demo"]).args(arguments).inside(ended).run();
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
        assert!(ended.wrote_nothing());
    }
}

/// Whoever put the key among the credentials of the service wants it used; nobody else is asked for one.
#[test]
fn a_key_of_the_service_manager_signs_without_being_named() {
    let made = with_key();
    let directory = path(&made, "keys").display().to_string();
    let scanned = Audit::new(&["scan", "--demo", "--quiet"])
        .env("CREDENTIALS_DIRECTORY", &directory)
        .inside(made)
        .run();
    assert!(scanned.scan().join("manifest.json.minisig").exists(), "{}", scanned.stderr);
    let without = Audit::new(&["scan", "--demo", "--quiet"]).run();
    assert!(!without.scan().join("manifest.json.minisig").exists(), "{}", without.stderr);
}

#[test]
fn minisign_and_this_program_accept_and_refuse_the_same() {
    if !minisign::is_there() {
        return;
    }
    // Our key and our signature, its verification.
    let ours = signed(with_key(), KEY);
    let public = "keys/twilio-audit-signing-key.pub";
    let check = ["-V", "-p", public, "-m", "audits/latest/manifest.json"];
    let said = minisign::run(ours.folder.path(), &check).unwrap();
    assert!(said.contains("Trusted comment: scan 2"), "{said}");
    // Its signature by our key, our verification.
    let sign = ["-S", "-s", KEY, "-m", "audits/latest/manifest.json"];
    assert!(minisign::run(ours.folder.path(), &sign).is_some());
    let verified = verify(ours, &["--public-key", public]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    // Its key, our signature.
    let make = ["-G", "-W", "-p", "its.pub", "-s", "its.key"];
    assert!(minisign::run(verified.folder.path(), &make).is_some());
    fs::remove_dir_all(path(&verified, "audits")).unwrap();
    let theirs = signed(verified, "its.key");
    let check = ["-V", "-p", "its.pub", "-m", "audits/latest/manifest.json"];
    assert!(minisign::run(theirs.folder.path(), &check).is_some());
    let verified = verify(theirs, &["--public-key", "its.pub"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    // What was altered, neither accepts.
    let manifest = verified.scan().join("manifest.json");
    let altered = fs::read_to_string(&manifest).unwrap().replacen("\"bytes\": 1", "\"bytes\": 2", 1);
    fs::write(&manifest, altered).unwrap();
    assert!(minisign::run(verified.folder.path(), &check).is_none());
    let refused = verify(verified, &["--public-key", "its.pub"]);
    assert!(refused.code == 1 && refused.stdout.contains("manifest.json.minisig is not valid"));
}
