//! `book notebook`: JupyterLab on the notebooks, or the notebooks run without a browser.

pub mod bench;
pub mod build;
mod check;
mod environment;
mod lab;
pub mod spec;
mod stock;

pub use environment::Environment;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mlbook::cli::rule;

use crate::{chapters, kernel};

/// The notebook that opens by default.
const FIRST: &str = "00-start";

/// Flags of `book notebook`.
#[derive(Args)]
pub struct NotebookArgs {
    /// Notebooks, as ch14 or 00-start [default: 00-start to open, all to check]
    notebooks: Vec<String>,
    /// Run them without a browser; any panic, error or missing end marker fails
    #[arg(long)]
    check: bool,
    /// Run them and store what the cells show
    #[arg(long, conflicts_with = "stock")]
    save: bool,
    /// On the stock kernel, evcxr_jupyter
    #[arg(long)]
    stock: bool,
    /// Install evcxr_jupyter beside JupyterLab first, which takes about 15 minutes
    #[arg(long, requires = "stock")]
    install_stock: bool,
    /// Notebooks that run at the same time
    #[arg(long, default_value_t = 1, value_parser = rule::at_least_one)]
    jobs: usize,
    /// Seconds that a cell may take
    #[arg(long, default_value_t = 600, value_parser = rule::at_least_one)]
    cell_timeout: usize,
    /// Print the address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Where JupyterLab listens [default: 8888, or the next that is free]
    #[arg(long)]
    port: Option<u16>,
}

/// Opens, checks or saves notebooks.
pub fn run(args: NotebookArgs) -> anyhow::Result<ExitCode> {
    let workspace = chapters::workspace()?;
    let headless = args.check || args.save;
    let files = files(&workspace, &args.notebooks, headless)?;
    let environment = Environment::of(&workspace)?;
    environment.ensure()?;
    let kernel = if args.stock {
        stock::ensure(&environment, &workspace, args.install_stock)?;
        spec::STOCK
    } else {
        kernel::install(&workspace, &[environment.data_folder()])?;
        spec::OURS
    };
    if headless {
        return check::run(&environment, &workspace, &files, kernel, &args);
    }
    if args.stock {
        stock::warm_up(&environment, &workspace)?;
    }
    lab::open(&environment, &workspace, &files[0], &args)
}

/// The notebooks that were asked for, in the order of the book.
fn files(workspace: &Path, names: &[String], headless: bool) -> anyhow::Result<Vec<PathBuf>> {
    let folder = workspace.join("notebooks");
    let mut all: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "ipynb"))
        .collect();
    all.sort();
    if names.is_empty() && headless {
        return Ok(all);
    }
    if names.len() > 1 && !headless {
        bail!("JupyterLab opens one notebook; the others are in its list of files");
    }
    let first = [FIRST.to_owned()];
    let names = if names.is_empty() { &first } else { names };
    let find = |name: &String| {
        let wanted = name.trim_end_matches(".ipynb").to_lowercase();
        let found = all.iter().find(|path| {
            let stem = stem(path);
            stem == wanted || stem == format!("ch{wanted}") || stem.ends_with(&format!("-{wanted}"))
        });
        found.cloned().with_context(|| {
            let there: Vec<String> = all.iter().map(|path| stem(path)).collect();
            format!("no notebook {name}; there are: {}", there.join(", "))
        })
    };
    names.iter().map(find).collect()
}

/// A notebook's name: its file's, without the ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
