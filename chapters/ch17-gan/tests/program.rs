//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{
    figures_are_drawn, first_losses, json, metric, no_half_files, refused, results, success, weights,
    without_graphics,
};
use tempfile::TempDir;

/// Networks and data so small that an epoch takes a moment: 4 batches of 32.
const SMALL: [&str; 6] = ["--digits", "140", "--batch-size", "32", "--score-digits", "100"];
const FEW_FILTERS: [&str; 4] = ["--n-filters", "4", "--z-size", "8"];

fn project(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = support::program(env!("CARGO_BIN_EXE_ch17-gan"));
    without_graphics(&mut command);
    command.arg(name).arg("--out").arg(out).args(flags);
    command
}

fn small(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = project(name, out, &SMALL);
    if name != "gan" {
        command.args(FEW_FILTERS);
    }
    command.args(flags);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch17-gan").join(project)
}

#[test]
fn a_dense_generator_learns_to_draw_different_things() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("gan", out.path(), &["--num-epochs", "12", "--score-digits", "500"]));
    assert!(printed.contains("stand-in") && printed.contains("model   159785 parameters"), "{printed}");
    let folder = folder(out.path(), "gan");
    figures_are_drawn(&folder, &["losses", "samples", "page", "walk"]);
    let results = results(&folder);
    assert!(metric(&results, "variety, last") > 0.1, "{results}");
    assert!((0.5..1.2).contains(&metric(&results, "score")), "{results}");
    // One frame for each epoch, and the last four times more.
    let gif = fs::read(folder.join("samples.gif")).unwrap();
    assert_eq!(&gif[..6], b"GIF89a");
    assert_eq!(fs::read_dir(folder.join("samples")).unwrap().count(), 12);
}

#[test]
fn the_first_losses_are_those_of_pytorch_with_the_same_seed() {
    // torch.manual_seed(1), the networks of 17.1.1, the fixed noise [64, 20], then rounds as in 17.1.6 on the first 6,400 bundled digits: the
    // discriminator's losses of PyTorch 2.15.
    let out = TempDir::new().unwrap();
    success(&mut project(
        "gan",
        out.path(),
        &["--digits", "6400", "--num-epochs", "1", "--score-digits", "100"],
    ));
    let expected = [1.450_166_7, 0.991_081_4, 0.837_393_3, 0.776_489_0, 0.770_227_3];
    for (here, there) in first_losses(&folder(out.path(), "gan")).into_iter().zip(expected) {
        assert!((here - there).abs() <= 1e-4, "{here}, in PyTorch {there}");
    }
}

#[test]
fn all_three_games_write_what_they_name_and_resume_to_the_same_bytes() {
    for name in ["gan", "dcgan", "wgan-gp"] {
        let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        success(&mut small(name, whole.path(), &["--num-epochs", "3"]));
        success(&mut small(name, parts.path(), &["--num-epochs", "1"]));
        success(small(name, parts.path(), &["--num-epochs", "3"]).arg("--resume"));
        let [whole, parts] = [&whole, &parts].map(|out| folder(out.path(), name));
        no_half_files(&parts);
        assert!(weights(&whole) == weights(&parts), "{name}: the same bytes");
        for file in ["samples.gif", "losses.svg", "samples/epoch-001.png", "samples/epoch-003.png"] {
            assert!(
                fs::read(whole.join(file)).unwrap() == fs::read(parts.join(file)).unwrap(),
                "{name}: {file}"
            );
        }
        assert_eq!(json(&whole.join("settings.json"))["game"].as_str(), Some(name));
    }
}

#[test]
fn a_resumed_game_keeps_its_settings() {
    let out = TempDir::new().unwrap();
    success(&mut small("dcgan", out.path(), &["--num-epochs", "1"]));
    let message = refused(small("dcgan", out.path(), &["--noise", "normal"]).arg("--resume"));
    assert!(message.contains("noise"), "{message}");
    fs::remove_file(folder(out.path(), "dcgan").join("samples/epoch-001.png")).unwrap();
    let message = refused(small("dcgan", out.path(), &["--num-epochs", "2"]).arg("--resume"));
    assert!(message.contains("samples of epoch 1 are missing"), "{message}");
}

#[test]
fn a_game_that_diverges_is_kept_as_it_was_when_all_was_well() {
    let out = TempDir::new().unwrap();
    // A good epoch first; then the same run goes on from there with steps that no loss survives.
    let calm = ["--num-epochs", "1", "--lr-generator", "0.0002", "--lr-discriminator", "0.0002"];
    success(&mut small("wgan-gp", out.path(), &calm));
    let folder = folder(out.path(), "wgan-gp");
    let good = weights(&folder);
    let settings = folder.join("settings.json");
    let altered = fs::read_to_string(&settings).unwrap().replace("0.0002", "1e30");
    fs::write(&settings, altered).unwrap();
    let mut checkpoint = fs::read(folder.join("checkpoint.safetensors")).unwrap();
    replace(&mut checkpoint, b"0.0002", b"1e0030");
    fs::write(folder.join("checkpoint.safetensors"), checkpoint).unwrap();
    let wild = ["--num-epochs", "3", "--lr-generator", "1e30", "--lr-discriminator", "1e30", "--resume"];
    let message = refused(&mut small("wgan-gp", out.path(), &wild));
    assert!(message.contains("no finite number") && message.contains("--lr-generator"), "{message}");
    assert!(weights(&folder) == good, "the weights of the last good epoch");
    figures_are_drawn(&folder, &["losses", "samples", "walk"]);
}

/// Exchanges a text within a file for another of the same length.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    assert_eq!(old.len(), new.len());
    let mut place = 0;
    while let Some(found) = bytes[place..].windows(old.len()).position(|window| window == old) {
        place += found;
        bytes[place..place + new.len()].copy_from_slice(new);
    }
}

#[test]
fn a_generator_that_draws_one_picture_is_said_to_have_collapsed() {
    let out = TempDir::new().unwrap();
    // A discriminator that learns far too fast tells the generator nothing.
    let flags = ["--num-epochs", "40", "--lr-discriminator", "0.5", "--lr-generator", "1e-9"];
    let message = refused(&mut small("gan", out.path(), &flags));
    assert!(message.contains("collapsed") || message.contains("no epoch was good"), "{message}");
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let out = TempDir::new().unwrap();
    let message = refused(&mut project("gan", out.path(), &["--digits", "10"]));
    assert!(message.contains("less than a batch of 64"), "{message}");
    let message = refused(&mut project("dcgan", out.path(), &["--lr-generator", "0"]));
    assert!(message.contains("above 0"), "{message}");
    let message = refused(&mut project("judge", out.path(), &["--game", "nowhere"]));
    assert!(message.contains("nowhere"), "{message}");
}

#[test]
fn a_classifier_judges_what_a_game_has_learnt() {
    let out = TempDir::new().unwrap();
    success(&mut small("wgan-gp", out.path(), &["--num-epochs", "1"]));
    let game = folder(out.path(), "wgan-gp");
    let mut judge = project("judge", out.path(), &["--samples", "60", "--game"]);
    success(judge.arg(&game));
    let judged = results(&folder(out.path(), "judge"));
    assert!(metric(&judged, "reader accuracy") > 0.9, "{judged}");
    assert!(metric(&judged, "recognised, real") > 0.7, "{judged}");
    assert!(metric(&judged, "recognised") < 0.9, "noise is no digit: {judged}");
    figures_are_drawn(&folder(out.path(), "judge"), &["judged", "classes"]);
    fs::write(game.join("settings.json"), "{}").unwrap();
    let message = refused(project("judge", out.path(), &["--game"]).arg(&game));
    assert!(message.contains("settings of a run"), "{message}");
}

#[test]
fn a_table_of_one_s_own_is_augmented_and_searched() {
    let out = TempDir::new().unwrap();
    let csv = out.path().join("mine.csv");
    let mut rng = mlbook::rng::TorchRng::new(1);
    let mut table = String::from("length;weight;note;kind\n");
    for i in 0..120 {
        let (kind, at) = if i % 4 == 0 { ("rare", 2.0) } else { ("common", 0.0) };
        let values = rng.randn(2);
        table += &format!("{};{};n{i};{kind}\n", values[0] + at, values[1] - at);
    }
    fs::write(&csv, table).unwrap();
    let csv = csv.to_str().unwrap();

    let own =
        ["--csv", csv, "--label", "kind", "--rare", "rare", "--keep", "8", "--seeds", "2", "--rounds", "40"];
    let printed = success(&mut project("augment", out.path(), &own));
    assert!(printed.contains("column \"note\" is left out"), "{printed}");
    let augmented = results(&folder(out.path(), "augment"));
    for way in ["nothing added", "over-sampling", "made by a WGAN"] {
        assert!(metric(&augmented, way) > 0.6, "{way}: {augmented}");
    }
    figures_are_drawn(&folder(out.path(), "augment"), &["precision"]);

    let own = ["--csv", csv, "--label", "kind", "--normal", "common", "--rounds", "20", "--batches", "300"];
    success(&mut project("anomaly", out.path(), &own));
    let found = results(&folder(out.path(), "anomaly"));
    assert!(metric(&found, "ROC area, reconstruction") > 0.6, "{found}");
    figures_are_drawn(&folder(out.path(), "anomaly"), &["roc"]);
    let printed =
        success(&mut project("anomaly", out.path(), &["--csv", csv, "--rounds", "5", "--batches", "50"]));
    assert!(printed.contains("line "), "{printed}");

    for (flags, said) in [
        (&["--csv", csv, "--rare", "rare"][..], "--label is needed"),
        (&["--csv", csv, "--label", "kind", "--rare", "odd"], "no row has the class \"odd\""),
        (&["--csv", csv, "--label", "sort", "--rare", "rare"], "no column \"sort\""),
        (&["--csv", csv, "--label", "kind", "--rare", "rare", "--keep", "500"], "30 rows of the rare class"),
    ] {
        let message = refused(&mut project("augment", out.path(), flags));
        assert!(message.contains(said), "{message}");
    }
    let message = refused(&mut project("anomaly", out.path(), &["--normal", "ten"]));
    assert!(message.contains("a digit from 0 to 9"), "{message}");
}
