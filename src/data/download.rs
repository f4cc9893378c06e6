//! Fetching the files of a set: mirrors in turn, resumed where they broke off, named only when their hash is
//! right.

use std::path::Path;
use std::time::Duration;

use super::catalog::{Set, SetFile, Version};
use super::form;
use super::http::{Client, HttpError, TimeOuts, Wanted};
use super::lock::FolderLock;
use super::part::Part;
use super::progress::{Progress, Track, show_bytes};
use super::retry::{Last, Policy, Retry, Stop, Wait, When, show_duration};
use super::sidecar::{self, Scan};
use crate::files::{self, FileError};

/// A file that could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{url}: sends {got} bytes where the catalog has {expected}; it is another file")]
    WrongSize { url: String, got: u64, expected: u64 },
    #[error("{url}: sends more than the {expected} bytes of the catalog; cut off")]
    TooLong { url: String, expected: u64 },
    #[error("{url}: ends after {got} of {expected} bytes")]
    Truncated { url: String, got: u64, expected: u64 },
    #[error("{url}: sends bytes from {got} on where those from {asked} on were asked for; starting anew")]
    WrongRange { url: String, asked: u64, got: u64 },
    #[error("{url}: has no bytes from {asked} on; starting anew")]
    NoRange { url: String, asked: u64 },
    #[error("{url}: SHA-256 is {got} where the catalog has {expected}; the bytes are discarded")]
    WrongHash { url: String, got: String, expected: String, joined: bool },
    #[error("{url}: sends what is no {what} ({problem}); the bytes are discarded")]
    WrongForm { url: String, what: &'static str, problem: String },
    #[error("{url}: does not say how many bytes it has, and neither does the catalog")]
    NoLength { url: String },
    #[error("{url}: chunk {chunk} is not the one that the tree has")]
    WrongChunk { url: String, chunk: usize },
    #[error("{file}: no address for this packing of it, so its damaged chunks cannot be fetched alone")]
    NoMirrorForChunks { file: String },
    #[error("{set}/{file}: no address to fetch it from. Get it from {source_page} and put it into {folder}.")]
    NoMirror { set: String, file: String, source_page: String, folder: String },
    #[error(
        "{set}/{file}: not fetched. {}. Run the same command later to go on with what has arrived.",
        reasons.join("; ")
    )]
    NoGoodMirror { set: String, file: String, reasons: Vec<String> },
}

impl DownloadError {
    /// Whether the same mirror may give the right bytes at another attempt.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Http(error) => error.is_passing(),
            Self::WrongRange { .. } | Self::NoRange { .. } => true,
            // Only a part put together from several answers can be wrong by no fault of the mirror.
            Self::WrongHash { joined, .. } => *joined,
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// How a file came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was, with the right hash.
    AlreadyThere,
    /// It was fetched.
    Downloaded,
}

/// How to fetch.
#[derive(Clone, Debug)]
pub struct Options {
    /// For each mirror.
    pub policy: Policy,
    pub time_outs: TimeOuts,
    pub progress: Progress,
}

impl Default for Options {
    /// Five attempts at each mirror, waits from one to thirty seconds.
    fn default() -> Self {
        let wait = Wait::exponential_jitter(Duration::from_secs(1), Duration::from_secs(30));
        Self {
            policy: Policy::new(Stop::Attempts(5), wait),
            time_outs: TimeOuts::default(),
            progress: Progress::for_stderr(),
        }
    }
}

/// Fetches files.
pub struct Fetcher {
    pub(super) client: Client,
    options: Options,
}

impl Fetcher {
    /// A fetcher that goes by these options.
    pub fn new(options: Options) -> Self {
        Self { client: Client::new(options.time_outs), options }
    }

    /// Where this fetcher shows its progress.
    pub fn progress(&self) -> Progress {
        self.options.progress
    }

    /// Fetches all files of `set` into `folder`, one program at a time.
    ///
    /// # Errors
    /// [`DownloadError`] at the first file that no mirror gives; the files before it stay.
    pub fn set(&self, set: &Set, folder: &Path) -> Result<Vec<Fetched>, DownloadError> {
        let lock = FolderLock::acquire(folder, self.progress())?;
        let set = &sidecar::noted(set, folder);
        set.files.iter().map(|file| self.file(set, file, &lock)).collect()
    }

    /// Fetches one file of `set` into the locked folder, unless it is there with the right hash.
    ///
    /// # Errors
    /// [`DownloadError`]: nothing stands under the file's name then but what stood there before.
    pub fn file(&self, set: &Set, file: &SetFile, lock: &FolderLock) -> Result<Fetched, DownloadError> {
        let target = lock.folder().join(&file.name);
        if target.exists() && is_accepted(file, &target)? {
            return Ok(Fetched::AlreadyThere);
        }
        if let Some(parent) = target.parent() {
            files::create_dir(parent)?;
        }
        if file.versions.is_empty() && target.exists() && form::check(&target, &file.name)?.is_none() {
            let scan = Scan::of(&target)?;
            self.progress().say(&taken("is there", &file.name, &scan));
            scan.keep(&target)?;
            return Ok(Fetched::AlreadyThere);
        }
        let mut reasons = Vec::new();
        for version in &file.versions {
            for url in &version.mirrors {
                match self.ask_mirror(url, file, version, &target) {
                    Ok(()) => return Ok(Fetched::Downloaded),
                    Err(DownloadError::File(error)) => return Err(error.into()),
                    Err(error) => reasons.push(error.to_string()),
                }
            }
        }
        if file.versions.is_empty() {
            for url in &file.unpinned {
                let attempt = || self.announced(url);
                let version = self.persist(url, |line| self.progress().say(line), attempt);
                match version.and_then(|version| self.ask_mirror(url, file, &version, &target)) {
                    Ok(()) => return Ok(Fetched::Downloaded),
                    Err(DownloadError::File(error)) => return Err(error.into()),
                    Err(error) => reasons.push(error.to_string()),
                }
            }
        }
        let (set_name, file_name) = (set.name.clone(), file.name.clone());
        Err(if reasons.is_empty() {
            let folder = lock.folder().display().to_string();
            DownloadError::NoMirror {
                set: set_name,
                file: file_name,
                source_page: set.source.clone(),
                folder,
            }
        } else {
            DownloadError::NoGoodMirror { set: set_name, file: file_name, reasons }
        })
    }

    fn ask_mirror(
        &self,
        url: &str,
        file: &SetFile,
        version: &Version,
        target: &Path,
    ) -> Result<(), DownloadError> {
        let progress = self.progress();
        progress.say(&format!("fetching {} ({}) from {url}", file.name, show_bytes(version.bytes)));
        let track = progress.track(&file.name, version.bytes);
        let mut part = Part::open(target, version)?;
        let attempt = || self.attempt(url, &file.name, version, &mut part, &track);
        let scan = match self.persist(url, |line| track.say(line), attempt) {
            Ok(scan) => scan,
            Err(error) => {
                part.leave();
                return Err(error);
            }
        };
        part.finish(target)?;
        let kept = scan.keep(target);
        if version.sha256.is_empty() {
            kept?;
            track.say(&taken("was sent", &file.name, &scan));
        } else if let Err(error) = kept {
            track.say(&format!("no tree is kept for repairs: {error}"));
        }
        Ok(())
    }

    /// A version of as many bytes as the server has, with no hash.
    fn announced(&self, url: &str) -> Result<Version, DownloadError> {
        let answer = self.client.get(url, &Wanted { from: 0, until: Some(1), tag: None })?;
        let bytes = answer.total.ok_or_else(|| DownloadError::NoLength { url: url.to_string() })?;
        Ok(Version { bytes, sha256: String::new(), merkle_root: None, mirrors: vec![url.to_string()] })
    }

    /// Runs an attempt at one mirror as often as the policy has it.
    pub(super) fn persist<T: 'static>(
        &self,
        url: &str,
        say: impl Fn(&str),
        attempt: impl FnMut() -> Result<T, DownloadError>,
    ) -> Result<T, DownloadError> {
        let outcome = Retry::new(self.options.policy.clone())
            .when(When::error(DownloadError::is_passing))
            .asked_wait(DownloadError::retry_after)
            .before_sleep(|so_far, last, wait| {
                if let Last::Error(error) = last {
                    let (wait, next) = (show_duration(wait), so_far.attempts + 1);
                    say(&format!("{error}; attempt {next} in {wait}"));
                }
            })
            .call(attempt);
        outcome.or_else(|error| {
            error.reraise().map_err(|last| {
                last.unwrap_or_else(|| {
                    HttpError::Network { url: url.to_string(), reason: "no answer was accepted".to_string() }
                        .into()
                })
            })
        })
    }

    fn attempt(
        &self,
        url: &str,
        name: &str,
        version: &Version,
        part: &mut Part,
        track: &Track,
    ) -> Result<Scan, DownloadError> {
        if part.len() < version.bytes {
            self.receive(url, version, part, track)?;
        }
        if version.sha256.is_empty() {
            let Some((what, problem)) = form::check(part.path(), name)? else {
                return Ok(Scan::of(part.path())?);
            };
            part.restart()?;
            return Err(DownloadError::WrongForm { url: url.to_string(), what, problem });
        }
        let scan = Scan::of(part.path())?;
        if scan.sha256 == version.sha256 {
            return Ok(scan);
        }
        let joined = part.is_joined();
        part.restart()?;
        Err(DownloadError::WrongHash {
            url: url.to_string(),
            got: scan.sha256,
            expected: version.sha256.clone(),
            joined,
        })
    }

    /// Asks for what is missing and adds it to the part, or takes the whole if the server sends that.
    fn receive(
        &self,
        url: &str,
        version: &Version,
        part: &mut Part,
        track: &Track,
    ) -> Result<(), DownloadError> {
        let (asked, expected) = (part.len(), version.bytes);
        let wanted = Wanted { from: asked, until: None, tag: part.tag(url) };
        let mut answer = match self.client.get(url, &wanted) {
            Err(HttpError::Status { status: 416, .. }) if asked > 0 => {
                part.restart()?;
                return Err(DownloadError::NoRange { url: url.to_string(), asked });
            }
            answer => answer?,
        };
        if let Some(got) = answer.total.filter(|total| *total != expected) {
            return Err(DownloadError::WrongSize { url: url.to_string(), got, expected });
        }
        if answer.start != asked {
            part.restart()?;
        }
        if answer.start != part.len() {
            return Err(DownloadError::WrongRange { url: url.to_string(), asked, got: answer.start });
        }
        part.belongs_to(url, answer.tag.take())?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = answer.read(&mut buffer)?;
            let bytes = buffer.get(..count).unwrap_or_default();
            if count == 0 {
                break;
            }
            if part.len() + count as u64 > expected {
                part.restart()?;
                return Err(DownloadError::TooLong { url: url.to_string(), expected });
            }
            part.append(bytes)?;
            track.at(part.len());
        }
        let got = part.len();
        if got < expected {
            part.restart()?;
            return Err(DownloadError::Truncated { url: url.to_string(), got, expected });
        }
        Ok(())
    }
}

/// What is said of a file without a hash in the catalog.
fn taken(how: &str, name: &str, scan: &Scan) -> String {
    let (size, sha256) = (show_bytes(scan.tree.len()), &scan.sha256);
    format!(
        "{name}: the catalog has no hash of it; taken as it {how} ({size}, SHA-256 {sha256}), written down beside it"
    )
}

/// Whether the file at `path` is one of the accepted versions, byte for byte. Keeps its tree if so.
fn is_accepted(file: &SetFile, path: &Path) -> Result<bool, FileError> {
    let size = files::open(path)?.metadata().map_err(|e| FileError::new(path, "read", e))?.len();
    if file.versions.iter().all(|version| version.bytes != size) {
        return Ok(false);
    }
    let scan = Scan::of(path)?;
    let is_version = scan.version(file).is_some();
    if is_version && super::sidecar::trusted(path, file).is_none() {
        // A folder that cannot be written to still holds a good file.
        let _ = scan.keep(path);
    }
    Ok(is_version)
}
