//! The projects around encoders, run as a reader runs them.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{figures_are_drawn, json, metric, refused, results, success, weights, without_graphics};
use tempfile::TempDir;

fn program() -> Command {
    let mut program = support::program(env!("CARGO_BIN_EXE_ch16-transformers"));
    program.env_remove("HF_HOME").env_remove("HF_HUB_CACHE").env_remove("HUGGINGFACE_HUB_CACHE");
    without_graphics(&mut program);
    program
}

fn project(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg(name).args(flags).arg("--out").arg(out);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch16-transformers").join(project)
}

fn tiny(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures/hf");
    fixtures.join(name).display().to_string()
}

/// So few reviews that a run takes a moment.
const SMALL: [&str; 10] = [
    "--train-size",
    "96",
    "--valid-size",
    "16",
    "--test-size",
    "16",
    "--num-epochs",
    "2",
    "--batch-size",
    "16",
];

#[test]
fn a_network_learns_is_saved_and_asked() {
    let out = TempDir::new().unwrap();
    let flags = ["--train-size", "2000", "--num-epochs", "2", "--test-size", "400", "--valid-size", "200"];
    let printed = success(&mut project("finetune", out.path(), &flags));
    assert!(printed.contains("stand-in for imdb"), "{printed}");
    let found = folder(out.path(), "finetune");
    figures_are_drawn(&found, &["curves"]);
    let losses: Vec<f64> = printed
        .lines()
        .filter_map(|line| line.split_once("  loss ")?.1.split(' ').next()?.parse().ok())
        .collect();
    assert!(losses.len() == 2 && losses[1] < losses[0], "{losses:?}");
    assert!(metric(&results(&found), "test loss") < 0.7);
    let model = found.join("model").display().to_string();
    let asked = out.path().join("asked.json");
    let json_flag = asked.display().to_string();
    let flags = ["--model-dir", &model, "--text", "All in all this film is brilliant.", "--json", &json_flag];
    let printed = success(&mut project("ask", out.path(), &flags));
    assert!(printed.contains("positive") || printed.contains("negative"), "{printed}");
    let asked = json(&asked);
    assert_eq!(asked["logits"][0].as_array().map(Vec::len), Some(2));
    let config = json(&found.join("model/config.json"));
    assert_eq!(config["model_type"], "distilbert");
    let message = refused(&mut project("ask", out.path(), &["--model-dir", &model, "--text", " "]));
    assert!(message.contains("a text is empty"), "{message}");
}

#[test]
fn an_interrupted_fine_tuning_that_goes_on_is_the_uninterrupted_one() {
    let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    success(&mut project("finetune", whole.path(), &SMALL));
    let mut half = SMALL;
    half[7] = "1";
    success(&mut project("finetune", parts.path(), &half));
    success(project("finetune", parts.path(), &SMALL).arg("--resume"));
    let [whole, parts] = [whole, parts].map(|out| weights(&folder(out.path(), "finetune")));
    assert!(whole == parts, "the same bytes");
}

#[test]
fn a_batch_in_parts_gives_the_losses_of_the_whole() {
    let losses = |flags: &[&str]| -> Vec<f64> {
        let out = TempDir::new().unwrap();
        success(project("finetune", out.path(), &SMALL).args(flags));
        let results = results(&folder(out.path(), "finetune"));
        results["first_losses"].as_array().unwrap().iter().map(|loss| loss.as_f64().unwrap()).collect()
    };
    for (whole, parts) in losses(&[]).iter().zip(losses(&["--parts", "3"])) {
        assert!((whole - parts).abs() < 2e-3, "{whole}, {parts}");
    }
}

#[test]
fn the_trainer_looks_in_between_and_keeps_the_best() {
    let out = TempDir::new().unwrap();
    let flags = ["--trainer", "--eval-steps", "3"];
    let printed = success(project("finetune", out.path(), &SMALL).args(flags));
    assert!(printed.contains("step 3/12  valid loss") && printed.contains("best    after"), "{printed}");
    let found = folder(out.path(), "finetune");
    let best = json(&found.join("best.json"));
    let looks: Vec<f64> = printed
        .lines()
        .filter_map(|line| line.split_once("valid accuracy ")?.1.split(' ').next()?.parse().ok())
        .collect();
    let most = looks.iter().copied().fold(0.0, f64::max);
    assert!((best["accuracy"].as_f64().unwrap() - most).abs() < 1e-4, "{best} of {looks:?}");
}

#[test]
fn burns_learner_keeps_the_best_epoch_and_goes_on_from_its_newest() {
    let out = TempDir::new().unwrap();
    let mut flags = SMALL;
    flags[7] = "1";
    success(project("finetune", out.path(), &flags).arg("--learner"));
    flags[7] = "3";
    let printed = success(project("finetune", out.path(), &flags).args(["--learner", "--resume"]));
    assert!(printed.contains("resumed after epoch 1") && printed.contains("epoch 3/3"), "{printed}");
    let found = folder(out.path(), "finetune");
    let accuracies: Vec<f64> = json(&found.join("history.json"))["epochs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|epoch| epoch["metrics"][3][1].as_f64().unwrap())
        .collect();
    let most = accuracies.iter().copied().fold(0.0, f64::max);
    let best = 1 + accuracies.iter().position(|&accuracy| accuracy == most).unwrap();
    assert!(printed.contains(&format!("best    epoch {best}")), "{accuracies:?}: {printed}");
    let curves = fs::read_to_string(found.join("metrics.csv")).unwrap();
    let points = |curve: &str| curves.lines().filter(|line| line.contains(curve)).count();
    assert_eq!([points("valid_acc"), points("train_loss_epoch")], [3, 3], "{curves}");
    assert!(found.join("model/model.safetensors").exists());
}

#[test]
fn distilbert_at_its_full_size_learns_from_two_long_texts_in_little_memory() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("distilbert", out.path(), &["--steps", "1"]));
    assert!(printed.contains("DistilBERT, 66,955,010 parameters"), "{printed}");
    let results = results(&folder(out.path(), "distilbert"));
    assert_eq!(metric(&results, "parameters"), 66_955_010.0);
    let peak = results["peak_mb"].as_f64().unwrap();
    assert!(peak < 6_000.0, "{peak} MB");
    let losses = results["first_losses"].as_array().unwrap();
    assert!(losses.len() == 2 && losses[0] != losses[1], "{losses:?}");
}

#[test]
fn a_pretrained_folder_is_fine_tuned_with_lower_blocks_frozen() {
    let out = TempDir::new().unwrap();
    // A vocabulary that fits the folder's model of 1,000 tokens.
    let model = out.path().join("tiny");
    fs::create_dir_all(&model).unwrap();
    for name in ["config.json", "model.safetensors"] {
        fs::copy(Path::new(&tiny("distilbert-tiny")).join(name), model.join(name)).unwrap();
    }
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned).into_iter();
    let words: Vec<String> = special.chain((5..1000).map(|k| format!("word{k}"))).collect();
    fs::write(model.join("vocab.txt"), words.join("\n")).unwrap();
    let dir = model.display().to_string();
    let flags = ["--model-dir", &dir, "--frozen-layers", "1", "--lr", "0.01"];
    success(project("finetune", out.path(), &SMALL).args(flags));
    let read = |path: PathBuf| mlbook::nn::weights::read_arrays(&fs::read(&path).unwrap(), "file").unwrap();
    let before = read(model.join("model.safetensors"));
    let after = read(folder(out.path(), "finetune").join("model/model.safetensors"));
    let same = |name: &str| before[name] == after[name];
    assert!(same("distilbert.transformer.layer.0.ffn.lin1.weight"));
    assert!(same("distilbert.embeddings.word_embeddings.weight"));
    assert!(!same("distilbert.transformer.layer.1.ffn.lin1.weight") && !same("classifier.weight"));
}

#[test]
fn texts_of_a_table_are_told_apart_by_a_frozen_encoder() {
    let out = TempDir::new().unwrap();
    let table = out.path().join("texts.csv");
    let rows: Vec<String> = (0..60)
        .map(|k| {
            let (text, class) = [("boring bad film", "no"), ("wonderful good story", "yes")][k % 2];
            format!("{text} {},{class}", ["cat", "dog", "sofa"][k / 2 % 3])
        })
        .collect();
    fs::write(&table, format!("text,class\n{}\n", rows.join("\n"))).unwrap();
    let (table, model) = (table.display().to_string(), tiny("minilm-tiny"));
    let flags = ["--csv", &table, "--text", "text", "--label", "class", "--model-dir", &model];
    let printed = success(project("classify", out.path(), &flags).args([
        "--query",
        "a very good story",
        "--per-class",
        "20",
    ]));
    assert!(printed.contains("closest to: a very good story"), "{printed}");
    let found = folder(out.path(), "classify");
    figures_are_drawn(&found, &["confusion", "examples"]);
    assert_eq!(metric(&results(&found), "test accuracy"), 1.0);
    assert_eq!(metric(&results(&found), "test texts"), 60.0);
    let one = out.path().join("one.csv");
    fs::write(&one, "text,class\na,no\nb,no\n").unwrap();
    let one = one.display().to_string();
    let flags = ["--csv", &one, "--text", "text", "--label", "class", "--model-dir", &model];
    let message = refused(&mut project("classify", out.path(), &flags));
    assert!(message.contains("1 different classes"), "{message}");
}

#[test]
fn sentences_are_compared_and_models_that_are_not_there_are_told() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("sentences", out.path(), &["--model-dir", &tiny("minilm-tiny")]));
    assert!(printed.contains("the closest pairs:"), "{printed}");
    let message = refused(&mut project("sentences", out.path(), &[]));
    assert!(message.contains("cargo book data fetch all-minilm-l6-v2"), "{message}");
    let flags = ["--start", "distilbert"];
    let message = refused(&mut project("finetune", out.path(), &flags));
    assert!(message.contains("cargo book data fetch distilbert-base-uncased"), "{message}");
    let flags = ["--model-dir", &tiny("distilbert-tiny")];
    let message = refused(&mut project("finetune", out.path(), &flags));
    assert!(message.contains("no tokenizer"), "{message}");
}
