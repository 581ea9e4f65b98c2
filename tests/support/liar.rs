//! A Twilio that lies: it stands before a simulator, passes on what is asked, and answers some of it with whatever
//! bytes a test likes. And a place elsewhere, to which nothing may ever be sent.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `/HOST/PATH?QUERY`.
    pub path: String,
    /// Everything before the body.
    pub head: String,
    pub body: Vec<u8>,
    /// How many were answered with the same lie before.
    pub before: usize,
}

impl Asked {
    /// The address at Twilio, without its query.
    pub fn address(&self) -> String {
        format!("https:/{}", self.path.split('?').next().unwrap())
    }
}

/// Anything that can be written to: a connection, or one inside TLS.
pub trait Line: Write {}
impl<T: Write> Line for T {}

/// What is written instead of an answer.
pub type Lie = Arc<dyn Fn(&Asked, &mut dyn Line) -> io::Result<()> + Send + Sync>;

/// What is answered to requests for this address.
struct Told {
    address: String,
    lie: Lie,
    /// Whether the connection is reset after it, instead of closed.
    resets: bool,
    count: AtomicUsize,
}

impl Told {
    fn is_of(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.address);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
    }
}

/// It serves until the test ends.
pub struct Liar {
    port: u16,
    told: Arc<Mutex<Vec<Arc<Told>>>>,
}

impl Liar {
    /// Before a simulator at `http://127.0.0.1:PORT`.
    pub fn before(simulator: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let told: Arc<Mutex<Vec<Arc<Told>>>> = Arc::default();
        let (lies, behind) = (Arc::clone(&told), simulator.trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (lies, behind) = (Arc::clone(&lies), behind.clone());
                // Whoever hangs up on a lie is not the liar's concern.
                std::thread::spawn(move || drop(serve(stream, &lies, &behind)));
            }
        });
        Self { port, told }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lies to requests for `/HOST/PATH` with any query, from now on.
    pub fn tell(&self, address: &str, lie: Lie) {
        self.add(address, lie, false);
    }

    /// The same, and resets the connection at the end of it.
    pub fn tell_and_reset(&self, address: &str, lie: Lie) {
        self.add(address, lie, true);
    }

    fn add(&self, address: &str, lie: Lie, resets: bool) {
        let told = Told { address: address.to_owned(), lie, resets, count: AtomicUsize::new(0) };
        self.told.lock().unwrap().insert(0, Arc::new(told));
    }

    /// How often it lied.
    pub fn lies(&self) -> usize {
        self.told.lock().unwrap().iter().map(|told| told.count.load(Ordering::SeqCst)).sum()
    }

    /// The addresses that nobody asked for.
    pub fn untold(&self) -> Vec<String> {
        let told = self.told.lock().unwrap();
        let idle = told.iter().filter(|told| told.count.load(Ordering::SeqCst) == 0);
        idle.map(|told| told.address.clone()).collect()
    }
}

fn serve(mut stream: TcpStream, lies: &Mutex<Vec<Arc<Told>>>, behind: &str) -> io::Result<()> {
    let Some(mut asked) = read_request(&mut stream)? else { return Ok(()) };
    let found = lies.lock().unwrap().iter().find(|told| told.is_of(&asked.path)).cloned();
    let Some(told) = found else { return pass_on(&asked, stream, behind) };
    asked.before = told.count.fetch_add(1, Ordering::SeqCst);
    let said = (told.lie)(&asked, &mut stream);
    if told.resets {
        // Closed with something unread, a connection is reset and not ended: the request's last byte was left.
        return said;
    }
    let mut last = [0];
    stream.read_exact(&mut last)?;
    stream.shutdown(Shutdown::Write)?;
    // Closed with something unread it would be reset: waits until the other side has hung up.
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

/// A request without its last byte, which stays in the socket; nothing where nobody asks.
fn read_request(stream: &mut TcpStream) -> io::Result<Option<Asked>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = Vec::new();
    if let Some(length @ 1..) = length {
        stream.read_exact(&mut byte)?;
        body = vec![0; length - 1];
        stream.read_exact(&mut body)?;
    }
    Ok(Some(Asked { path, head: text, body, before: 0 }))
}

/// Passes a request on as it came, and the answer as it comes.
fn pass_on(asked: &Asked, mut stream: TcpStream, behind: &str) -> io::Result<()> {
    let mut last = [0];
    stream.read_exact(&mut last)?;
    let mut simulator = TcpStream::connect(behind)?;
    let mut request = asked.head.trim_end().to_owned();
    request.push_str("\r\nconnection: close\r\n\r\n");
    let mut request = request.into_bytes();
    if asked.body.is_empty() {
        debug_assert_eq!(last, *b"\n");
    } else {
        request.extend_from_slice(&asked.body);
        request.extend_from_slice(&last);
    }
    simulator.write_all(&request)?;
    io::copy(&mut simulator, &mut stream).map(drop)
}

/// A listener that keeps every byte it gets, and waits to be asked for a password.
pub struct Elsewhere {
    port: u16,
    got: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
}

impl Elsewhere {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got: Arc<Mutex<Vec<u8>>> = Arc::default();
        let connections = Arc::new(AtomicUsize::new(0));
        let (kept, counted) = (Arc::clone(&got), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    let mut stream = stream;
                    while let Ok(bytes @ [_, ..]) = reader.fill_buf().map(<[u8]>::to_vec).as_deref() {
                        kept.lock().unwrap().extend_from_slice(bytes);
                        reader.consume(bytes.len());
                        let _ = stream.write_all(
                            b"HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\n{}",
                        );
                    }
                });
            }
        });
        Self { port, got, connections }
    }

    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Insists that nobody ever came.
    pub fn saw_nothing(&self) {
        let got = self.got.lock().unwrap();
        let connections = self.connections.load(Ordering::SeqCst);
        assert_eq!((connections, got.len()), (0, 0), "{}", String::from_utf8_lossy(&got));
    }
}

/// A whole answer of HTTP/1.1, its length added.
pub fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// The same with status 200, as Twilio's JSON.
pub fn json(body: impl AsRef<[u8]>) -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

/// Always these bytes.
pub fn bytes(bytes: impl Into<Vec<u8>>) -> Lie {
    let bytes = bytes.into();
    Arc::new(move |_, line| line.write_all(&bytes))
}

/// What is made of each request.
pub fn made(make: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Lie {
    Arc::new(move |asked, line| line.write_all(&make(asked)))
}

/// These bytes, and then others until nobody listens any more, or there were so many.
pub fn endless(first: impl Into<Vec<u8>>, then: impl Into<Vec<u8>>, most: u64) -> Lie {
    let (first, then) = (first.into(), then.into());
    Arc::new(move |_, line| {
        line.write_all(&first)?;
        let mut written = 0;
        while written < most {
            line.write_all(&then)?;
            written += then.len() as u64;
        }
        line.flush()
    })
}

/// One byte after the other, with a pause before each.
pub fn drip(bytes: impl Into<Vec<u8>>, pause: Duration) -> Lie {
    let bytes = bytes.into();
    Arc::new(move |_, line| {
        for byte in &bytes {
            std::thread::sleep(pause);
            line.write_all(&[*byte])?;
            line.flush()?;
        }
        Ok(())
    })
}

/// Gzip of so many zero bytes after this beginning.
pub fn bomb(first: &[u8], then: u8, size: u64) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(first).unwrap();
    let block = vec![then; 1 << 20];
    for _ in 0..size >> 20 {
        packer.write_all(&block).unwrap();
    }
    packer.finish().unwrap()
}
