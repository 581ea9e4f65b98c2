//! Which old scans may go. Nothing is removed here.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::archive::{Archive, Other, State, Stored, with_regions};
use super::files::LOCK;
use super::plain_file::{Found, look, named};
use crate::model::ScanId;

/// What is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Everything that started after this moment.
    pub since: Option<Timestamp>,
    /// So many of the newest scans.
    pub last: Option<usize>,
    /// The present: what started after it is kept, for the clock was wrong once.
    pub now: Timestamp,
}

/// What goes, and what the reader should know of what stays.
#[derive(Debug, Default)]
pub struct Plan {
    /// What goes: first what no finished scan is, then the scans, the oldest first.
    pub removals: Vec<Removal>,
    /// What stays although it is old, one sentence each.
    pub stays: Vec<String>,
    /// How many scans stay.
    pub kept: usize,
}

/// What a thing is that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A finished scan.
    Scan,
    /// A scan that was interrupted.
    Unfinished,
    /// A shard that nobody merged.
    Shard,
    /// What an interrupted prune left.
    Rest,
}

/// Something that goes.
#[derive(Debug)]
pub struct Removal {
    /// The output folder.
    pub(super) output: PathBuf,
    /// The name of its folder there.
    pub(super) name: String,
    /// What it is called for the reader.
    pub label: String,
    /// What it is.
    pub what: What,
    /// How many bytes its files have.
    pub bytes: u64,
    /// Its manifest, which stays.
    pub(super) manifest: Option<(ScanId, Vec<u8>, Option<Vec<u8>>)>,
    /// Held until it is gone, so that nobody goes on with it.
    _lock: Option<File>,
}

impl Plan {
    /// Looks what may go of an output folder, and of the other Regions' folders in it.
    ///
    /// # Errors
    ///
    /// When something cannot be read; the error names it.
    pub fn of(folder: &Path, retention: &Retention) -> io::Result<Self> {
        let mut plan = Self::default();
        for (folder, prefix) in with_regions(folder)? {
            let archive = Archive::read(&folder, &prefix)?;
            plan.others(&archive, retention)?;
            plan.scans(&archive, retention)?;
        }
        Ok(plan)
    }

    fn scans(&mut self, archive: &Archive, retention: &Retention) -> io::Result<()> {
        let here: Vec<(&ScanId, &Stored)> =
            archive.scans.iter().filter(|(_, stored)| stored.is_here).collect();
        let protected = protected(archive, &here);
        for (place, (id, stored)) in here.iter().enumerate() {
            let newer = here.len() - place - 1;
            if !retention.lets_go(id, newer) || protected.contains(*id) {
                self.kept += 1;
                if id.start().is_some_and(|start| start > retention.now) {
                    self.stays.push(format!("{} is of the future: kept", archive.label(id)));
                }
                continue;
            }
            match manifest_to_keep(id, stored) {
                Ok(manifest) => self.add(archive, id.as_str(), What::Scan, manifest, None)?,
                Err(why) => {
                    self.kept += 1;
                    self.stays.push(format!("{} {why}: kept; `verify` tells more", archive.label(id)));
                }
            }
        }
        Ok(())
    }

    fn others(&mut self, archive: &Archive, retention: &Retention) -> io::Result<()> {
        for (name, other) in &archive.others {
            let label = format!("{}{name}", archive.prefix);
            let (id, what) = match other {
                Other::Removing => {
                    self.add(archive, name, What::Rest, None, None)?;
                    continue;
                }
                Other::NoFolder => {
                    self.stays.push(format!("{label} is a link or a file: left alone"));
                    continue;
                }
                Other::Unfinished(id) => (id, What::Unfinished),
                Other::Shard(id) => (id, What::Shard),
            };
            if !retention.is_old(id) {
                continue;
            }
            match lock(&archive.folder.join(name))? {
                Lock::Held => self.stays.push(format!("{label} is being written: kept")),
                Lock::Ours(lock) => self.add(archive, name, what, None, lock)?,
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        archive: &Archive,
        name: &str,
        what: What,
        manifest: Option<(ScanId, Vec<u8>, Option<Vec<u8>>)>,
        lock: Option<File>,
    ) -> io::Result<()> {
        let bytes = size(&archive.folder.join(name))?;
        self.removals.push(Removal {
            output: archive.folder.clone(),
            name: name.to_owned(),
            label: format!("{}{name}", archive.prefix),
            what,
            bytes,
            manifest,
            _lock: lock,
        });
        Ok(())
    }
}

impl Retention {
    /// Whether a finished scan may go, of which so many are newer.
    fn lets_go(&self, id: &ScanId, newer: usize) -> bool {
        let is_among_the_last = self.last.is_some_and(|last| newer < last);
        let is_of_the_future = id.start().is_none_or(|start| start > self.now);
        let is_old = self.since.is_none() || self.is_old(id);
        (self.since.is_some() || self.last.is_some()) && is_old && !is_among_the_last && !is_of_the_future
    }

    /// Whether it is older than what is kept in any case; without an age nothing is.
    fn is_old(&self, id: &ScanId) -> bool {
        self.since.zip(id.start()).is_some_and(|(since, start)| start < since)
    }
}

/// The scans that stay in any case: the newest whole one, whatever is taken for it.
fn protected(archive: &Archive, here: &[(&ScanId, &Stored)]) -> BTreeSet<ScanId> {
    let mut protected: BTreeSet<ScanId> = archive.ends().into_iter().map(|(id, _)| id.clone()).collect();
    protected.extend(archive.latest.as_deref().and_then(ScanId::from_name));
    let is_whole = |stored: &Stored| stored.sealed().is_none_or(|sealed| !sealed.manifest.narrowed);
    let newest = here.iter().rev().find(|(_, stored)| is_whole(stored));
    protected.extend(newest.map(|(id, _)| (*id).clone()));
    protected
}

/// What stays of a scan; nothing where it was never sealed. What looks altered is evidence, and stays whole.
#[expect(clippy::type_complexity, reason = "the manifest and its signature")]
fn manifest_to_keep(
    id: &ScanId,
    stored: &Stored,
) -> Result<Option<(ScanId, Vec<u8>, Option<Vec<u8>>)>, &'static str> {
    if stored.is_twofold() {
        return Err("has another manifest than the one in pruned/");
    }
    match stored.state() {
        State::NotSealed => Ok(None),
        State::Unreadable(_) => Err("has a manifest that cannot be read"),
        State::Sealed(sealed) => match &sealed.signature {
            Some(Err(_)) => Err("has a signature that cannot be read"),
            Some(Ok(signature)) => Ok(Some((id.clone(), sealed.bytes.clone(), Some(signature.clone())))),
            None => Ok(Some((id.clone(), sealed.bytes.clone(), None))),
        },
    }
}

/// Whether somebody is writing a scan.
enum Lock {
    Held,
    Ours(Option<File>),
}

/// Tries the lock of a folder. Where that cannot be known, it counts as held.
fn lock(folder: &Path) -> io::Result<Lock> {
    Ok(match look(&folder.join(LOCK))? {
        Found::Nothing => Lock::Ours(None),
        Found::NoFile => Lock::Held,
        Found::File(file) => match file.try_lock() {
            Ok(()) => Lock::Ours(Some(file)),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Lock::Held,
        },
    })
}

/// How many bytes the files below a folder have. Links are not followed.
fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let entry = entry.map_err(|error| named(folder, &error))?;
        let what = entry.metadata().map_err(|error| named(&entry.path(), &error))?;
        sum += if what.is_dir() { size(&entry.path())? } else { what.len() };
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retention(since: &str, now: &str) -> Retention {
        Retention { since: Some(since.parse().unwrap()), last: None, now: now.parse().unwrap() }
    }

    /// A day is 24 hours of UTC: neither a leap day nor a clock that is put forward makes a scan older.
    #[test]
    fn leap_days_and_clocks_do_not_matter() {
        let leap = retention("2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z");
        for (id, goes) in
            [("20280228T235959Z", true), ("20280229T000000Z", false), ("20280229T000001Z", false)]
        {
            assert_eq!(leap.lets_go(&ScanId::from_name(id).unwrap(), 0), goes, "{id}");
        }
        let spring = retention("2027-03-14T04:15:00Z", "2027-03-15T04:15:00Z");
        assert!(!spring.lets_go(&ScanId::from_name("20270314T041500Z").unwrap(), 0));
        assert!(spring.lets_go(&ScanId::from_name("20270314T041459Z").unwrap(), 0));
        assert!(ScanId::from_name("20270229T000000Z").is_none(), "there was no such day");
    }

    #[test]
    fn nothing_goes_where_nothing_is_said_to_be_kept() {
        let now = "2027-01-01T00:00:00Z".parse().unwrap();
        let nothing = Retention { since: None, last: None, now };
        assert!(!nothing.lets_go(&ScanId::from_name("20200101T000000Z").unwrap(), 9));
    }
}
