//! Fetching, checking, repairing and finding data sets, against a server on this computer that fails on
//! purpose.

#[path = "common/server.rs"]
mod server;

#[path = "data_download/disk.rs"]
mod disk;
#[path = "data_download/faults.rs"]
mod faults;
#[path = "data_download/locate.rs"]
mod locate;
#[path = "data_download/program.rs"]
mod program;
#[path = "data_download/repair.rs"]
mod repair;
#[path = "data_download/unpinned.rs"]
mod unpinned;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use mlbook::data::catalog::{Catalog, Set};
use mlbook::data::download::{DownloadError, Fetched, Fetcher, Options};
use mlbook::data::http::TimeOuts;
use mlbook::data::progress::Progress;
use mlbook::data::retry::{Policy, Stop, Wait};
use server::{Act, Server};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A server and a folder to fetch into.
struct Stage {
    server: Server,
    dir: TempDir,
    bytes: Vec<u8>,
}

impl Stage {
    fn new(size: usize) -> Self {
        Self { server: Server::start(), dir: TempDir::new().expect("a folder"), bytes: noise(size) }
    }

    /// Serves the right bytes at `path`, after these acts.
    fn serve(&self, path: &str, script: impl IntoIterator<Item = Act>) -> String {
        self.server.put(path, &self.bytes, script)
    }

    fn fetch(&self, mirrors: &[String]) -> Result<Vec<Fetched>, DownloadError> {
        self.fetch_with(quick(), mirrors)
    }

    fn fetch_with(&self, options: Options, mirrors: &[String]) -> Result<Vec<Fetched>, DownloadError> {
        Fetcher::new(options).set(&set(&self.bytes, mirrors), self.dir.path())
    }

    fn target(&self) -> PathBuf {
        self.dir.path().join("digits.bin")
    }

    /// The right bytes stand under the final name and nothing unfinished beside them.
    fn assert_right(&self) {
        assert!(std::fs::read(self.target()).expect("the file") == self.bytes, "other bytes");
        assert!(!self.dir.path().join(".digits.bin.part").exists());
        assert!(!self.dir.path().join(".digits.bin.part.json").exists());
    }

    fn assert_absent(&self) {
        assert!(!self.target().exists(), "a file under its final name");
    }

    /// A catalog file with these mirrors, for the program.
    fn catalog(&self, mirrors: &[String]) -> PathBuf {
        let path = self.dir.path().join("catalog.toml");
        std::fs::write(&path, catalog_text(&self.bytes, mirrors)).expect("the catalog");
        path
    }

    /// `book data …` with that catalog and without this computer's own data folders.
    fn book(&self, catalog: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_book"));
        command.arg("data").args(arguments).env("MLBOOK_CATALOG", catalog).env_remove("MLBOOK_DATA");
        command.env("XDG_CACHE_HOME", self.dir.path().join("cache"));
        command
    }
}

const QUICK_FLAGS: [&str; 6] = ["--wait", "none", "--connect-timeout", "20s", "--stall-timeout", "20s"];

/// Three attempts at each mirror, no waits.
fn quick() -> Options {
    Options {
        policy: Policy::new(Stop::Attempts(3), Wait::None),
        time_outs: TimeOuts { connect: Duration::from_secs(20), stall: Duration::from_secs(20) },
        progress: Progress::Silent,
    }
}

/// As `quick`, for servers that fall silent.
fn impatient() -> Options {
    Options { time_outs: TimeOuts { stall: Duration::from_secs(1), ..quick().time_outs }, ..quick() }
}

/// Bytes without a pattern, the same in every run.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn catalog_text(bytes: &[u8], mirrors: &[String]) -> String {
    format!(
        "[[set]]\nname = \"digits\"\ntitle = \"Digits\"\nabout = \"Noise\"\nlicence = \"CC0-1.0\"\n\
         citation = \"none\"\n\
         source = \"http://example.org\"\nfolder = \"digits\"\nchapters = [11, 14]\n\
         [[set.file]]\nname = \"digits.bin\"\n[[set.file.version]]\n\
         bytes = {}\nsha256 = \"{}\"\nmirrors = {mirrors:?}\n",
        bytes.len(),
        sha256(bytes)
    )
}

fn set(bytes: &[u8], mirrors: &[String]) -> Set {
    Catalog::parse(&catalog_text(bytes, mirrors))
        .expect("a good catalog")
        .set("digits")
        .expect("the set")
        .clone()
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
