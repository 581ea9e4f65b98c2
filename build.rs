//! Embeds every check file, so that adding a check is adding one file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=checks");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let mut list = String::from("&[\n");
    for family in sorted(&root.join("checks"))?.into_iter().filter(|path| path.is_dir()) {
        println!("cargo:rerun-if-changed={}", family.display());
        for file in sorted(&family)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "toml"))
        {
            let shown = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            let _ = writeln!(list, "    ({shown:?}, include_str!({:?})),", file.display().to_string());
        }
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("check_files.rs"), list)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}
