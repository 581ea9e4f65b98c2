//! Which hosts a URL may point at: patterns, and classes of hosts that are known beforehand.
//!
//! The lists decide offline; no name is ever looked up.

use jiff::civil::{Date, date};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::redact::url;

/// When the hosts below were last looked up.
pub(in crate::evidence) const DATED: Date = date(2026, 11, 23);

/// Classes and their hosts, in the order in which they are tried.
const CLASSES: &[(&str, &[&str])] = &[
    ("twilio-runtime", &["*.twil.io", "handler.twilio.com", "webhooks.twilio.com", "studio.twilio.com"]),
    ("demo", &["demo.twilio.com", "twimlets.com", "*.twimlets.com"]),
    (
        "tunnel",
        &[
            "*.ngrok.io",
            "*.ngrok.app",
            "*.ngrok.dev",
            "*.ngrok-free.app",
            "*.ngrok-free.dev",
            "*.trycloudflare.com",
            "*.loca.lt",
            "*.localtunnel.me",
            "*.serveo.net",
            "*.localhost.run",
            "*.lhr.life",
            "*.pagekite.me",
            "*.devtunnels.ms",
            "*.app.github.dev",
            "*.gitpod.io",
            "*.repl.co",
            "*.replit.dev",
            "*.glitch.me",
            "*.zrok.io",
            "*.ts.net",
            "*.sharedwithexpose.com",
        ],
    ),
    (
        "inspector",
        &[
            "webhook.site",
            "*.requestbin.com",
            "*.requestbin.net",
            "requestcatcher.com",
            "*.requestcatcher.com",
            "*.m.pipedream.net",
            "*.beeceptor.com",
            "hookbin.com",
            "postb.in",
            "typedwebhook.tools",
        ],
    ),
    (
        "automation",
        &[
            "hooks.zapier.com",
            "hook.*.make.com",
            "hook.integromat.com",
            "maker.ifttt.com",
            "*.app.n8n.cloud",
            "hooks.slack.com",
            "script.google.com",
            "*.logic.azure.com",
            "*.webhook.office.com",
        ],
    ),
    ("local", &["localhost", "*.localhost", "*.local", "*.internal", "*.lan"]),
];

/// The class of a URL's host: `twilio-runtime`, `demo`, `tunnel`, `inspector`, `automation`, `local`,
/// `raw-ip`, `dynamic` (a template decides) or `other`. None where there is no host to judge.
pub(super) fn class(text: &str) -> Option<&'static str> {
    let parts = url::known_parts(text)?;
    if parts.dynamic {
        return Some("dynamic");
    }
    let host = parts.host.as_deref()?;
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Some(if is_local(address) { "local" } else { "raw-ip" });
    }
    // Discord is a chat first: only this path receives webhooks.
    if matches!(host, "discord.com" | "discordapp.com") && parts.path.starts_with("/api/webhooks") {
        return Some("automation");
    }
    let listed = CLASSES.iter().find(|(_, patterns)| patterns.iter().any(|pattern| matches(host, pattern)));
    Some(listed.map_or("other", |(class, _)| class))
}

/// Whether a host is the one a pattern names. `*.a.example` means every name below `a.example`, at
/// any depth; a star between other labels stands for exactly one label. Case does not matter.
pub(super) fn matches(host: &str, pattern: &str) -> bool {
    let mut labels = host.trim().trim_end_matches('.').rsplit('.');
    let mut wanted = pattern.trim().trim_end_matches('.').rsplit('.').peekable();
    while let Some(want) = wanted.next() {
        let Some(label) = labels.next().filter(|label| !label.is_empty()) else { return false };
        match want {
            "*" if wanted.peek().is_none() => return true,
            "*" => {}
            _ if want.eq_ignore_ascii_case(label) => {}
            _ => return false,
        }
    }
    labels.next().is_none()
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_local_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_local_v4(mapped),
            None => is_local_v6(address),
        },
    }
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_carrier_shared = first == 100 && (64..128).contains(&second); // RFC 6598
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_unspecified()
        || is_carrier_shared
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}
