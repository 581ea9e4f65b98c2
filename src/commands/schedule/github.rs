//! `schedule github`: a workflow for GitHub Actions.

use anyhow::anyhow;

use super::Installed;
use super::kubernetes::image;
use super::nightly::Nightly;
use super::template::fill;
use super::text::path_in_repository;

/// A workflow for GitHub Actions
///
/// It shows the findings among the security alerts of the repository. One credential is taken from the repository's
/// secrets.
#[derive(Debug, clap::Args)]
pub(super) struct Github {
    #[command(flatten)]
    nightly: Nightly,
    /// The image, whose entrypoint is this program; with a tag or, better, a digest
    #[arg(long, value_parser = image)]
    image: String,
    /// What was declared, inside the repository
    #[arg(long, value_name = "FILE", value_parser = path_in_repository, default_value = "audit.toml")]
    config: String,
}

/// How long a job may take on GitHub's own machines.
const MAX_MINUTES: u32 = 360;

impl Github {
    pub(super) fn file(&self) -> anyhow::Result<Installed> {
        let minutes = self.nightly.limit_seconds() / 60;
        if minutes > MAX_MINUTES {
            return Err(anyhow!(
                "--deadline is too long: GitHub ends a job after six hours, so 5h is the most"
            ));
        }
        let value = |place: &str| match place {
            "image" => Some(self.image.clone()),
            "config" => Some(self.config.clone()),
            "limit_minutes" => Some(minutes.to_string()),
            _ => self.nightly.value(place),
        };
        let text = fill(include_str!("templates/github.yml"), value);
        Ok(Installed { name: "twilio-audit.yml", text })
    }
}
