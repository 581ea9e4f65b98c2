//! Prism on a loopback port, ended with the value that holds it. Knows nothing of Twilio.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A running Prism.
pub(crate) struct Prism {
    child: Child,
    address: String,
    /// Holds the document.
    _folder: tempfile::TempDir,
}

/// Where `make tools` puts Prism, if it is there.
pub(crate) fn program() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/prism/node_modules/.bin/prism");
    program.exists().then_some(program)
}

impl Prism {
    /// Serves an OpenAPI document, and returns once it answers.
    ///
    /// # Panics
    ///
    /// When Prism ends before that, with what it said.
    pub(crate) fn start(program: &Path, document: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document.json");
        fs::write(&file, document.to_string()).unwrap();
        let port = free_port();
        let mut child = Command::new(program)
            .args(["mock", "--errors", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        await_listening(child.stdout.take().unwrap());
        Self { child, address: format!("http://127.0.0.1:{port}"), _folder: folder }
    }

    /// The address that stands in for Twilio's.
    pub(crate) fn base(&self) -> &str {
        &self.address
    }

    /// The address of a path of a host.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("{}/{host}{path}", self.address)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: Prism cannot choose one and tell.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Reads until Prism says that it listens, and keeps reading after that: a full pipe would stop it.
fn await_listening(stdout: ChildStdout) {
    let mut stdout = BufReader::new(stdout);
    let mut said = String::new();
    while !said.contains("Prism is listening") {
        let read = stdout.read_line(&mut said).unwrap();
        assert!(read > 0, "Prism did not start: {said}");
    }
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while stdout.read(&mut buffer).is_ok_and(|read| read > 0) {}
    });
}
