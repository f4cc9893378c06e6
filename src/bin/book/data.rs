//! `book data`: lists, fetches and checks the data sets.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand, value_parser};
use mlbook::data::catalog::{Catalog, Set};
use mlbook::data::download::{Fetched, Fetcher, Options};
use mlbook::data::http::TimeOuts;
use mlbook::data::locate::{LocateError, Origin, Places};
use mlbook::data::lock::FolderLock;
use mlbook::data::merkle::MerkleTree;
use mlbook::data::progress::{Progress, show_bytes};
use mlbook::data::retry::{Policy, Stop, Wait, parse_duration};
use mlbook::data::sidecar;
use mlbook::data::verify::{Checked, Condition, Repaired, check_file};
use mlbook::say;

use crate::{diff, prove};

#[derive(Args, Debug)]
pub struct DataArgs {
    #[command(subcommand)]
    command: DataCommand,
    /// Use this catalog instead of the built-in one.
    #[arg(long, global = true, env = "MLBOOK_CATALOG", hide = true)]
    catalog: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum DataCommand {
    /// List the data sets: size, chapters, licence, and where each one is.
    List(ListArgs),
    /// Fetch a data set, or all of them.
    Fetch(FetchArgs),
    /// Check a data set, and fetch the damaged parts of it.
    Verify(VerifyArgs),
    /// Compare two tables or files and name what differs.
    Diff(diff::DiffArgs),
    /// Make or check the proof that a chunk belongs to a file.
    Prove(prove::ProveArgs),
}

#[derive(Args, Debug)]
struct ListArgs {
    /// Look in this folder only.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct FetchArgs {
    /// A data set of `book data list`, or `all`.
    name: String,
    /// Fetch into this folder [default: MLBOOK_DATA, else the cache].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Args, Debug)]
struct VerifyArgs {
    /// A data set of `book data list`.
    name: String,
    /// Check the files in this folder [default: where the set is found].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Fetch what is damaged or missing.
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    how: HowArgs,
}

/// How to deal with servers.
#[derive(Args, Debug)]
struct HowArgs {
    /// Attempts at each mirror.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    attempts: u32,
    /// No new attempt at a mirror after this long.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    limit: Option<Duration>,
    /// Wait between attempts: none, fixed:10ms, random:1s..3s, exponential:1s..60s, jitter:1s..60s,
    /// full-jitter:1s..60s.
    #[arg(long, default_value = "jitter:1s..30s")]
    wait: Wait,
    /// The longest wait that a server may ask for.
    #[arg(long, default_value = "2m", value_name = "TIME", value_parser = parse_duration)]
    longest_wait: Duration,
    /// Time for a connection to stand.
    #[arg(long, default_value = "15s", value_name = "TIME", value_parser = parse_duration)]
    connect_timeout: Duration,
    /// Time without a byte after which an attempt ends.
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = parse_duration)]
    stall_timeout: Duration,
}

impl HowArgs {
    fn fetcher(&self) -> Fetcher {
        let attempts = Stop::Attempts(self.attempts);
        let stop = match self.limit {
            Some(limit) => Stop::Any(vec![attempts, Stop::After(limit)]),
            None => attempts,
        };
        Fetcher::new(Options {
            policy: Policy::new(stop, self.wait.clone()).longest_asked(self.longest_wait),
            time_outs: TimeOuts { connect: self.connect_timeout, stall: self.stall_timeout },
            progress: Progress::for_stderr(),
        })
    }
}

/// Runs `book data …`. The exit code is 1 if a set could not be fetched or is damaged.
pub fn run(args: DataArgs) -> Result<ExitCode> {
    let catalog = match &args.catalog {
        Some(path) => Catalog::from_file(path)?,
        None => Catalog::built_in()?,
    };
    match args.command {
        DataCommand::List(list) => Ok(show_list(&catalog, &Places::of_this_computer(list.data_dir))),
        DataCommand::Fetch(fetch) => run_fetch(&catalog, &fetch),
        DataCommand::Verify(verify) => run_verify(&catalog, &verify),
        DataCommand::Diff(args) => diff::run(args),
        DataCommand::Prove(args) => prove::run(args),
    }
}

fn show_list(catalog: &Catalog, places: &Places) -> ExitCode {
    let mut rows = vec![["name", "size", "chapters", "where", "licence"].map(str::to_string)];
    rows.extend(catalog.sets.iter().map(|set| {
        let chapters = set.chapters.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        [set.name.clone(), show_bytes(set.bytes()), chapters, whereabouts(set, places), set.licence.clone()]
    }));
    let widths: Vec<usize> =
        (0..4).map(|k| rows.iter().map(|row| row[k].chars().count()).max().unwrap_or(0)).collect();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        say!("{}  {}", cells.join("  "), row[4]);
    }
    ExitCode::SUCCESS
}

fn whereabouts(set: &Set, places: &Places) -> String {
    let instead =
        set.stand_in.as_ref().map_or("absent".to_string(), |name| format!("absent ({name} stands in)"));
    match places.find(set) {
        Some((Origin::Bundled, _)) => "bundled".to_string(),
        Some((origin, folder)) => format!("{}: {}", origin.describe(), folder.display()),
        None => instead,
    }
}

fn run_fetch(catalog: &Catalog, args: &FetchArgs) -> Result<ExitCode> {
    let sets: Vec<&Set> = if args.name == "all" {
        catalog.sets.iter().filter(|set| !set.bundled).collect()
    } else {
        vec![catalog.set(&args.name)?]
    };
    let fetcher = args.how.fetcher();
    let places = Places::of_this_computer(args.data_dir.clone());
    let mut code = ExitCode::SUCCESS;
    for set in sets {
        if set.bundled && args.data_dir.is_none() && places.find(set).is_some() {
            say!("{}: comes with the project; nothing to fetch", set.name);
            continue;
        }
        if let Err(error) = fetch_set(&fetcher, set, &places) {
            Progress::Lines.say(&format!("error: {error}"));
            code = ExitCode::from(1);
        }
    }
    Ok(code)
}

fn fetch_set(fetcher: &Fetcher, set: &Set, places: &Places) -> Result<(), LocateError> {
    let folder = places.download_folder(set)?;
    let fetched = fetcher.set(set, &folder)?;
    let count = fetched.iter().filter(|how| **how == Fetched::Downloaded).count();
    let (name, files) = (&set.name, fetched.len());
    say!("{name}: {count} of {files} files fetched, all {files} right, in {}", folder.display());
    Ok(())
}

fn run_verify(catalog: &Catalog, args: &VerifyArgs) -> Result<ExitCode> {
    let set = catalog.set(&args.name)?;
    let places = Places::of_this_computer(args.data_dir.clone());
    let folder = match places.find(set).or_else(|| places.find_part(set)) {
        Some((_, folder)) => folder,
        None => places.download_folder(set)?,
    };
    let set = &sidecar::noted(set, &folder);
    if !args.repair {
        return Ok(ExitCode::from(u8::from(check_all(set, &folder)? > 0)));
    }
    let fetcher = args.how.fetcher();
    match repair_all(set, &folder, &fetcher) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            Progress::Lines.say(&format!("error: {error}"));
            Ok(ExitCode::from(1))
        }
    }
}

/// Prints a line or more for each file and counts those that are not whole.
fn check_all(set: &Set, folder: &Path) -> Result<usize> {
    let mut wrong = 0;
    for file in &set.files {
        let checked = check_file(file, folder)?;
        show_condition(&checked);
        wrong += usize::from(!matches!(checked.condition, Condition::Whole));
    }
    if wrong > 0 {
        say!("mend with: cargo book data verify {} --repair", set.name);
    }
    Ok(wrong)
}

fn repair_all(set: &Set, folder: &Path, fetcher: &Fetcher) -> Result<()> {
    let lock = FolderLock::acquire(folder, fetcher.progress())?;
    for file in &set.files {
        let checked = check_file(file, folder)?;
        show_condition(&checked);
        match fetcher.repair(set, &checked, &lock)? {
            Repaired::Nothing => {}
            Repaired::Chunks(count) => {
                say!("  repaired: {count} chunks fetched, the whole hash is right")
            }
            Repaired::Whole => say!("  repaired: the whole file fetched"),
        }
    }
    Ok(())
}

fn show_condition(checked: &Checked<'_>) {
    let path = checked.path.display();
    match &checked.condition {
        Condition::Whole => say!("{path}: ok"),
        Condition::Missing => say!("{path}: missing"),
        Condition::Unknown { bytes } if checked.file.versions.is_empty() => {
            say!(
                "{path}: {bytes} bytes, of which neither the catalog nor an earlier fetch has a hash; \
                 fetching it writes one down"
            );
        }
        Condition::Unknown { bytes } => {
            let sizes =
                checked.file.versions.iter().map(|v| v.bytes.to_string()).collect::<Vec<_>>().join(" or ");
            say!(
                "{path}: damaged, and there is no tree to tell where; {bytes} bytes, the catalog has {sizes}"
            );
        }
        Condition::Damaged { tree, chunks, .. } => {
            say!("{path}: {} of {} chunks damaged", chunks.len(), tree.leaves().len());
            chunks.iter().for_each(|k| show_chunk(tree, *k));
        }
    }
}

fn show_chunk(tree: &MerkleTree, k: usize) {
    let range = tree.chunk_range(k);
    if range.is_empty() {
        say!("  chunk {k}: beyond the end, byte {}", tree.len());
    } else {
        say!("  chunk {k}: bytes {} to {}", range.start, range.end - 1);
    }
}
