//! The list of data sets: what they are, whose they are, where they come from and which bytes are accepted.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;

use super::merkle::{self, Hash};
use crate::files::{self, FileError};

/// The catalog that the program carries: `data/catalog.toml`.
const BUILT_IN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/catalog.toml"));

/// No file of the book is larger than this; a larger size is a slip of the pen.
const LARGEST: u64 = 64 << 30;

/// A catalog that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("data catalog: {0}")]
    Syntax(String),
    #[error("data catalog, {entry}: {rule}. Correct this entry.")]
    Entry { entry: String, rule: String },
    #[error("there is no data set `{name}`. There are: {known}")]
    UnknownSet { name: String, known: String },
}

/// All data sets, in the order of the catalog.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    #[serde(rename = "set", default)]
    pub sets: Vec<Set>,
}

/// One data set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    pub name: String,
    pub title: String,
    pub about: String,
    pub licence: String,
    pub citation: String,
    /// Where it was published.
    pub source: String,
    /// Its folder below a data directory.
    pub folder: String,
    /// Whether it ships with the project, in `data/<folder>`.
    #[serde(default)]
    pub bundled: bool,
    /// The bundled set that is used when this one is absent.
    #[serde(default)]
    pub stand_in: Option<String>,
    /// The book's chapters that use it.
    #[serde(default)]
    pub chapters: Vec<u32>,
    #[serde(rename = "file", default)]
    pub files: Vec<SetFile>,
}

/// One file of a set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetFile {
    pub name: String,
    #[serde(rename = "version", default)]
    pub versions: Vec<Version>,
    /// Addresses of a file whose bytes nobody who wrote this catalog has had in hand, so that there is no version: what they send is
    /// checked for its form, taken, and its hash written down beside it ([`sidecar`](super::sidecar)).
    #[serde(default)]
    pub unpinned: Vec<String>,
}

impl SetFile {
    /// Whether some address serves it.
    pub fn is_fetchable(&self) -> bool {
        !self.unpinned.is_empty() || self.versions.iter().any(|version| !version.mirrors.is_empty())
    }
}

/// One accepted content of a file, byte for byte, and the addresses that serve just these bytes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    pub bytes: u64,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: String,
    /// Root of the tree over chunks of [`merkle::CHUNK`] bytes, in hexadecimal.
    #[serde(default)]
    pub merkle_root: Option<String>,
    #[serde(default)]
    pub mirrors: Vec<String>,
}

impl Version {
    /// The root of the tree over the file's chunks, if the catalog has it.
    pub fn root(&self) -> Option<Hash> {
        self.merkle_root.as_deref().and_then(merkle::from_hex)
    }
}

impl Set {
    /// Bytes of all its files, each in its first version.
    pub fn bytes(&self) -> u64 {
        self.files.iter().filter_map(|file| file.versions.first()).map(|version| version.bytes).sum()
    }
}

impl Catalog {
    /// The catalog that the program carries.
    ///
    /// # Errors
    /// [`CatalogError`] if an entry breaks a rule.
    pub fn built_in() -> Result<Self, CatalogError> {
        Self::parse(BUILT_IN)
    }

    /// A catalog from a file.
    ///
    /// # Errors
    /// [`CatalogError`] if it cannot be read or an entry breaks a rule.
    pub fn from_file(path: &Path) -> Result<Self, CatalogError> {
        let bytes = files::read(path)?;
        let text =
            String::from_utf8(bytes).map_err(|e| CatalogError::Syntax(format!("{}: {e}", path.display())))?;
        Self::parse(&text)
    }

    /// A catalog from its text.
    ///
    /// # Errors
    /// [`CatalogError::Syntax`] if it is no TOML of this form, [`CatalogError::Entry`] if an entry breaks a
    /// rule.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let catalog: Self =
            toml::from_str(text).map_err(|e| CatalogError::Syntax(one_line(&e.to_string())))?;
        catalog.check()?;
        Ok(catalog)
    }

    /// The set of this name.
    ///
    /// # Errors
    /// [`CatalogError::UnknownSet`], with the names that there are.
    pub fn set(&self, name: &str) -> Result<&Set, CatalogError> {
        self.sets.iter().find(|set| set.name == name).ok_or_else(|| CatalogError::UnknownSet {
            name: name.to_string(),
            known: self.sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    fn check(&self) -> Result<(), CatalogError> {
        let mut names = HashSet::new();
        for set in &self.sets {
            let entry = format!("set `{}`", set.name);
            rule(names.insert(&set.name), &entry, "its name is used twice; names must be unique")?;
            rule(is_name(&set.name), &entry, "a set's name is lower-case letters, digits and dashes")?;
            rule(
                is_relative(&set.folder),
                &entry,
                "its folder must be a path below the data directory, without `..`",
            )?;
            rule(!set.files.is_empty(), &entry, "it has no file; a set has at least one [[set.file]]")?;
            self.check_stand_in(set, &entry)?;
            check_files(set)?;
        }
        Ok(())
    }

    fn check_stand_in(&self, set: &Set, entry: &str) -> Result<(), CatalogError> {
        let Some(name) = &set.stand_in else { return Ok(()) };
        let is_bundled = self.sets.iter().any(|other| &other.name == name && other.bundled);
        rule(is_bundled, entry, &format!("its stand-in `{name}` is no bundled set of this catalog"))
    }
}

fn check_files(set: &Set) -> Result<(), CatalogError> {
    let mut names = HashSet::new();
    for file in &set.files {
        let entry = format!("set `{}`, file `{}`", set.name, file.name);
        rule(names.insert(&file.name), &entry, "its name is used twice in this set; names must be unique")?;
        rule(
            is_relative(&file.name),
            &entry,
            "its name must be a path below the set's folder, without `..`",
        )?;
        let known = !file.versions.is_empty() || !file.unpinned.is_empty();
        rule(
            known,
            &entry,
            "it has no [[set.file.version]]; at least one is needed, or `unpinned` addresses in its place",
        )?;
        let either = file.versions.is_empty() || file.unpinned.is_empty();
        rule(
            either,
            &entry,
            "it has versions and `unpinned` addresses; these are for files without a version",
        )?;
        are_urls(&file.unpinned, &entry)?;
        for (k, version) in file.versions.iter().enumerate() {
            check_version(version, &format!("{entry}, version {}", k + 1))?;
        }
    }
    Ok(())
}

fn check_version(version: &Version, entry: &str) -> Result<(), CatalogError> {
    let plausible = (1..=LARGEST).contains(&version.bytes);
    rule(plausible, entry, &format!("{} bytes is no plausible size (1 to {LARGEST})", version.bytes))?;
    rule(is_hash(&version.sha256), entry, "sha256 must be 64 lower-case hexadecimal digits")?;
    let root = version.merkle_root.as_deref();
    rule(root.is_none_or(is_hash), entry, "merkle_root must be 64 lower-case hexadecimal digits")?;
    are_urls(&version.mirrors, entry)
}

fn are_urls(mirrors: &[String], entry: &str) -> Result<(), CatalogError> {
    for mirror in mirrors {
        let is_url = mirror.starts_with("https://") || mirror.starts_with("http://");
        rule(is_url, entry, &format!("mirror `{mirror}` must be a full http:// or https:// address"))?;
    }
    Ok(())
}

fn rule(kept: bool, entry: &str, rule: &str) -> Result<(), CatalogError> {
    if kept { Ok(()) } else { Err(CatalogError::Entry { entry: entry.to_string(), rule: rule.to_string() }) }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

fn is_relative(text: &str) -> bool {
    use std::path::Component;
    !text.is_empty() && Path::new(text).components().all(|part| matches!(part, Component::Normal(_)))
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
