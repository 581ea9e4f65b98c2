//! What a user gives, as the platforms can take it: whatever could end a quoted text or begin a command is refused.

/// A path on a machine with systemd or cron: absolute, and made of characters that mean nothing there.
pub(super) fn plain_path(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err("write the whole path, which begins with /".to_owned());
    }
    plain(text)
}

/// A path inside a repository.
pub(super) fn path_in_repository(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with(['/', '-']) || text.split('/').any(|part| part == "..") {
        return Err("write the path inside the repository, for example audits/audit.toml".to_owned());
    }
    plain(text)
}

fn plain(text: &str) -> Result<String, String> {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "/._+@-".contains(*c);
    match text.chars().find(|c| !is_allowed(c)) {
        None => Ok(text.to_owned()),
        Some(wrong) => Err(format!(
            "{wrong:?} is not allowed here; letters, digits and / . _ + @ - are, without accents"
        )),
    }
}

/// A path on a Mac.
pub(super) fn mac_path(text: &str) -> Result<String, String> {
    match text {
        _ if !text.starts_with('/') => Err("write the whole path, which begins with /".to_owned()),
        _ if text.chars().any(not_in_xml) => Err("it holds a character that XML cannot".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// A path on Windows. It comes between quotation marks, of which a backslash would take away the last one.
pub(super) fn windows_path(text: &str) -> Result<String, String> {
    let (drive, rest) = text.split_at_checked(3).unwrap_or_default();
    let is_absolute = drive.starts_with(|c: char| c.is_ascii_alphabetic()) && drive.ends_with(":\\");
    if !is_absolute {
        return Err(r"write the whole path, which begins like C:\".to_owned());
    }
    if let Some(wrong) = rest.chars().find(|c| r#""<>:|?*%/"#.contains(*c) || not_in_xml(*c)) {
        return Err(format!("{wrong:?} is not allowed in it"));
    }
    if rest.is_empty() || rest.ends_with('\\') {
        return Err(r"write it without the last \".to_owned());
    }
    Ok(text.to_owned())
}

/// The name of a user of a Unix.
pub(super) fn user(text: &str) -> Result<String, String> {
    let begins_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if begins_well && text.len() <= 32 && text.chars().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err("names of users are lower-case letters, digits, _ and -, and begin with a letter or _".to_owned())
    }
}

/// An address to which mail goes: of this machine, or of another.
pub(super) fn mail_address(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._+@-".contains(c);
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err("write one address, for example audit@clinic.example".to_owned())
    }
}

/// The name of a time zone.
pub(super) fn time_zone(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    let known = jiff::tz::db();
    let is_known = known.is_definitively_empty() || known.get(text).is_ok();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_allowed) && is_known {
        Ok(text.to_owned())
    } else {
        Err("no time zone has that name; write one like Europe/Berlin or UTC".to_owned())
    }
}

/// A text as XML takes it, in ASCII, so that it is read the same whatever encoding a reader takes it for.
pub(super) fn xml(text: &str) -> String {
    let escaped = quick_xml::escape::escape(text);
    let mut ascii = String::with_capacity(escaped.len());
    for c in escaped.chars() {
        if c.is_ascii() { ascii.push(c) } else { ascii.push_str(&format!("&#x{:X};", u32::from(c))) }
    }
    ascii
}

/// Control characters, and the two that are no characters.
fn not_in_xml(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}
