//! A change as a person would make it by hand: a line for curl, and one for Twilio's command line.
//!
//! Both take the key from the environment, so no secret stands in them. It knows no check and sends nothing.

use crate::model::{Method, WriteCall};

/// The lines of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLines {
    /// For curl.
    pub(super) curl: String,
    /// For Twilio's command line, where it has a command for it.
    pub(super) twilio_cli: Option<String>,
}

/// What the command line of Twilio calls a host, where that is not the host's first word.
const TOPICS: &[(&str, &str)] = &[("flex-api", "flex")];

/// The single resources that it has commands for, as Twilio's OpenAPI files write their addresses: a placeholder is the
/// name of a flag. Source: twilio-cli 6.2.4, read 2026-11.
///
/// What has no SID in its address is left out: it would be changed in whichever account the profile is of.
const ADDRESSES: &[&str] = &[
    "accounts.twilio.com/v1/Credentials/AWS/{Sid}",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/Applications/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/ConnectApps/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/Keys/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/SIP/CredentialLists/{CredentialListSid}/Credentials/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/SIP/Domains/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/SMS/ShortCodes/{Sid}.json",
    "api.twilio.com/2010-04-01/Accounts/{AccountSid}/Usage/Triggers/{Sid}.json",
    "chat.twilio.com/v2/Services/{Sid}",
    "content.twilio.com/v1/Content/{Sid}",
    "conversations.twilio.com/v1/Configuration/Addresses/{Sid}",
    "conversations.twilio.com/v1/Services/{ChatServiceSid}/Configuration",
    "conversations.twilio.com/v1/Services/{ChatServiceSid}/Configuration/Notifications",
    "conversations.twilio.com/v1/Services/{ChatServiceSid}/Configuration/Webhooks",
    "flex-api.twilio.com/v1/FlexFlows/{Sid}",
    "iam.twilio.com/v1/Keys/{Sid}",
    "intelligence.twilio.com/v2/Services/{Sid}",
    "marketplace.twilio.com/v1/InstalledAddOns/{Sid}",
    "messaging.twilio.com/v1/LinkShortening/Domains/{DomainSid}/Config",
    "messaging.twilio.com/v1/Services/{MessagingServiceSid}/ChannelSenders/{Sid}",
    "messaging.twilio.com/v1/Services/{ServiceSid}/AlphaSenders/{Sid}",
    "messaging.twilio.com/v1/Services/{ServiceSid}/DestinationAlphaSenders/{Sid}",
    "messaging.twilio.com/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}",
    "messaging.twilio.com/v1/Services/{ServiceSid}/ShortCodes/{Sid}",
    "messaging.twilio.com/v1/Services/{Sid}",
    "notify.twilio.com/v1/Services/{Sid}",
    "proxy.twilio.com/v1/Services/{Sid}",
    "serverless.twilio.com/v1/Services/{Sid}",
    "supersim.twilio.com/v1/Fleets/{Sid}",
    "sync.twilio.com/v1/Services/{Sid}",
    "taskrouter.twilio.com/v1/Workspaces/{Sid}",
    "taskrouter.twilio.com/v1/Workspaces/{WorkspaceSid}/Workflows/{Sid}",
    "trunking.twilio.com/v1/Trunks/{Sid}",
    "trunking.twilio.com/v1/Trunks/{TrunkSid}/OriginationUrls/{Sid}",
    "trunking.twilio.com/v1/Trunks/{TrunkSid}/Recording",
    "verify.twilio.com/v2/Services/{ServiceSid}/Webhooks/{Sid}",
    "verify.twilio.com/v2/Services/{Sid}",
    "voice.twilio.com/v1/ByocTrunks/{Sid}",
    "voice.twilio.com/v1/ConnectionPolicies/{ConnectionPolicySid}/Targets/{Sid}",
    "wireless.twilio.com/v1/Sims/{Sid}",
];

/// The same change for people.
pub(super) fn command_lines(call: &WriteCall, account_sid: &str) -> CommandLines {
    CommandLines { curl: curl(call), twilio_cli: twilio_cli(call, account_sid) }
}

fn curl(call: &WriteCall) -> String {
    let mut line = String::from("curl --fail-with-body -u \"$TWILIO_API_KEY:$TWILIO_API_SECRET\"");
    if call.method == Method::Delete || call.form.is_empty() {
        line += &format!(" --request {}", call.method);
    }
    for (name, value) in &call.form {
        line += &format!(" --data-urlencode {}", pair(name, value));
    }
    line + " " + &quoted(&call.url)
}

fn twilio_cli(call: &WriteCall, account_sid: &str) -> Option<String> {
    let address = call.url.strip_prefix("https://")?;
    let (template, path) =
        ADDRESSES.iter().find_map(|template| Some((*template, fits(template, address)?)))?;
    let action = match call.method {
        Method::Post => "update",
        // What is one of its kind cannot be deleted.
        Method::Delete if template.trim_end_matches(".json").ends_with('}') => "remove",
        Method::Delete => return None,
    };
    // With the key beside it in the environment, this decides over the active profile.
    let mut line = format!("TWILIO_ACCOUNT_SID={} twilio {}:{action}", quoted(account_sid), topic(template));
    for (name, value) in path {
        line += &format!(" {}", pair(&flag(name), value));
    }
    for (name, value) in &call.form {
        line += " ";
        line += &match value.as_str() {
            "true" => quoted(&flag(name)),
            "false" => quoted(&format!("--no-{}", kebab(name))),
            value => pair(&flag(name), value),
        };
    }
    Some(line)
}

/// What stands for the placeholders of a template, where an address fits it.
fn fits<'a>(template: &'a str, address: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (wanted, is) = (template.split('/'), address.split('/'));
    if wanted.clone().count() != is.clone().count() {
        return None;
    }
    let mut path = Vec::new();
    for (wanted, is) in wanted.zip(is) {
        match wanted.strip_prefix('{').and_then(|wanted| wanted.split_once('}')) {
            Some((name, end)) => path.push((name, is.strip_suffix(end).filter(|value| !value.is_empty())?)),
            None if wanted == is => {}
            None => return None,
        }
    }
    Some(path)
}

/// The name of the command without its action: `api:core:sip:domains`.
fn topic(template: &str) -> String {
    let mut segments = template.trim_end_matches(".json").split('/');
    let host = segments.next().and_then(|host| host.split('.').next()).unwrap_or_default();
    let host = TOPICS.iter().find(|(name, _)| *name == host).map_or(host, |(_, topic)| *topic);
    let words = segments.filter(|segment| !segment.starts_with('{')).map(kebab);
    let words: Vec<String> = std::iter::once(host.to_owned()).chain(words).collect();
    format!("api:{}", words.join(":")).replace("api:api:2010-04-01:accounts", "api:core")
}

/// `new-message.template` of `NewMessage.Template`: how it names flags and topics.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut kebab = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_ascii_uppercase() && begins_word(&letters, at) {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// Whether a capital begins a word: after a small letter, or as the last of the capitals after a digit.
fn begins_word(letters: &[char], at: usize) -> bool {
    let before = letters.get(..at).unwrap_or_default();
    let is_last = !letters.get(at + 1).is_some_and(char::is_ascii_uppercase);
    before.last().is_some_and(char::is_ascii_lowercase)
        || (is_last
            && before.iter().rev().find(|c| !c.is_ascii_uppercase()).is_some_and(char::is_ascii_digit))
}

fn flag(name: &str) -> String {
    format!("--{}", kebab(name))
}

/// `name=value` as one argument.
fn pair(name: &str, value: &str) -> String {
    format!("{}={}", quoted(name), quoted(value))
}

/// One argument for a shell. No argument can hold a NUL.
fn quoted(text: &str) -> String {
    let text = text.replace('\0', "");
    shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";

    fn call(method: Method, url: &str, form: &[(&str, &str)]) -> WriteCall {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        WriteCall { method, url: url.replace("AC1", ACCOUNT), form }
    }

    fn cli(method: Method, url: &str, form: &[(&str, &str)]) -> Option<String> {
        let line = command_lines(&call(method, url, form), ACCOUNT).twilio_cli?;
        Some(line.strip_prefix(&format!("TWILIO_ACCOUNT_SID={ACCOUNT} twilio ")).unwrap().to_owned())
    }

    #[test]
    fn a_change_is_one_line_for_curl() {
        let url = "https://trunking.twilio.com/v1/Trunks/TK1";
        let line = |method, form| command_lines(&call(method, url, form), ACCOUNT).curl;
        assert_eq!(
            line(Method::Post, &[("Secure", "true")]),
            "curl --fail-with-body -u \"$TWILIO_API_KEY:$TWILIO_API_SECRET\" --data-urlencode Secure=true \
             https://trunking.twilio.com/v1/Trunks/TK1"
        );
        assert!(line(Method::Delete, &[]).contains(" --request DELETE https://"));
        assert!(line(Method::Post, &[]).contains(" --request POST https://"));
    }

    #[test]
    fn a_change_is_one_line_for_twilio_s_command_line() {
        let domain = "https://api.twilio.com/2010-04-01/Accounts/AC1/SIP/Domains/SD1.json";
        assert_eq!(
            cli(Method::Post, domain, &[("Secure", "true"), ("SipRegistration", "false")]).unwrap(),
            format!(
                "api:core:sip:domains:update --account-sid={ACCOUNT} --sid=SD1 --secure --no-sip-registration"
            )
        );
        assert_eq!(
            cli(
                Method::Post,
                "https://trunking.twilio.com/v1/Trunks/TK1/Recording",
                &[("Mode", "do-not-record")]
            )
            .unwrap(),
            "api:trunking:v1:trunks:recording:update --trunk-sid=TK1 --mode=do-not-record"
        );
        assert_eq!(
            cli(
                Method::Post,
                "https://conversations.twilio.com/v1/Services/IS1/Configuration/Notifications",
                &[("NewMessage.WithMedia.Template", "a b"), ("X", "1"), ("X", "2")]
            )
            .unwrap(),
            "api:conversations:v1:services:configuration:notifications:update --chat-service-sid=IS1 \
             --new-message.with-media.template='a b' --x=1 --x=2"
        );
        assert_eq!(
            cli(Method::Delete, "https://flex-api.twilio.com/v1/FlexFlows/FO1", &[]).unwrap(),
            "api:flex:v1:flex-flows:remove --sid=FO1"
        );
    }

    #[test]
    fn there_is_no_line_where_it_has_no_command_or_could_change_another_account() {
        for url in [
            "https://trunking.twilio.com/v1/Unheard/UH1",
            "https://trunking.dublin.ie1.twilio.com/v1/Trunks/TK1",
            "https://conversations.twilio.com/v1/Configuration",
            "https://bulkexports.twilio.com/v1/Exports/Messages/Configuration",
        ] {
            assert_eq!(cli(Method::Post, url, &[]), None, "{url}");
        }
        assert_eq!(cli(Method::Delete, "https://trunking.twilio.com/v1/Trunks/TK1/Recording", &[]), None);
    }

    #[test]
    fn words_are_parted_as_it_parts_them() {
        for (name, flag) in [
            ("VoiceUrl", "voice-url"),
            ("SMS", "sms"),
            ("Iso2Xy", "iso2-xy"),
            ("A2PUse", "a2p-use"),
            ("V2", "v2"),
        ] {
            assert_eq!(kebab(name), flag);
        }
    }

    #[test]
    fn hostile_text_stays_one_argument() {
        let url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Applications/AP1.json";
        for hostile in [
            "a'b\"c",
            "$(touch x)",
            "`id`",
            "a\nrm -rf b",
            "-u x",
            "--x=y",
            "",
            " ",
            "a\\",
            "!!",
            "@/etc/passwd",
            "a;b",
        ] {
            let lines = command_lines(&call(Method::Post, url, &[("FriendlyName", hostile)]), ACCOUNT);
            let words = shlex::split(&lines.curl).unwrap();
            assert_eq!(words.get(5).unwrap(), &format!("FriendlyName={hostile}"), "{}", lines.curl);
            assert_eq!(words.len(), 7);
            let words = shlex::split(&lines.twilio_cli.unwrap()).unwrap();
            assert_eq!(words.last().unwrap(), &format!("--friendly-name={hostile}"));
            assert_eq!(words.len(), 6);
        }
        let nul = command_lines(&call(Method::Post, url, &[("FriendlyName", "a\0b")]), ACCOUNT);
        assert!(nul.curl.contains("FriendlyName=ab "));
    }
}
