//! `schedule kubernetes`: a nightly CronJob, or Jobs that divide one large scan.

use anyhow::anyhow;

use super::super::heading;
use super::Installed;
use super::nightly::Nightly;
use super::template::fill;
use super::text::time_zone;

/// A nightly CronJob, or with --shards the Jobs of one large scan
///
/// With --shards a Job collects with a Pod for each shard, another joins the shards and writes the reports onto a volume
/// that both share. The credentials and audit.toml are taken from a Secret and a ConfigMap that are there already; no
/// secret is in the YAML.
///
/// docs/scheduling.md tells of the CronJob, docs/large-estates.md of shards.
#[derive(Debug, clap::Args)]
pub(super) struct Kubernetes {
    #[command(flatten)]
    nightly: Nightly,
    /// The time zone of --at [default: that of the cluster, UTC as a rule]
    #[arg(long, value_name = "NAME", value_parser = time_zone, help_heading = heading::NIGHTLY)]
    time_zone: Option<String>,
    /// Scan once instead, with the accounts divided into shards, each with a Pod of its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000), conflicts_with_all = ["at", "deadline", "keep", "keep_last", "time_zone"])]
    shards: Option<u16>,
    /// The image, whose entrypoint is this program; with a tag or a digest
    #[arg(long, value_parser = image)]
    image: String,
    /// What the CronJobs or Jobs, the claim and the folder of the reports are called after
    #[arg(long, value_parser = label, default_value = "twilio-audit")]
    name: String,
    /// The namespace [default: the one that kubectl uses]
    #[arg(long, value_parser = label)]
    namespace: Option<String>,
    /// The Secret with the credentials, below the key credentials.toml
    #[arg(long, value_name = "NAME", value_parser = object_name, default_value = "twilio-audit-credentials")]
    secret: String,
    /// The ConfigMap with what was declared, below the key audit.toml
    #[arg(long, value_name = "NAME", value_parser = object_name, default_value = "twilio-audit")]
    config_map: String,
    /// A PersistentVolumeClaim that exists, instead of a new one; for shards several nodes must be able to write to it
    #[arg(long, value_name = "NAME", value_parser = object_name, conflicts_with_all = ["storage", "storage_class"], help_heading = heading::OUTPUT)]
    claim: Option<String>,
    /// How much the new claim asks for: each scan that is kept takes half a megabyte to one for each account
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "10Gi", help_heading = heading::OUTPUT)]
    storage: String,
    /// The class of the new claim, for shards one that several nodes can write to [default: that of the cluster]
    #[arg(long, value_name = "NAME", value_parser = object_name, help_heading = heading::OUTPUT)]
    storage_class: Option<String>,
    /// How long collecting the shards may take
    #[arg(long, value_name = "MINUTES", requires = "shards", value_parser = clap::value_parser!(u32).range(1..=10080), default_value_t = 720, help_heading = heading::NIGHTLY)]
    wait: u32,
}

const NIGHTLY: &str = include_str!("templates/nightly.yaml");
const SHARDS: &str = include_str!("templates/shards.yaml");
const BETWEEN: &str = "---\n";
/// As long as the name of a host may be.
const MAX_LABEL: usize = 63;

/// What the name of a CronJob may have, so that its Jobs can be called after it.
const MAX_CRON_JOB: usize = 52;

impl Kubernetes {
    pub(super) fn file(&self) -> anyhow::Result<Installed> {
        self.check_length()?;
        Ok(Installed { name: "audit.yaml", text: self.yaml() })
    }

    /// The last Pod's host has the longest of all names, or the second CronJob.
    fn check_length(&self) -> anyhow::Result<()> {
        let (what, longest, allowed) = match self.shards {
            Some(shards) => ("the last Pod", format!("{}-collect-{}", self.name, shards - 1), MAX_LABEL),
            None => ("a CronJob", format!("{}-prune", self.name), MAX_CRON_JOB),
        };
        let surplus = longest.len().saturating_sub(allowed);
        if surplus == 0 {
            return Ok(());
        }
        Err(anyhow!(
            "--name {} is too long by {surplus}: {what} would be called {longest}, and Kubernetes allows {allowed} \
             characters",
            self.name
        ))
    }

    /// The template with everything filled in, without the claim where one is there already.
    fn yaml(&self) -> String {
        let is_wanted = |part: &&str| self.claim.is_none() || !part.contains("kind: PersistentVolumeClaim");
        let template = if self.shards.is_some() { SHARDS } else { NIGHTLY };
        let parts: Vec<&str> = template.split(BETWEEN).filter(is_wanted).collect();
        fill(&parts.join(BETWEEN), |place| self.value(place))
    }

    /// What belongs into a place of the template. All of it was looked at when the command line was read, so that
    /// nothing can end a quoted text.
    fn value(&self, place: &str) -> Option<String> {
        let minutes = |more: u32| Some(((self.wait + more) * 60).to_string());
        match place {
            "name" => Some(self.name.clone()),
            "namespace" => self.namespace.clone(),
            "shards" => Some(self.shards?.to_string()),
            "image" => Some(self.image.clone()),
            "secret" => Some(self.secret.clone()),
            "config_map" => Some(self.config_map.clone()),
            "claim" => Some(self.claim.as_ref().unwrap_or(&self.name).clone()),
            "storage" => Some(self.storage.clone()),
            "storage_class" => self.storage_class.clone(),
            "wait" => Some(self.wait.to_string()),
            "collect_seconds" => minutes(0),
            "merge_seconds" => minutes(60),
            "time_zone" => self.time_zone.clone(),
            _ => self.nightly.value(place),
        }
    }
}

/// What Kubernetes calls an RFC 1123 label.
fn label(text: &str) -> Result<String, String> {
    let is_allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    if let Some(wrong) = text.chars().find(|c| !is_allowed(c)) {
        return Err(format!(
            "{wrong:?} is not allowed; names in Kubernetes are lower-case letters, digits and hyphens"
        ));
    }
    if text.is_empty() || text.starts_with('-') || text.ends_with('-') {
        return Err("names in Kubernetes begin and end with a letter or digit".to_owned());
    }
    if text.len() > MAX_LABEL {
        return Err(format!("it has {} characters, and Kubernetes allows {MAX_LABEL}", text.len()));
    }
    Ok(text.to_owned())
}

/// The name of something that exists: labels with dots between them.
fn object_name(text: &str) -> Result<String, String> {
    text.split('.').try_for_each(|part| label(part).map(drop))?;
    if text.len() > 253 {
        return Err(format!("it has {} characters, and Kubernetes allows 253", text.len()));
    }
    Ok(text.to_owned())
}

/// An image of one version: a tag that moves would run something else tomorrow, and shards that two versions collected
/// could not be joined.
pub(super) fn image(text: &str) -> Result<String, String> {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "._-/:@".contains(*c);
    if let Some(wrong) = text.chars().find(|c| !is_allowed(c)) {
        return Err(format!("{wrong:?} does not occur in the name of an image"));
    }
    let last = text.rsplit('/').next().unwrap_or_default();
    let (named, digest) = last.split_once('@').map_or((last, None), |(named, digest)| (named, Some(digest)));
    let (name, tag) = named.split_once(':').map_or((named, None), |(name, tag)| (name, Some(tag)));
    let is_name = !name.is_empty() && !text.contains("//");
    let is_tag = |tag: &str| !tag.is_empty() && !tag.contains(':') && tag != "latest";
    let is_digest = |digest: &str| {
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let is_of_one_version = digest.map_or_else(|| tag.is_some_and(is_tag), is_digest);
    if is_name && is_of_one_version {
        Ok(text.to_owned())
    } else {
        Err("name one version of the program, by its tag or digest and not `latest`, as in \
             registry.example/twilio-audit:0.1.0"
            .to_owned())
    }
}

/// How much a volume holds.
fn size(text: &str) -> Result<String, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let is_number = digits.parse::<u32>().is_ok_and(|number| number > 0) && !digits.starts_with('+');
    if is_number && ["M", "G", "T", "Mi", "Gi", "Ti"].contains(&unit) {
        Ok(text.to_owned())
    } else {
        Err("write a whole number and M, G, T, Mi, Gi or Ti, for example 10Gi".to_owned())
    }
}
