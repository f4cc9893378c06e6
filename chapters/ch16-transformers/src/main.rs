//! Chapter 16 as a program: one subcommand for each project.
#![recursion_limit = "256"]

use std::process::ExitCode;

use ch16_transformers::{
    ask, attention, bench, classify, denoise, features, finetune, full_size, generate, gpt, imdb, masked,
    own_texts, parity, sentences, tokens,
};
use clap::{Parser, Subcommand};
use mlbook::cli::{self, Chapter, Run, RunFlags};
use mlbook::data::text::corpus::OwnText;

/// Chapter 16: transformers, attention and pretrained language models.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    project: Option<Project>,
}

#[derive(Subcommand)]
enum Project {
    /// A sentence through self-attention, number by number (16.1.1 to 16.1.8)
    Attention {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Train a small GPT to write, character by character (beyond the book)
    Gpt {
        #[command(flatten)]
        settings: gpt::GptFlags,
        #[command(flatten)]
        text: OwnText,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Write with GPT-2, or with a network that gpt has trained (16.2.1)
    Generate(generate::GenerateFlags),
    /// A sentence's tokens, and what GPT-2 makes of them (16.2.2, 16.2.3)
    Features {
        #[command(flatten)]
        flags: features::FeatureFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Learn to fill in hidden characters, BERT's way (beyond the book)
    Masked {
        #[command(flatten)]
        settings: masked::MaskedFlags,
        #[command(flatten)]
        text: OwnText,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Learn to make damaged texts whole, BART's way (beyond the book)
    Denoise {
        #[command(flatten)]
        settings: denoise::DenoiseFlags,
        #[command(flatten)]
        text: OwnText,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Fine-tune an encoder on film reviews (16.3.1 to 16.3.5)
    Finetune {
        #[command(flatten)]
        start: finetune::StartFlags,
        #[command(flatten)]
        settings: finetune::FinetuneFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// DistilBERT at its full size with drawn weights: parameters, time and memory of a step (16.3.3)
    Distilbert {
        #[command(flatten)]
        settings: full_size::FullSizeFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// The 50,000 reviews counted and written as tables (16.B1)
    Imdb {
        #[command(flatten)]
        run: RunFlags,
    },
    /// Tell texts of yours apart, and find the closest ones (beyond the book)
    Classify {
        #[command(flatten)]
        own: own_texts::OwnTexts,
        #[command(flatten)]
        encoder: classify::EncoderFlags,
        #[command(flatten)]
        settings: classify::ClassifyFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// How close sentences are in meaning (beyond the book)
    Sentences {
        #[command(flatten)]
        flags: sentences::SentenceFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// What a fine-tuned network says of texts of yours (beyond the book)
    Ask {
        #[command(flatten)]
        flags: ask::AskFlags,
        #[command(flatten)]
        run: RunFlags,
    },
    /// Texts as a tokenizer's numbers, to compare them with other programs'
    #[command(hide = true)]
    Tokens(tokens::TokenFlags),
    /// Compare this chapter's models with PyTorch's numbers
    Parity(cli::ParityFlags),
    /// Time the networks (for `cargo book bench`)
    #[command(hide = true)]
    Bench(cli::BenchFlags),
}

fn main() -> ExitCode {
    match cli::parse::<Program>(std::env::args_os()) {
        Ok(program) => cli::finish(run(program)),
        Err(code) => code,
    }
}

fn run(program: Program) -> anyhow::Result<ExitCode> {
    let begin = |project: &str, flags: &RunFlags| Run::start("ch16-transformers", project, flags);
    match program.project {
        None => Chapter::from_manifest(include_str!("../Cargo.toml"))?.print(),
        Some(Project::Attention { run }) => attention::run(&begin("attention", &run)?)?,
        Some(Project::Gpt { settings, text, run }) => {
            gpt::run(&begin("gpt", &run)?, &text, &settings.settings(run.book))?;
        }
        Some(Project::Generate(flags)) => generate::run(&flags)?,
        Some(Project::Features { flags, run }) => features::run(&begin("features", &run)?, &flags)?,
        Some(Project::Masked { settings, text, run }) => {
            masked::run(&begin("masked", &run)?, &text, &settings.settings(run.book))?;
        }
        Some(Project::Denoise { settings, text, run }) => {
            denoise::run(&begin("denoise", &run)?, &text, &settings.settings(run.book))?;
        }
        Some(Project::Finetune { start, settings, run }) => {
            let settings = start.settings(&settings, run.book);
            finetune::run(&begin("finetune", &run)?, &start, &settings)?;
        }
        Some(Project::Distilbert { settings, run }) => {
            full_size::run(&begin("distilbert", &run)?, &settings.settings(run.book))?;
        }
        Some(Project::Imdb { run }) => imdb::run(&begin("imdb", &run)?)?,
        Some(Project::Classify { own, encoder, settings, run }) => {
            classify::run(&begin("classify", &run)?, &own, &encoder, &settings.settings(run.book))?;
        }
        Some(Project::Sentences { flags, run }) => sentences::run(&begin("sentences", &run)?, &flags)?,
        Some(Project::Ask { flags, run }) => ask::run(&begin("ask", &run)?, &flags)?,
        Some(Project::Tokens(flags)) => tokens::run(&flags)?,
        Some(Project::Parity(flags)) => return flags.run(parity::rows),
        Some(Project::Bench(flags)) => return flags.run(bench::measures),
    }
    Ok(ExitCode::SUCCESS)
}
