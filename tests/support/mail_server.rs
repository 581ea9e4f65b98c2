//! A mail server on this machine, played by `aiosmtpd`.

#![allow(unreachable_pub)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A mail server that asks for a password, with a certificate that its folder's `ca.pem` vouches for.
pub struct MailServer {
    child: Child,
    said: BufReader<ChildStdout>,
    pub port: u64,
}

impl MailServer {
    pub fn start(python: &Path, folder: &Path, mode: &str, name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/notify/smtp.py");
        let mut child = Command::new(python)
            .args(["-W", "ignore"])
            .arg(script)
            .arg(folder)
            .args([mode, name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()) // it wonders about every certificate that is refused
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let port = serde_json::from_str::<Value>(&line).unwrap()["port"].as_u64().unwrap();
        Self { child, said, port }
    }

    /// Ends it; what it saw, in order.
    pub fn saw(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        let mut text = String::new();
        self.said.read_to_string(&mut text).unwrap();
        self.child.wait().unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
