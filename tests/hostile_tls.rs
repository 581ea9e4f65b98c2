//! Who is not Twilio is told nothing: certificates that are of another name, too old, signed by themselves or by nobody
//! known, and TLS that is none or breaks off. No request is sent, and nobody signs in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use audit::{Audit, credential};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn estate() -> Value {
    json!({"accounts": [{"sid": "AC0001", "name": "Clinic"}]})
}

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// Valid for one day, long ago or in long.
fn of_year(year: i32) -> CertificateParams {
    let mut params = named("localhost");
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year, 1, 2);
    params
}

/// How a server behaves on a connection.
#[derive(Clone)]
enum Behaves {
    Tls(Arc<ServerConfig>),
    /// TLS that ends after so many bytes of the server's.
    Cut(Arc<ServerConfig>, usize),
    /// Whatever is sent, this comes back.
    Says(&'static [u8]),
}

fn configured(params: CertificateParams, by: Option<&Authority>) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = match by {
        Some(authority) => params.signed_by(&key, authority).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

/// Writes on until so many bytes are written, and then breaks off.
struct Cutting {
    stream: TcpStream,
    left: usize,
}

impl Read for Cutting {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.read(into)
    }
}

impl Write for Cutting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.stream.write(&bytes[..bytes.len().min(self.left)])?;
        self.left -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A server that keeps what it is told inside TLS, or without.
fn serve(behaves: Behaves) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&told);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (behaves, kept) = (behaves.clone(), Arc::clone(&kept));
            // Whoever hangs up is not the server's concern.
            std::thread::spawn(move || drop(answer(stream, behaves, &kept)));
        }
    });
    (port, told)
}

fn answer(mut stream: TcpStream, behaves: Behaves, kept: &Mutex<Vec<u8>>) -> io::Result<()> {
    let tls = |config| ServerConnection::new(config).map_err(io::Error::other);
    match behaves {
        Behaves::Says(bytes) => {
            let mut some = [0; 4096];
            let read = stream.read(&mut some)?;
            kept.lock().unwrap().extend_from_slice(&some[..read]);
            stream.write_all(bytes)
        }
        Behaves::Tls(config) => hear(StreamOwned::new(tls(config)?, stream), kept),
        Behaves::Cut(config, left) => hear(StreamOwned::new(tls(config)?, Cutting { stream, left }), kept),
    }
}

/// Keeps one request, and answers that the credential is not accepted.
fn hear(
    mut inside: StreamOwned<ServerConnection, impl Read + Write>,
    kept: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    let mut some = [0; 4096];
    loop {
        let read = inside.read(&mut some)?;
        if read == 0 {
            return Ok(());
        }
        kept.lock().unwrap().extend_from_slice(&some[..read]);
        inside.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 14\r\n\r\n{\"code\":20003}")?;
        inside.flush()?;
    }
}

/// Signs in at a server, with the given authority as the only one that this machine knows. The exit code, what was
/// said, and what the server was told.
fn sign_in(authority: &Authority, behaves: Behaves) -> (i32, String, Vec<u8>) {
    let (port, told) = serve(behaves);
    let estate = estate();
    let audit = Audit::new(&["scan"]).file("authority.pem", &authority.pem());
    let trusted = audit.folder.path().join("authority.pem");
    let audit = audit
        .env("SSL_CERT_FILE", trusted.to_str().unwrap())
        .env("TWILIO_AUDIT_ENDPOINT", &format!("https://localhost:{port}"));
    let ended = audit.sign_in(&credential(&estate, "AC0001")).run();
    ended.kept_secrets_of(&estate);
    assert!(ended.wrote_nothing());
    fs::remove_file(trusted).unwrap();
    let told = told.lock().unwrap().clone();
    (ended.code, ended.stderr, told)
}

fn has_credential(told: &[u8]) -> bool {
    String::from_utf8_lossy(told).to_lowercase().contains("authorization")
}

/// Without this, the others would prove nothing: a refusal might have any reason.
#[test]
fn who_has_the_right_certificate_is_asked() {
    let authority = authority();
    let (code, _, told) = sign_in(&authority, Behaves::Tls(configured(named("localhost"), Some(&authority))));
    assert!(has_credential(&told));
    assert_eq!(code, 4);
}

#[test]
fn who_cannot_prove_to_be_twilio_is_told_nothing() {
    let (known, unknown) = (authority(), authority());
    let fine = configured(named("localhost"), Some(&known));
    let mut cases = vec![
        ("of another name", Behaves::Tls(configured(named("localhost.evil.example"), Some(&known)))),
        ("of a name with a star", Behaves::Tls(configured(named("*.example"), Some(&known)))),
        ("expired", Behaves::Tls(configured(of_year(2020), Some(&known)))),
        ("not valid yet", Behaves::Tls(configured(of_year(2090), Some(&known)))),
        ("signed by itself", Behaves::Tls(configured(named("localhost"), None))),
        ("signed by nobody known", Behaves::Tls(configured(named("localhost"), Some(&unknown)))),
        ("no TLS but HTTP", Behaves::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
        ("no TLS but a redirect", Behaves::Says(b"HTTP/1.1 301 Go\r\nLocation: http://127.0.0.1/\r\n\r\n")),
        ("no TLS but an alert", Behaves::Says(&[21, 3, 3, 0, 2, 2, 40])),
        ("no TLS but zeros", Behaves::Says(&[0; 4096])),
        ("no TLS but nothing", Behaves::Says(b"")),
    ];
    cases.extend(
        [1, 5, 50, 100, 200, 400, 600].map(|left| ("cut off", Behaves::Cut(Arc::clone(&fine), left))),
    );
    std::thread::scope(|scope| {
        for (name, behaves) in cases {
            let known = &known;
            scope.spawn(move || {
                let (code, said, told) = sign_in(known, behaves);
                assert_eq!(code, 4, "{name}: {said}");
                assert!(said.contains("could not be asked"), "{name}: {said}");
                let is_told = said.contains("the certificate that is shown there is not accepted");
                let is_of_certificate = !name.starts_with("no TLS") && name != "cut off";
                assert_eq!(is_told, is_of_certificate, "{name}: {said}");
                assert!(!has_credential(&told), "{name}");
            });
        }
    });
}
