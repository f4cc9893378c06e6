//! Chapter 16 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter};

/// Chapter 16: transformers, attention and pretrained language models.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {}

fn main() -> ExitCode {
    match cli::parse::<Program>(std::env::args_os()) {
        Ok(program) => cli::finish(run(program)),
        Err(code) => code,
    }
}

fn run(program: Program) -> anyhow::Result<ExitCode> {
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(project) => match project {},
    }
    Ok(ExitCode::SUCCESS)
}
