//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{
    all_as_in_the_book, figures_are_drawn, metric, refused, results, success, weights, without_graphics,
};
use tempfile::TempDir;

fn program() -> Command {
    let mut program = support::program(env!("CARGO_BIN_EXE_ch15-rnn"));
    without_graphics(&mut program);
    program
}

fn project(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg(name).args(flags).arg("--out").arg(out);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch15-rnn").join(project)
}

/// A network and a text so small that a run takes a moment.
const SMALL: [&str; 10] = [
    "--num-iterations",
    "20",
    "--log-every",
    "10",
    "--embed-dim",
    "8",
    "--rnn-hidden-size",
    "16",
    "--batch-size",
    "8",
];

#[test]
fn the_book_s_numbers_of_15_1_and_of_sampling_come_out() {
    let out = TempDir::new().unwrap();
    success(&mut project("manual", out.path(), &[]));
    let manual = results(&folder(out.path(), "manual"));
    all_as_in_the_book(&manual, 1e-6);
    for step in 0..3 {
        for k in 0..2 {
            let (layer, hand) = (format!("t{step} layer {k}"), format!("t{step} output {k}"));
            assert!((metric(&manual, &layer) - metric(&manual, &hand)).abs() < 1e-6);
        }
    }
    let printed = success(&mut project("sampling", out.path(), &[]));
    assert!(
        printed.contains("ten draws 0000101211") && printed.contains("ten draws 0221212222"),
        "{printed}"
    );
    all_as_in_the_book(&results(&folder(out.path(), "sampling")), 1e-6);
}

#[test]
fn a_network_judges_invented_reviews_far_better_than_counting_words() {
    let out = TempDir::new().unwrap();
    let flags = ["--invented", "8000", "--num-epochs", "4"];
    let printed = success(&mut project("sentiment", out.path(), &flags));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    assert!(printed.contains("with the probability of positive after each word"), "{printed}");
    figures_are_drawn(&folder(out.path(), "sentiment"), &["curves", "lengths", "confusion", "along"]);
    let network = metric(&results(&folder(out.path(), "sentiment")), "test accuracy");
    assert!(network >= 0.85, "test accuracy {network}");
    let predict = |texts: &[&str]| {
        let mut command = program();
        command.arg("predict").arg("--model").arg(folder(out.path(), "sentiment")).args(texts);
        command
    };
    let praise = "We watched the film with friends. The plot is wonderful. All in all this film is lovely.";
    let blame = "We watched the film with friends. The plot is awful. All in all this film is dull.";
    let printed = success(&mut predict(&[praise, blame, "xyzzy films"]));
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("positive 0.") && lines[0].ends_with(praise), "{printed}");
    assert!(lines[1].contains("what counts for positive") && lines[1].contains("lovely +"), "{printed}");
    assert!(lines[2].starts_with("negative 0.") && lines[3].contains("dull -"), "{printed}");
    assert!(printed.contains("words it never saw: xyzzy"), "{printed}");
    assert!(refused(&mut predict(&[praise, " ... "])).contains("text 2 has no words"));
    success(project("sentiment", out.path(), &flags).args(["--model", "counts"]));
    let counts = metric(&results(&folder(out.path(), "sentiment")), "test accuracy");
    assert!(counts + 0.1 < network, "counting words {counts}, network {network}");
}

#[test]
fn every_kind_of_network_runs_and_one_of_one_s_own_table_too() {
    let out = TempDir::new().unwrap();
    for kind in ["bilstm", "rnn"] {
        success(&mut project(
            "sentiment",
            out.path(),
            &["--invented", "200", "--num-epochs", "1", "--model", kind],
        ));
    }
    let csv = out.path().join("mine.csv");
    let mut table = String::from("stars;comment\n");
    for i in 0..120 {
        let (stars, word) = if i % 2 == 0 { ("five", "splendid") } else { ("one", "horrid") };
        table += &format!("{stars};\"number {i} was {word}; really\"\n");
    }
    fs::write(&csv, table + "one;\n").unwrap();
    let own = ["--csv", csv.to_str().unwrap(), "--text", "comment", "--label", "stars", "--num-epochs", "12"];
    let printed = success(&mut project("sentiment", out.path(), &own));
    assert!(printed.contains("1 rows without a text"), "{printed}");
    assert!(metric(&results(&folder(out.path(), "sentiment")), "test accuracy") >= 0.9);
    let wrong = ["--csv", csv.to_str().unwrap(), "--text", "remark", "--label", "stars"];
    let message = refused(&mut project("sentiment", out.path(), &wrong));
    assert!(message.contains("remark") && message.contains("comment"), "{message}");
    let many = ["--csv", csv.to_str().unwrap(), "--text", "stars", "--label", "comment"];
    assert!(refused(&mut project("sentiment", out.path(), &many)).contains("different labels"));
}

/// A tarball of reviews by their names.
fn archive(reviews: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, text) in reviews {
        let mut header = tar::Header::new_gnu();
        // The tar crate refuses names with `..`; a wicked tarball has them all the same.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_cksum();
        archive.append(&header, text.as_bytes()).unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&archive.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn some_of_the_real_reviews_are_drawn_and_empty_ones_do_no_harm() {
    let out = TempDir::new().unwrap();
    let mut reviews = Vec::new();
    for id in 0..30 {
        for (folder, word) in
            [("train/pos", "splendid"), ("train/neg", "horrid"), ("test/pos", "splendid"), ("test/neg", "")]
        {
            let text = if id % 5 == 0 { "" } else { word };
            reviews.push((format!("aclImdb/{folder}/{id}_5.txt"), text));
        }
    }
    let reviews: Vec<(&str, &str)> = reviews.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    fs::create_dir_all(out.path().join("imdb")).unwrap();
    fs::write(out.path().join("imdb/aclImdb_v1.tar.gz"), archive(&reviews)).unwrap();
    let flags = ["--reviews", "40", "--num-epochs", "1", "--data-dir", out.path().to_str().unwrap()];
    let printed = success(&mut project("sentiment", out.path(), &flags));
    assert!(printed.contains("32 for training, 8 for validation, 40 for the test"), "{printed}");
    assert!(printed.contains("2 different ones in training"), "{printed}");
    let accuracy = metric(&results(&folder(out.path(), "sentiment")), "test accuracy");
    assert!((0.0..=1.0).contains(&accuracy), "{accuracy}");
}

#[test]
fn damaged_and_wicked_tarballs_of_reviews_are_refused() {
    let out = TempDir::new().unwrap();
    let data = out.path().join("imdb");
    fs::create_dir_all(&data).unwrap();
    let run = |bytes: &[u8]| {
        fs::write(data.join("aclImdb_v1.tar.gz"), bytes).unwrap();
        refused(project("sentiment", out.path(), &["--book"]).arg("--data-dir").arg(out.path()))
    };
    let whole = archive(&[("aclImdb/train/pos/0_9.txt", "good"), ("aclImdb/train/neg/0_1.txt", "bad")]);
    assert!(run(&whole[..whole.len() / 2]).contains("cut short"));
    assert!(run(&archive(&[("aclImdb/train/pos/../../../evil.txt", "evil")])).contains("points outside"));
    assert!(run(&whole).contains("no reviews in test/pos"));
    assert!(!out.path().join("evil.txt").exists());
}

#[test]
fn a_character_model_learns_and_writes() {
    let out = TempDir::new().unwrap();
    let flags = ["--num-iterations", "200", "--log-every", "100", "--rnn-hidden-size", "128"];
    let printed = success(&mut project("charlm", out.path(), &flags));
    assert!(printed.contains("stand-in") && printed.contains("scale 0.5:"), "{printed}");
    let folder = folder(out.path(), "charlm");
    let numbers = results(&folder);
    let (unseen, alone) = (metric(&numbers, "on unseen text"), metric(&numbers, "a character alone"));
    assert!(unseen + 0.6 < alone, "{unseen} nats on unseen text, {alone} for single characters");
    figures_are_drawn(&folder, &["losses"]);

    let generate = |flags: &[&str]| {
        let mut command = program();
        command.arg("generate").arg("--model").arg(&folder).args(flags);
        command
    };
    let text = success(&mut generate(&["--prompt", "pub fn ", "--length", "50"]));
    assert!(text.starts_with("pub fn ") && text.trim_end_matches('\n').chars().count() <= 57, "{text}");
    assert_eq!(
        text,
        success(&mut generate(&["--prompt", "pub fn ", "--length", "50"])),
        "a seed gives a text"
    );
    let message = refused(&mut generate(&["--prompt", "漢字"]));
    assert!(message.contains('漢'), "{message}");
    assert!(refused(&mut generate(&["--prompt", ""])).contains("empty"));
    let mut predict = program();
    predict.args(["predict", "a text", "--model"]).arg(&folder);
    assert!(refused(&mut predict).contains("reviews.json"));
}

#[test]
fn a_character_model_stopped_and_resumed_is_the_uninterrupted_one() {
    let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    success(&mut project("charlm", whole.path(), &SMALL));
    let mut half = SMALL;
    half[1] = "10";
    success(&mut project("charlm", parts.path(), &half));
    success(project("charlm", parts.path(), &SMALL).arg("--resume"));
    let [whole, parts] = [whole, parts].map(|out| weights(&folder(out.path(), "charlm")));
    assert!(whole == parts, "the same bytes");
}

#[test]
fn texts_that_cannot_be_learnt_are_refused() {
    let out = TempDir::new().unwrap();
    let shortest = out.path().join("short.txt");
    fs::write(&shortest, "a".repeat(20) + &"b".repeat(22)).unwrap();
    success(project("charlm", out.path(), &SMALL).arg("--text").arg(&shortest));
    for (bytes, said) in
        [(&b""[..], "the text is empty"), (b"caf\xe9 au lait", "not UTF-8"), (b"too short", "9 characters")]
    {
        let file = out.path().join("text.txt");
        fs::write(&file, bytes).unwrap();
        let message = refused(project("charlm", out.path(), &SMALL).arg("--text").arg(&file));
        assert!(message.contains(said), "{message}");
    }
    let message = refused(&mut project("charlm", out.path(), &["--book"]));
    assert!(message.contains("cargo book data fetch mysterious-island"), "{message}");
}
