//! The places where credentials are looked for, in order. The first that has any is the only one:
//! mixing sources would make it hard to say what a run was allowed to see.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::environment::{self, Environment};
use super::keyring::{Keyring, SecretStore};
use super::{CredentialError, Credentials, NamedSecrets, command, file};

/// Where a credential was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `--credentials FILE`
    File(PathBuf),
    /// `--credentials -`
    StandardInput,
    /// `$CREDENTIALS_DIRECTORY/twilio-audit`
    Systemd,
    /// `TWILIO_…` variables
    Environment,
    /// `credential_command`
    Command,
    /// The keyring of the operating system
    Keyring,
    /// Returned by the parent account's list of accounts, on request, for this run only
    Derived,
    /// Made up together with the clinic of the demonstration
    Demo,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::StandardInput => f.write_str("standard input"),
            Self::Systemd => f.write_str("$CREDENTIALS_DIRECTORY"),
            Self::Environment => f.write_str("the environment"),
            Self::Command => f.write_str("credential_command"),
            Self::Keyring => f.write_str("the keyring"),
            Self::Derived => f.write_str("the parent account's list of accounts"),
            Self::Demo => f.write_str("the demo itself"),
        }
    }
}

/// What there is to look in.
pub struct Sources<'a> {
    /// `--credentials`; `-` is standard input.
    pub file: Option<&'a Path>,
    /// What `-` reads from.
    pub stdin: &'a mut dyn Read,
    /// Variables.
    pub environment: &'a dyn Environment,
    /// `credential_command` of `audit.toml`; empty where there is none.
    pub command: &'a [String],
    /// The last resort.
    pub keyring: &'a dyn SecretStore,
}

/// Looks in one place after the other. May wait for a program (30 seconds) and for the keyring
/// (5 seconds for each entry), so it does not belong on an async thread.
///
/// # Errors
/// The first thing that is wrong with a place that has something, or that no place has anything.
pub fn gather(sources: Sources<'_>) -> Result<Credentials, CredentialError> {
    if let Some(path) = sources.file {
        if path == Path::new("-") {
            let name = "standard input";
            let text = file::read_text(sources.stdin, name)?;
            return file::parse(&text, name, &Source::StandardInput);
        }
        return file::read_private(path);
    }
    if let Some(directory) = sources.environment.var("CREDENTIALS_DIRECTORY")
        && let Some(credentials) = file::read_guarded(&Path::new(&directory).join("twilio-audit"))?
    {
        return Ok(credentials);
    }
    if let Some(credential) = environment::read(sources.environment)? {
        return Ok(Credentials::from_iter([credential]));
    }
    if !sources.command.is_empty() {
        return command::run(sources.command);
    }
    match Keyring::new(sources.keyring).load()? {
        list if list.is_empty() => Err(CredentialError::NoneFound),
        list => Ok(list.into_iter().collect()),
    }
}

/// The secrets that stand in a credentials file and are no credentials: in the one that is named (`-` is standard input),
/// otherwise in the one of the service manager, if there is one.
///
/// # Errors
/// Where the file cannot be read or understood.
pub fn secrets_of_file(
    path: Option<&Path>,
    stdin: &mut dyn Read,
    environment: &dyn Environment,
) -> Result<NamedSecrets, CredentialError> {
    match path {
        Some(path) if path == Path::new("-") => {
            let name = "standard input";
            file::parse_secrets(&file::read_text(stdin, name)?, name)
        }
        Some(path) => file::read_private_secrets(path),
        None => match environment.var("CREDENTIALS_DIRECTORY") {
            Some(directory) => file::read_guarded_secrets(&Path::new(&directory).join("twilio-audit")),
            None => Ok(NamedSecrets::default()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;

    use super::super::keyring::StoreError;
    use super::super::keyring::fake::Memory;
    use super::super::{Credential, CredentialKind, Secret};
    use super::*;
    use crate::model::Region;

    const ONE: &str = "AC00000000000000000000000000000001";
    const TWO: &str = "AC00000000000000000000000000000002";
    const KEY: &str = "SK00000000000000000000000000000003";

    /// A place for every source, all empty; each test fills the ones it is about.
    #[derive(Default)]
    struct World {
        variables: BTreeMap<&'static str, String>,
        command: Vec<String>,
        keyring: Memory,
        stdin: String,
    }

    impl World {
        fn gather(&self, file: Option<&Path>) -> Result<Credentials, CredentialError> {
            let environment = |name: &str| self.variables.get(name).cloned();
            gather(Sources {
                file,
                stdin: &mut self.stdin.as_bytes(),
                environment: &environment,
                command: &self.command,
                keyring: &self.keyring,
            })
        }

        fn source(&self, file: Option<&Path>) -> Source {
            self.gather(file).unwrap().iter().next().unwrap().source.clone()
        }

        fn error(&self) -> String {
            self.gather(None).unwrap_err().to_string()
        }
    }

    fn entry(account: &str, secret: &str) -> String {
        format!("[[credential]]\naccount = \"{account}\"\nsecret = \"{secret}\"\n")
    }

    fn private_file(directory: &Path, name: &str, text: &str) -> PathBuf {
        let path = directory.join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }

    #[test]
    #[cfg(unix)]
    fn the_first_place_that_has_something_wins() {
        let directory = tempfile::tempdir().unwrap();
        let path = private_file(directory.path(), "mine.toml", &entry(ONE, "in-file"));
        let mut world = World::default();
        assert!(matches!(world.gather(None), Err(CredentialError::NoneFound)));

        let stored = Credential::new(ONE, ONE, Secret::new("in-keyring".into()), Source::Keyring).unwrap();
        Keyring::new(&world.keyring).store(&stored).unwrap();
        assert_eq!(world.source(None), Source::Keyring);

        world.command = ["printf", &entry(ONE, "from-command")].map(str::to_owned).to_vec();
        assert_eq!(world.source(None), Source::Command);

        world.variables.insert("TWILIO_ACCOUNT_SID", ONE.into());
        world.variables.insert("TWILIO_AUTH_TOKEN", "in-environment".into());
        assert_eq!(world.source(None), Source::Environment);

        world.variables.insert("CREDENTIALS_DIRECTORY", directory.path().display().to_string());
        assert_eq!(world.source(None), Source::Environment, "there is no such file yet");
        std::fs::write(directory.path().join("twilio-audit"), entry(ONE, "from-systemd")).unwrap();
        assert_eq!(world.source(None), Source::Systemd);

        assert_eq!(world.source(Some(&path)), Source::File(path.clone()));
        world.stdin = entry(ONE, "from-stdin");
        assert_eq!(world.source(Some(Path::new("-"))), Source::StandardInput);
    }

    #[test]
    fn a_file_holds_several_accounts_with_tokens_or_keys() {
        let text = format!(
            "{}[[credential]]\naccount = \"{TWO}\"\nuser = \"{KEY}\"\nsecret = \"second\"\n",
            entry(ONE, "first")
        );
        let world = World { stdin: text, ..World::default() };
        let credentials = world.gather(Some(Path::new("-"))).unwrap();
        let found: Vec<_> = credentials.iter().map(|c| (c.user.as_str(), c.kind.as_str())).collect();
        assert_eq!(found, [(ONE, "auth_token"), (KEY, "api_key")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = private_file(directory.path(), "mine.toml", &entry(ONE, "s3cret-value"));
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
            let error = World::default().gather(Some(&path)).unwrap_err().to_string();
            assert!(error.contains(&format!("chmod 600 {}", path.display())), "{mode:o}: {error}");
        }
    }

    #[test]
    fn of_two_credentials_for_one_account_the_first_is_used_and_the_other_told_of() {
        let stdin = format!("{}\n{}", entry(ONE, "the-first"), entry(ONE, "the-second"));
        let world = World { stdin, ..World::default() };
        let credentials = world.gather(Some(Path::new("-"))).unwrap();
        let secrets: Vec<&str> = credentials.iter().map(|one| one.secret.reveal()).collect();
        assert_eq!(secrets, ["the-first"]);
        let [sentence] = credentials.surplus() else { panic!("{:?}", credentials.surplus()) };
        assert!(sentence.starts_with("standard input:6: a second credential of AC"), "{sentence}");
    }

    #[test]
    fn an_account_may_have_a_credential_in_each_region() {
        let irish = entry(ONE, "in-ireland").replace("secret", "region = \"ie1\"\nsecret");
        let world = World { stdin: format!("{}\n{irish}", entry(ONE, "at-home")), ..World::default() };
        for (region, expected) in [(Region::Us1, "at-home"), (Region::Ie1, "in-ireland")] {
            let mut credentials = world.gather(Some(Path::new("-"))).unwrap();
            assert_eq!(credentials.keep_region(region), 1);
            let secrets: Vec<&str> = credentials.iter().map(|one| one.secret.reveal()).collect();
            assert_eq!(secrets, [expected]);
        }
    }

    #[test]
    fn apps_are_told_by_their_client_id() {
        let app = "OQ00000000000000000000000000000001";
        let of_account = entry(ONE, "s3cret").replace("secret", &format!("user = \"{app}\"\nsecret"));
        let of_organization = of_account.replace("account", "organization").replace("AC", "OR");
        let world = World { stdin: format!("{of_account}\n{of_organization}"), ..World::default() };
        let credentials = world.gather(Some(Path::new("-"))).unwrap();
        assert_eq!(credentials.iter().next().unwrap().kind, CredentialKind::OAuthApp);
        assert_eq!(credentials.organization().unwrap().user, app);
        for (wrong, why) in [
            (of_organization.replace("OQ", "SK"), "client id (OQ…)"),
            (of_organization.replace("OR", "AC"), "Organization SID"),
            (of_account.replace("secret =", "region = \"au1\"\nsecret ="), "must be us1"),
        ] {
            let world = World { stdin: wrong, ..World::default() };
            let error = world.gather(Some(Path::new("-"))).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_bad_file_is_told_by_line_and_without_its_secrets() {
        let secret = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF";
        let good = entry(ONE, secret);
        let cases = [
            (String::new(), "input:1: there is no [[credential]]"),
            (secret.to_owned(), "input:1: this is not valid TOML"),
            (format!("[[credential]]\nsecret = {secret}\n"), "input:2: "),
            (format!("{good}{secret} = \"x\"\n"), "input:4: unknown key; [[credential]] has"),
            (format!("{good}secrte = \"x\"\n"), "input:4: unknown key `secrte`; did you mean `secret`?"),
            (format!("{good}colour = \"x\"\n"), "input:4: unknown key `colour`; [[credential]] has"),
            (
                format!("[[credentials]]\n{good}"),
                "input:1: unknown key `credentials`; did you mean `credential`?",
            ),
            (format!("{good}[[secret]]\nnam = \"x\"\n"), "input:5: unknown key `nam`; did you mean `name`?"),
            (good.replace("secret =", "region = \"mars\"\nsecret ="), "input:3: `region` must be"),
            (good.replace(ONE, secret), "input:2: `account`"),
            (good.replace("secret =", &format!("user = \"{secret}\"\nsecret =")), "input:3: `user`"),
            (good.replace(secret, &format!("{secret} ")), "input:3: `secret`"),
            (good.replace("secret =", "# secret ="), "input:1: `secret` is missing"),
            (good.replace(&format!("\"{secret}\""), "12345678"), "input:3: the value has the wrong type"),
        ];
        for (text, expected) in cases {
            let world = World { stdin: text.clone(), ..World::default() };
            let error = world.gather(Some(Path::new("-"))).unwrap_err();
            assert!(error.to_string().contains(expected), "{expected}: {error}\n{text}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("aB3dE6") && !shown.contains("12345678"), "{shown}");
        }
    }

    #[test]
    fn other_secrets_stand_beside_the_credentials() {
        let named = |name: &str, value: &str| format!("[[secret]]\nname = \"{name}\"\nvalue = \"{value}\"\n");
        let secret = named("ops-key", "s3cret value");
        let stdin = format!("{}{secret}", entry(ONE, "first"));
        let world = World { stdin, ..World::default() };
        let credentials = world.gather(Some(Path::new("-"))).unwrap();
        assert!(!credentials.secrets().is_empty() && !format!("{credentials:?}").contains("s3cret"));
        let nothing = |_: &str| None;
        let alone = |text: &str| secrets_of_file(Some(Path::new("-")), &mut text.as_bytes(), &nothing);
        assert!(!alone(&secret).unwrap().is_empty(), "nobody who tells needs a credential");
        for (text, expected) in [
            (named("Ops", "s3cret"), "input:2: `name` must be"),
            (named("ops", ""), "input:3: `value` is empty"),
            (named("ops", "s3cret\\nvalue"), "input:3: `value` contains a line break"),
            (secret.repeat(2), "input:5: a second secret"),
            ("[[secret]]\nname = \"ops\"\n".to_owned(), "`value` is missing"),
        ] {
            let error = alone(&text).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("s3cret"), "{expected}: {error}");
        }
    }

    #[test]
    fn other_secrets_may_come_from_the_service_manager() {
        let directory = tempfile::tempdir().unwrap();
        let environment = |_: &str| Some(directory.path().display().to_string());
        let found = || secrets_of_file(None, &mut io::empty(), &environment).unwrap();
        assert!(found().is_empty());
        let text = "[[secret]]\nname = \"ops\"\nvalue = \"s3cret\"\n";
        std::fs::write(directory.path().join("twilio-audit"), text).unwrap();
        assert!(!found().is_empty());
    }

    #[test]
    fn a_half_set_environment_names_what_is_missing() {
        const SID: &str = "TWILIO_ACCOUNT_SID";
        const USER: &str = "TWILIO_API_KEY";
        const SECRET: &str = "TWILIO_API_SECRET";
        const TOKEN: &str = "TWILIO_AUTH_TOKEN";
        for (set, missing) in [
            (&[SID][..], SECRET),
            (&[SID, USER], SECRET),
            (&[SID, USER, TOKEN], SECRET),
            (&[SID, SECRET], USER),
            (&[USER, SECRET], SID),
            (&[TOKEN], SID),
        ] {
            let mut world = World::default();
            for name in set {
                let value = match *name {
                    SID => ONE,
                    USER => KEY,
                    _ => "s3cret-value",
                };
                world.variables.insert(name, value.to_owned());
            }
            let error = world.error();
            assert!(error.contains(missing) && error.contains("missing"), "{set:?}: {error}");
            assert!(!error.contains("s3cret-value"), "{error}");
        }
    }

    #[test]
    fn a_wrong_variable_is_called_by_its_name() {
        let mut world = World::default();
        world.variables.insert("TWILIO_ACCOUNT_SID", ONE.into());
        world.variables.insert("TWILIO_AUTH_TOKEN", "s3cret value".into());
        let error = world.error();
        assert!(error.contains("TWILIO_AUTH_TOKEN") && !error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_machine_without_a_keyring_is_told_what_to_use_instead() {
        let mut world = World::default();
        world.keyring.broken = Some(StoreError::Unavailable("no bus".into()));
        let error = world.error();
        assert!(error.contains("no keyring") && error.contains("--credentials FILE"), "{error}");
        assert!(error.contains("TWILIO_ACCOUNT_SID") && !error.contains('\n'), "{error}");
    }
}
