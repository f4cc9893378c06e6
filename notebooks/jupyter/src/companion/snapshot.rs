//! The library and everything below it, in a folder of their own.

use std::path::{Path, PathBuf};

use super::CompanionError;
use super::stamp::Stamp;

/// Snapshots beyond the newest so many are removed.
const KEPT: usize = 3;

/// The folder of the empty library, within the snapshot.
const STAND_INS: &str = "link";

/// A folder with the library, the compiled crates that its users' compiler reads, and nothing else.
#[derive(Clone, Debug)]
pub struct Snapshot {
    folder: PathBuf,
    library: PathBuf,
}

/// Where the workspace's snapshots lie: beside what cargo builds.
pub fn folder(workspace: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    if target.is_absolute() { target.join("notebooks") } else { workspace.join(target).join("notebooks") }
}

impl Snapshot {
    /// The snapshot of a stamp, if there is one.
    pub fn open(folder: &Path, stamp: &Stamp) -> Option<Self> {
        let folder = folder.join(stamp.name());
        let library = folder.join(library_name());
        library.is_file().then_some(Self { folder, library })
    }

    /// Links the files of a build into a new folder. Two kernels that do this at once make the same one.
    pub fn take(folder: &Path, stamp: &Stamp, artifacts: &[PathBuf]) -> Result<Self, CompanionError> {
        std::fs::create_dir_all(folder).map_err(CompanionError::file(folder))?;
        let half = tempfile::tempdir_in(folder).map_err(CompanionError::file(folder))?;
        for artifact in artifacts {
            let used = artifact
                .extension()
                .is_some_and(|e| ["rlib", "rmeta", "so", "dylib", "dll"].iter().any(|&k| e == k));
            let Some(name) = artifact.file_name().filter(|_| used) else { continue };
            let place = half.path().join(name);
            if !place.exists() {
                // A file system without hard links gets copies.
                std::fs::hard_link(artifact, &place)
                    .or_else(|_| std::fs::copy(artifact, &place).map(drop))
                    .map_err(CompanionError::file(artifact))?;
            }
        }
        if !half.path().join(library_name()).is_file() {
            return Err(CompanionError::NoLibrary);
        }
        let stand_ins = half.path().join(STAND_INS);
        std::fs::create_dir(&stand_ins).map_err(CompanionError::file(&stand_ins))?;
        // Without it cells are linked to the library itself, which takes longer.
        let _ = crate::link::make_stand_in(&stand_ins, &library_name());
        let whole = folder.join(stamp.name());
        let half = half.keep();
        if std::fs::rename(&half, &whole).is_err() {
            // Another kernel was quicker.
            let _ = std::fs::remove_dir_all(&half);
        }
        forget_old(folder);
        Self::open(folder, stamp).ok_or(CompanionError::NoLibrary)
    }

    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Flags for a compiler that uses the library.
    pub fn flags(&self) -> Vec<String> {
        let folder = self.folder.display();
        let mut flags = vec![
            "-Cprefer-dynamic".to_owned(),
            format!("-Ldependency={folder}"),
            format!("--extern=companion={}", self.library.display()),
        ];
        if cfg!(unix) {
            flags.push(format!("-Clink-arg=-Wl,-rpath,{folder}"));
        }
        if let (Some(_), Ok(linker)) = (self.stand_in(), crate::own_program()) {
            flags.push(format!("-Clinker={}", linker.display()));
        }
        flags
    }

    /// The empty library that cells are linked to in its place, where that is done.
    pub fn stand_in(&self) -> Option<PathBuf> {
        let path = self.folder.join(STAND_INS).join(library_name());
        path.is_file().then_some(path)
    }
}

/// The file name of the library.
pub fn library_name() -> String {
    format!("{}companion{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Removes all but the newest snapshots. A kernel that still uses an old one keeps its open files, but could compile no more
/// cells; three builds later nobody does.
fn forget_old(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    let mut snapshots: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.metadata().ok()?.modified().ok()?, path)).filter(|(_, path)| path.is_dir())
        })
        .collect();
    snapshots.sort();
    snapshots.reverse();
    for (_, path) in snapshots.into_iter().skip(KEPT) {
        let _ = std::fs::remove_dir_all(path);
    }
}
