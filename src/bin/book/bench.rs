//! `book bench`: how long a training step takes here, and beside PyTorch in the same run; or the notebook kernel's times.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use mlbook::bench::Measures;
use mlbook::say;

use crate::{chapters, notebook};

/// Flags of `book bench`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// A Python that has torch; without it only our own times are shown
    #[arg(long, value_name = "PATH")]
    pytorch: Option<PathBuf>,
    /// This chapter alone: ch16
    #[arg(long, value_name = "CHAPTER")]
    chapter: Option<String>,
    /// Steps that count, in each round
    #[arg(long, default_value_t = 40, value_parser = mlbook::cli::rule::at_least_one)]
    steps: usize,
    /// Rounds of us, then PyTorch; the best of each counts, as other programs only ever slow a round down
    #[arg(long, default_value_t = 3, value_parser = mlbook::cli::rule::at_least_one)]
    rounds: usize,
}

#[derive(Subcommand)]
enum What {
    /// The notebook kernel: its start, its cells, its memory
    Kernel(notebook::bench::KernelBenchArgs),
}

/// Prints a line for each measure: ours, PyTorch's, the ratio.
pub fn run(args: BenchArgs) -> anyhow::Result<ExitCode> {
    if let Some(What::Kernel(args)) = args.what {
        return notebook::bench::run(args);
    }
    let folder = chapters::workspace()?;
    let (mut ours, mut theirs) = (Measures::new(), Measures::new());
    let chosen = match &args.chapter {
        Some(name) => vec![chapters::find(name)?],
        None => chapters::all()?,
    };
    for chapter in chosen {
        build(&chapter.name, &folder)?;
        for _ in 0..args.rounds {
            keep_best(&mut ours, measure(&mut chapter_bench(&chapter.name, &folder, args.steps))?);
            let Some(python) = &args.pytorch else { continue };
            for program in pytorch_programs(&chapter.name, &folder)? {
                let mut command = Command::new(python);
                command.arg(&program).args(["--steps", &args.steps.to_string()]);
                keep_best(&mut theirs, measure(&mut command)?);
            }
        }
    }
    say!("{:<44} {:>10} {:>12} {:>8}", "median step", "here", "PyTorch", "ratio");
    for (name, here) in &ours {
        match theirs.get(name) {
            Some(torch) => say!("{name:<44} {here:>7.3} ms {torch:>9.3} ms {:>8.2}", here / torch),
            None => say!("{name:<44} {here:>7.3} ms {:>12} {:>8}", "-", "-"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The chapter's programs in PyTorch: `reference/bench_ch13_*.py` for ch13-mechanics.
fn pytorch_programs(chapter: &str, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let number = chapter.split('-').next().unwrap_or(chapter);
    let prefix = format!("bench_{number}_");
    let reference = folder.join("reference");
    let listing =
        std::fs::read_dir(&reference).with_context(|| format!("cannot list {}", reference.display()))?;
    let mut programs: Vec<PathBuf> = listing
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "py"))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .collect();
    programs.sort();
    Ok(programs)
}

/// Builds first, so that no round measures beside a compiler.
fn build(chapter: &str, folder: &Path) -> anyhow::Result<()> {
    let status =
        chapters::cargo().args(["build", "--quiet", "--package", chapter]).current_dir(folder).status()?;
    if !status.success() {
        bail!("{chapter} does not build");
    }
    Ok(())
}

fn chapter_bench(chapter: &str, folder: &Path, steps: usize) -> Command {
    let mut command = chapters::cargo();
    command.args(["run", "--quiet", "--package", chapter, "--", "bench", "--steps", &steps.to_string()]);
    command.current_dir(folder);
    command
}

/// Runs a program whose last line is a JSON object of names and milliseconds.
fn measure(command: &mut Command) -> anyhow::Result<Measures> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {program}; check the path"))?;
    if !output.status.success() {
        bail!("{program} failed; its message is above");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("{program} printed no measures, but: {line}"))
}

fn keep_best(best: &mut Measures, round: Measures) {
    for (name, time) in round {
        let kept = best.get(&name).map_or(time, |&before| before.min(time));
        best.insert(name, kept);
    }
}
