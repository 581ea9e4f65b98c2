//! How a scan starts, or goes on where it was interrupted.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::scan_folder::ScanFolder;
use super::{Exit, Stop, choice};
use crate::collect::Reduction;
use crate::evidence::{EvidenceError, ScanFacts, StartedWith, Store};
use crate::intent::Intent;
use crate::model::{AccountSid, Shard};

/// A scan that was interrupted.
#[derive(Debug)]
pub(super) struct Interrupted {
    folder: ScanFolder,
    store: Store,
    /// What is known of it.
    pub(super) facts: ScanFacts,
}

/// A scan that is being collected.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) folder: ScanFolder,
    pub(super) store: Store,
}

impl Interrupted {
    /// The newest one in an output folder: of this shard, or of none.
    pub(super) fn newest(output: &Path, shard: Option<Shard>) -> Result<Option<Self>, Stop> {
        let found = ScanFolder::interrupted(output, shard).map_err(Stop::of_path)?;
        let Some(folder) = found else { return Ok(None) };
        if Store::is_blank(&folder.evidence()) {
            tracing::info!(
                "{} was interrupted before anything was read, and is removed",
                folder.path.display()
            );
            folder.remove();
            return Self::newest(output, shard);
        }
        let open = || -> Result<(Store, ScanFacts), EvidenceError> {
            let store = Store::resume(&folder.evidence())?;
            let facts = store.facts()?;
            Ok((store, facts))
        };
        let (store, facts) = open()
            .with_context(|| format!("cannot go on with {}: remove it and start anew", folder.path.display()))
            .map_err(Stop::with(Exit::Broken))?;
        if shard.is_some() && Timestamp::now().duration_since(facts.started_at) > choice::FURTHEST_APART {
            tracing::warn!("{} is of another night: remove it", folder.path.display());
            return Ok(None);
        }
        Ok(Some(Self { folder, store, facts }))
    }

    /// Insists that it was started in the same way: else its two halves would not fit together.
    pub(super) fn fits(&self, choices: &StartedWith) -> Result<(), Stop> {
        insist_on_the_same(&self.folder.path, &self.store, choices)
    }

    /// The salt of its hashes, so that those to come can be compared with them; nothing where everything is read.
    pub(super) fn salt(&self) -> Result<Option<[u8; 32]>, Stop> {
        self.store.salt().map_err(Stop::with(Exit::Broken))
    }

    /// Goes on with it, where it is about the same tree. What signing in said is forgotten, for it is done again.
    pub(super) fn go_on(self, root: &AccountSid) -> Result<Started, Stop> {
        let before = self.store.root().map_err(Stop::with(Exit::Broken))?;
        if let Some(before) = before.filter(|before| before != root.as_str()) {
            let sentence = anyhow!(
                "{} is a scan of the tree of {before}, and these credentials are of the tree of {root}: go on with \
                 credentials of that one, or start anew without --resume",
                self.folder.path.display()
            );
            return Err(Stop::new(Exit::Usage, sentence));
        }
        self.store.forget_sign_in().map_err(Stop::with(Exit::Broken))?;
        Ok(Started { folder: self.folder, store: self.store })
    }

    /// Goes on with one of which everything is read.
    pub(super) fn go_on_to_the_reports(self) -> Started {
        Started { folder: self.folder, store: self.store }
    }
}

/// Insists that what is in a folder was started with these options.
pub(super) fn insist_on_the_same(folder: &Path, store: &Store, choices: &StartedWith) -> Result<(), Stop> {
    let before = store.started_with().map_err(Stop::with(Exit::Broken))?;
    let Some(name) = choice::differences(choices, &before).next() else { return Ok(()) };
    let (before, now) = (choice::said(&before, name), choice::said(choices, name));
    let shown = |value: &str| if value.is_empty() { "none".to_owned() } else { format!("`{value}`") };
    let how = if before.len().max(now.len()) > LONGEST_SHOWN {
        String::new()
    } else {
        format!(" ({} then, {} now)", shown(before), shown(now))
    };
    Err(Stop::new(
        Exit::Usage,
        anyhow!(
            "{} was started with another {name}{how}: go on with the same options, or start anew without --resume",
            folder.display()
        ),
    ))
}

/// Values that are longer than this are no help to anybody.
const LONGEST_SHOWN: usize = 60;

/// Starts a scan: makes its folder and its store, and writes down how it was started.
pub(super) fn start(
    output: &Path,
    shard: Option<Shard>,
    facts: &ScanFacts,
    intent: &Intent,
    choices: &StartedWith,
    reduction: &Reduction,
) -> anyhow::Result<Started> {
    let name = match shard {
        Some(shard) => format!("{}.{}", facts.id, shard.in_file_name()),
        None => facts.id.to_string(),
    };
    let folder = ScanFolder::create(output, name)?;
    let begin = || -> Result<Store, EvidenceError> {
        let store = Store::create(&folder.evidence())?;
        store.start(facts, intent, choices, reduction.salt())?;
        Ok(store)
    };
    match begin() {
        Ok(store) => Ok(Started { folder, store }),
        Err(error) => {
            folder.remove();
            Err(error).context("nothing was kept of this scan")
        }
    }
}
