//! Replacing a file so that there is always one of the two, whole.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;

/// Writes a file anew. What is there keeps its permissions; a new one only its owner may read.
pub(super) fn replace_file(path: &Path, text: &str) -> anyhow::Result<()> {
    // Where it is a link, the file that it leads to.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&path).ok().map(|before| before.permissions());
    replace(&path, text, permissions)
}

/// Writes a file anew that everybody may read. Others may write to its folder, so a link there is replaced and not
/// followed.
pub(super) fn replace_public_file(path: &Path, text: &str) -> anyhow::Result<()> {
    replace(path, text, for_everybody())
}

#[cfg(unix)]
fn for_everybody() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn for_everybody() -> Option<Permissions> {
    None
}

fn replace(path: &Path, text: &str, permissions: Option<Permissions>) -> anyhow::Result<()> {
    let written = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = Folder::open(folder.unwrap_or_else(|| Path::new(".")))?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let beside = format!(".{name}.{}.new", std::process::id());
        // A process of the same number may have died here: in a container that is always the same.
        let _ = folder.remove(&beside);
        let put = folder.create(&beside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            // By what is open, and not by its name, which may be somebody else's by now.
            permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
            file.sync_all()?;
            folder.rename(&beside, &name)
        });
        if put.is_err() {
            // What is left of it helps nobody; that it cannot be removed is no other error.
            let _ = folder.remove(&beside);
        }
        put
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

/// A folder that is held open: what is done in it is done there, whatever becomes of its name meanwhile.
#[cfg(unix)]
struct Folder(std::os::fd::OwnedFd);

#[cfg(unix)]
impl Folder {
    fn open(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let real = path.canonicalize()?;
        let how = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self(open(real, how, Mode::empty())?))
    }

    fn create(&self, name: &str) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let how = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.0, name, how, Mode::RUSR | Mode::WUSR)?.into())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        rustix::fs::renameat(&self.0, from, &self.0, to)?;
        Ok(rustix::fs::fsync(&self.0)?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, rustix::fs::AtFlags::empty())?)
    }
}

#[cfg(not(unix))]
struct Folder(std::path::PathBuf);

#[cfg(not(unix))]
impl Folder {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(path.canonicalize()?))
    }

    fn create(&self, name: &str) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.0.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }
}
