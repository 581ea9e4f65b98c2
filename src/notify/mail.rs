//! Mail, through a server that is declared, over a way that is encrypted.

use std::error::Error;
use std::io;
use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::pace::{Pace, Refused, cause, persist};
use super::{Message, Word, moment};
use crate::credentials::Secret;
use crate::intent::{self, MailTls};

/// Sends it.
pub(super) async fn send(
    way: &intent::Mail<'_>,
    password: Option<&Secret>,
    word: Word<'_>,
    message: &Message,
    identity: &str,
    pace: &Pace,
) -> Result<String, String> {
    let letter = letter(way, word, message, identity)?;
    let server =
        server(way, password, pace).map_err(|error| format!("TLS cannot be set up: {}", cause(&error)))?;
    persist(pace, async || {
        let late = || Refused::for_good("the mail server did not answer in time");
        match tokio::time::timeout(pace.one_mail, server.send(letter.clone())).await {
            Ok(Ok(answer)) => Ok(format!("the mail server took the message ({})", answer.code())),
            Ok(Err(error)) => Err(refused(&error, way)),
            Err(_) => Err(late()),
        }
    })
    .await
}

/// The mail itself: plain text, and always the same for the same news.
fn letter(way: &intent::Mail<'_>, word: Word<'_>, message: &Message, identity: &str) -> Result<Mail, String> {
    let address =
        |text: &str| text.parse::<Address>().map_err(|_| "an address of it is no mail address".to_owned());
    let from = address(way.from)?;
    let id = format!("<twilio-audit.{identity}@{}>", from.domain());
    let mut letter = Mail::builder()
        .from(Mailbox::new(None, from))
        .subject(message.subject.as_str())
        .date(SystemTime::from(moment(word)))
        .message_id(Some(id))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    // Nobody's absence is to be answered to it.
    if let Ok(name) = HeaderName::new_from_ascii("Auto-Submitted".to_owned()) {
        letter = letter.raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
    }
    for to in way.to {
        letter = letter.to(Mailbox::new(None, address(to)?));
    }
    letter.body(message.body()).map_err(|error| format!("the mail cannot be written: {}", cause(&error)))
}

/// The way to the server. Where STARTTLS is declared and not offered, lettre sends nothing, the password least of all.
fn server(
    way: &intent::Mail<'_>,
    password: Option<&Secret>,
    pace: &Pace,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, SmtpError> {
    let tls = match way.tls {
        MailTls::Starttls => Tls::Required(TlsParameters::new(way.server.to_owned())?),
        MailTls::Implicit => Tls::Wrapper(TlsParameters::new(way.server.to_owned())?),
        MailTls::None => Tls::None,
    };
    let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(way.server)
        .port(way.port)
        .tls(tls)
        .timeout(Some(pace.one_request));
    if let (Some((user, _)), Some(password)) = (way.login, password) {
        server = server.credentials(Credentials::new(user.to_owned(), password.reveal().to_owned()));
    }
    Ok(server.build())
}

/// What an error means. The server's own words are left out: they may repeat what was sent.
fn refused(error: &SmtpError, way: &intent::Mail<'_>) -> Refused {
    if let Some(code) = error.status() {
        let why = match u16::from(code) {
            530 | 534 | 535 | 538 => "it does not accept `user` and the password",
            550 | 551 | 553 => "it does not take mail from or to these addresses",
            _ if error.is_transient() => "it cannot take the message now",
            _ => "it does not take the message: look at its log",
        };
        let why = format!("the mail server answered {code}: {why}");
        return Refused { why, may_pass: error.is_transient() };
    }
    if error.is_client() {
        let tls = way.tls == MailTls::Starttls && error.to_string().contains("STARTTLS");
        let why = match tls {
            true => {
                "the mail server offers no STARTTLS, so nothing was sent: try `tls = \"implicit\"` with its port"
            }
            false => "the mail server cannot be talked to in a way that both understand",
        };
        return Refused::for_good(why);
    }
    let why =
        format!("the mail server cannot be reached, or its certificate is not accepted: {}", cause(error));
    Refused { why, may_pass: is_unreachable(error) }
}

/// Whether nobody was reached, so that nothing can have arrived.
fn is_unreachable(error: &SmtpError) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(broken) = inner.downcast_ref::<io::Error>() {
            let unreachable = [
                io::ErrorKind::ConnectionRefused,
                io::ErrorKind::HostUnreachable,
                io::ErrorKind::NetworkUnreachable,
            ];
            return unreachable.contains(&broken.kind());
        }
        source = inner.source();
    }
    false
}
