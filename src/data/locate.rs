//! Where a data set is: given, in the environment, in the cache, bundled, fetched; or its stand-in.

use std::path::{Path, PathBuf};

use super::catalog::{Catalog, CatalogError, Set, SetFile};
use super::download::{DownloadError, Fetcher};

/// The environment variable that names a data directory.
pub const DATA_VARIABLE: &str = "MLBOOK_DATA";

/// A set that is not there.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Download(#[from] DownloadError),
    #[error("--data-dir {}: not a folder. Give the folder that holds the data.", path.display())]
    NotAFolder { path: PathBuf },
    #[error("--data-dir {}: {set} is not there; missing in {}: {}. Put the files there or \
        leave --data-dir out.",
        data_dir.display(), folder.display(), files.join(", "))]
    Missing { set: String, data_dir: PathBuf, folder: PathBuf, files: Vec<String> },
    #[error(
        "{set}: not on this computer, and nothing stands in for it. Fetch it with: \
         cargo book data fetch {set}"
    )]
    Absent { set: String },
    #[error(
        "no folder to fetch {set} into: this system names no cache folder. Set {DATA_VARIABLE} or \
         give --data-dir."
    )]
    NoCache { set: String },
}

/// Through which door a set was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--data-dir`.
    DataDir,
    /// `MLBOOK_DATA`.
    Environment,
    /// The user's cache directory.
    Cache,
    /// The project's own `data` folder.
    Bundled,
    /// Fetched just now.
    Downloaded,
}

impl Origin {
    /// In a word or two.
    pub fn describe(self) -> &'static str {
        match self {
            Self::DataDir => "--data-dir",
            Self::Environment => DATA_VARIABLE,
            Self::Cache => "cache",
            Self::Bundled => "bundled",
            Self::Downloaded => "fetched now",
        }
    }
}

/// A set that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The set that was asked for.
    pub wanted: String,
    /// The set that is used: the same, or its stand-in.
    pub set: String,
    /// The folder with its files.
    pub dir: PathBuf,
    pub origin: Origin,
    pub stand_in: bool,
    /// Whether some address serves all files of the set that was asked for.
    pub fetchable: bool,
}

impl Located {
    /// The place of one of its files.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// One line for the head of a run.
    pub fn describe(&self) -> String {
        let (set, wanted, origin) = (&self.set, &self.wanted, self.origin.describe());
        if self.stand_in && !self.fetchable {
            return format!(
                "{set} ({origin} stand-in for {wanted}, which no address serves as it is; \
                 if you have it, give its folder with --data-dir)"
            );
        }
        if self.stand_in {
            return format!(
                "{set} ({origin} stand-in for {wanted}; fetch the full set with: \
                 cargo book data fetch {wanted})"
            );
        }
        match self.origin {
            // Part of the project: there is nothing to look for.
            Origin::Bundled => format!("{set} ({origin})"),
            _ => format!("{set} ({origin}: {})", self.dir.display()),
        }
    }
}

/// The data directories, in the order in which they are searched.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub data_dir: Option<PathBuf>,
    pub environment: Option<PathBuf>,
    pub cache: Option<PathBuf>,
    pub bundled: Vec<PathBuf>,
}

impl Places {
    /// Those of this computer and this user. Bundled data are looked for in the project that this program was
    /// built in, then from the program and from the current directory upwards.
    pub fn of_this_computer(data_dir: Option<PathBuf>) -> Self {
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let program = std::env::current_exe().ok();
        let current = std::env::current_dir().ok();
        let above = [program, current].into_iter().flatten().filter_map(|start| bundled_above(&start));
        Self {
            data_dir,
            environment: std::env::var_os(DATA_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from),
            cache: dirs::cache_dir().map(|cache| cache.join("mlbook").join("data")),
            bundled: std::iter::once(built_in).chain(above).collect(),
        }
    }

    /// Every folder that may hold `set`, best first. With `--data-dir` no other is searched.
    pub fn folders(&self, set: &Set) -> Vec<(Origin, PathBuf)> {
        let dirs = self.dirs().into_iter();
        dirs.flat_map(|(origin, dir)| folders_in(dir, set).map(|folder| (origin, folder))).collect()
    }

    /// The data directories to search, in this order: `--data-dir` alone if it is given.
    pub fn dirs(&self) -> Vec<(Origin, &Path)> {
        if let Some(dir) = &self.data_dir {
            return vec![(Origin::DataDir, dir)];
        }
        let environment = self.environment.iter().map(|dir| (Origin::Environment, dir.as_path()));
        let cache = self.cache.iter().map(|dir| (Origin::Cache, dir.as_path()));
        let bundled = self.bundled.iter().map(|dir| (Origin::Bundled, dir.as_path()));
        environment.chain(cache).chain(bundled).collect()
    }

    /// The first folder that has all files of `set`.
    pub fn find(&self, set: &Set) -> Option<(Origin, PathBuf)> {
        self.folders(set).into_iter().find(|(_, folder)| missing(set, folder).is_empty())
    }

    /// The first folder that has any file of `set`.
    pub fn find_part(&self, set: &Set) -> Option<(Origin, PathBuf)> {
        self.folders(set).into_iter().find(|(_, folder)| missing(set, folder).len() < set.files.len())
    }

    /// Where to fetch `set` to: below `--data-dir`, else `MLBOOK_DATA`, else the cache.
    ///
    /// # Errors
    /// [`LocateError::NoCache`] if there is none of them.
    pub fn download_folder(&self, set: &Set) -> Result<PathBuf, LocateError> {
        let dir = self.data_dir.as_ref().or(self.environment.as_ref()).or(self.cache.as_ref());
        let dir = dir.ok_or_else(|| LocateError::NoCache { set: set.name.clone() })?;
        Ok(dir.join(&set.folder))
    }
}

/// Finds the set called `name`. Nothing is fetched without a `fetcher`. If the set is absent, its stand-in is
/// taken, but never when `--data-dir` says where the set should be.
///
/// # Errors
/// [`LocateError`]: no such set, not in `--data-dir`, not to be fetched, or nowhere and without a stand-in.
pub fn locate(
    catalog: &Catalog,
    name: &str,
    places: &Places,
    fetcher: Option<&Fetcher>,
) -> Result<Located, LocateError> {
    let set = catalog.set(name)?;
    let fetchable = set.files.iter().all(SetFile::is_fetchable);
    let found = |set: &Set, (origin, dir): (Origin, PathBuf), stand_in: bool| Located {
        wanted: name.to_string(),
        set: set.name.clone(),
        dir,
        origin,
        stand_in,
        fetchable,
    };
    if let Some(dir) = places.data_dir.as_ref().filter(|dir| !dir.is_dir()) {
        return Err(LocateError::NotAFolder { path: dir.clone() });
    }
    if let Some(place) = places.find(set) {
        return Ok(found(set, place, false));
    }
    if let Some(data_dir) = &places.data_dir {
        return Err(not_in(data_dir, set, places));
    }
    if let Some(fetcher) = fetcher {
        let folder = places.download_folder(set)?;
        fetcher.set(set, &folder)?;
        return Ok(found(set, (Origin::Downloaded, folder), false));
    }
    let stand_in = set.stand_in.as_deref().map(|stand_in| catalog.set(stand_in)).transpose()?;
    let place = stand_in.and_then(|stand_in| Some((stand_in, places.find(stand_in)?)));
    let (stand_in, place) = place.ok_or_else(|| LocateError::Absent { set: set.name.clone() })?;
    Ok(found(stand_in, place, true))
}

/// A data directory holds a set in a folder of its own, or its files directly.
fn folders_in(dir: &Path, set: &Set) -> [PathBuf; 2] {
    [dir.join(&set.folder), dir.to_path_buf()]
}

/// The files of `set` that are not in `folder`. One that is there and cannot be read is not missing: reading
/// it says why.
fn missing(set: &Set, folder: &Path) -> Vec<String> {
    let is_absent = |name: &&String| matches!(folder.join(name).try_exists(), Ok(false));
    set.files.iter().map(|file| &file.name).filter(is_absent).cloned().collect()
}

fn not_in(data_dir: &Path, set: &Set, places: &Places) -> LocateError {
    let (_, folder) = places.find_part(set).unwrap_or_else(|| (Origin::DataDir, data_dir.join(&set.folder)));
    let files = missing(set, &folder);
    LocateError::Missing { set: set.name.clone(), data_dir: data_dir.to_path_buf(), folder, files }
}

fn bundled_above(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|dir| dir.join("data")).find(|data| data.join("catalog.toml").is_file())
}
