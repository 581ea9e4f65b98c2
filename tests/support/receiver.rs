//! A receiver of webhooks on this machine: it answers as it is told, and keeps what it got.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Method and path.
    pub line: String,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// A receiver that serves until the test ends.
pub struct Receiver {
    port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Receiver {
    /// Answers with these statuses one after the other, and with the last of them from then on. A redirect leads to
    /// `/elsewhere` of the same receiver.
    pub fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        std::thread::spawn(move || {
            for (place, stream) in listener.incoming().enumerate() {
                let status = statuses[place.min(statuses.len() - 1)];
                serve(&mut stream.unwrap(), status, &kept);
            }
        });
        Self { port, arrived }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What arrived so far.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

fn serve(stream: &mut TcpStream, status: u16, kept: &Mutex<Vec<Arrived>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    kept.lock().unwrap().push(Arrived { line, headers, body: String::from_utf8(body).unwrap() });
    let place = if (300..400).contains(&status) { "Location: /elsewhere\r\n" } else { "" };
    write!(stream, "HTTP/1.1 {status} So\r\n{place}Content-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
}
