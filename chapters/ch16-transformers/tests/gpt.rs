//! Attention and GPT-2 against the book's and PyTorch's numbers; networks that write, as a reader runs them; folders that do not fit.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ch16_transformers::features::{IDS, PARAMETERS, SENTENCE};
use ch16_transformers::gpt2::Gpt2;
use ch16_transformers::gpt2_config::{self, Gpt2Config};
use ch16_transformers::parity;
use ch16_transformers::sampling::Sampling;
use ch16_transformers::script::LanguageModel;
use ch16_transformers::writer::{Writer, WriterError};
use mlbook::device::{self, DeviceChoice};
use mlbook::hub::{HubError, Wording};
use mlbook::prelude::*;
use support::{figures_are_drawn, metric, refused, results, success, weights, without_graphics};
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures")
}

fn program() -> Command {
    let mut program = support::program(env!("CARGO_BIN_EXE_ch16-transformers"));
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

/// A network and a text so small that a run takes a moment.
const SMALL: [&str; 8] = ["--num-iterations", "20", "--log-every", "10", "--width", "16", "--context", "24"];

fn all_pass(choice: DeviceChoice) {
    let rows = parity::rows(&fixtures(), &device::open(choice).unwrap()).unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        assert!(row.passes(), "{row}");
        assert!(row.model != "ch16_gpt2_tiny" || row.gradients.is_some(), "{row}");
    }
}

#[test]
fn every_model_is_pytorch_s_on_the_cpu() {
    all_pass(DeviceChoice::Cpu);
}

#[test]
fn every_model_is_pytorch_s_on_ndarray() {
    all_pass(DeviceChoice::Ndarray);
}

/// On the software adapter each new kernel takes its time, so only GPT-2's row.
#[test]
fn gpt_2_is_pytorch_s_on_webgpu() {
    let some = TempDir::new().unwrap();
    let name = "ch16_gpt2_tiny.safetensors";
    fs::copy(fixtures().join(name), some.path().join(name)).unwrap();
    for model in ["gpt2-tiny", "gpt2-tiny-bare"] {
        let to = some.path().join("hf").join(model);
        fs::create_dir_all(&to).unwrap();
        for file in ["config.json", "model.safetensors"] {
            fs::copy(fixtures().join("hf").join(model).join(file), to.join(file)).unwrap();
        }
    }
    let mut program = support::program(env!("CARGO_BIN_EXE_ch16-transformers"));
    let printed = success(program.args(["parity", "--device", "webgpu", "--dir"]).arg(some.path()));
    assert_eq!(printed.matches("pass\n").count(), 1, "{printed}");
}

#[test]
fn a_wrong_number_fails() {
    let mut program = support::program(env!("CARGO_BIN_EXE_ch16-transformers"));
    support::parity_fails_on_a_wrong_number(&mut program, "ch16_multi_head.safetensors");
}

#[test]
fn the_book_s_numbers_of_16_1_come_out_digit_for_digit() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("attention", out.path(), &[]));
    assert!(printed.contains("[0, 7, 1, 2, 5, 6, 4, 3]"), "{printed}");
    let folder = folder(out.path(), "attention");
    let numbers = results(&folder);
    let book = numbers["book"].as_object().expect("the book's numbers");
    assert_eq!(book.len(), 4 * 16 + 2 * 8 + 1);
    for (name, number) in book {
        let (here, there) = (metric(&numbers, name), number.as_f64().expect("a number"));
        // The book prints four decimals or five digits: half a unit of the last.
        assert!(
            (here - there).abs() <= 0.51e-4_f64.min(there.abs() * 1e-3),
            "{name}: {here}, in the book {there}"
        );
    }
    figures_are_drawn(&folder, &["plain", "scaled", "heads"]);
}

#[test]
fn a_small_gpt_learns_writes_and_is_read_again() {
    let out = TempDir::new().unwrap();
    let flags = ["--num-iterations", "200", "--log-every", "100", "--width", "64"];
    let printed = success(&mut project("gpt", out.path(), &flags));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    let folder = folder(out.path(), "gpt");
    let numbers = results(&folder);
    let (unseen, alone) = (metric(&numbers, "on unseen text"), metric(&numbers, "a character alone"));
    assert!(unseen + 0.6 < alone, "{unseen} nats on unseen text, {alone} for single characters");
    figures_are_drawn(&folder, &["losses", "heads"]);

    let generate = |flags: &[&str]| {
        let mut command = program();
        command.arg("generate").arg("--model-dir").arg(folder.join("model")).args(flags);
        command
    };
    let flags = ["--prompt", "pub fn ", "--length", "150", "--top-k", "5", "--top-p", "0.9"];
    let text = success(&mut generate(&flags));
    let (_, written) = text.split_once("pub fn ").expect("the prompt");
    assert!(written.chars().count() >= 150, "longer than the network looks back: {text}");
    assert_eq!(text, success(&mut generate(&flags)), "a seed gives a text");
    let several = success(&mut generate(&["--prompt", "pub fn ", "--length", "30", "--samples", "2"]));
    assert!(several.contains("sample 1:\npub fn ") && several.contains("sample 2:\npub fn "), "{several}");
    let greedy = ["--prompt", "pub fn ", "--length", "30", "--greedy"];
    let [one, other] = ["1", "2"].map(|seed| success(generate(&greedy).args(["--seed", seed])));
    assert_eq!(one, other, "nothing is drawn");
    assert!(refused(&mut generate(&["--prompt", "漢字"])).contains('漢'));
    assert!(refused(&mut generate(&["--prompt", ""])).contains("empty"));
    let long = "a".repeat(65);
    assert!(refused(&mut generate(&["--prompt", &long])).contains("65 tokens"));
    assert!(refused(&mut generate(&["--temperature", "0"])).contains("temperature"));
}

#[test]
fn a_small_gpt_stopped_and_resumed_is_the_uninterrupted_one() {
    let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    success(&mut project("gpt", whole.path(), &SMALL));
    let mut half = SMALL;
    half[1] = "10";
    success(&mut project("gpt", parts.path(), &half));
    success(project("gpt", parts.path(), &SMALL).arg("--resume"));
    let [whole, parts] = [whole, parts].map(|out| weights(&folder(out.path(), "gpt")));
    assert!(whole == parts, "the same bytes");
}

#[test]
fn settings_and_texts_that_cannot_be_learnt_are_refused() {
    let out = TempDir::new().unwrap();
    let mut odd = SMALL;
    odd[5] = "15";
    assert!(refused(&mut project("gpt", out.path(), &odd)).contains("multiple"));
    let file = out.path().join("text.txt");
    fs::write(&file, "too short").unwrap();
    let message = refused(project("gpt", out.path(), &SMALL).arg("--text").arg(&file));
    assert!(message.contains("9 characters"), "{message}");
}

fn tiny(device: &Device) -> (Gpt2, Gpt2Config) {
    gpt2_config::load(&fixtures().join("hf/gpt2-tiny"), device).unwrap()
}

#[test]
fn the_cache_changes_no_score() {
    let device = Device::flex();
    let (model, _) = tiny(&device);
    let tokens = [5, 900, 17, 3, 44, 12, 7, 300];
    let greedy = Sampling { greedy: true, ..Sampling::default() };
    let mut writer = Writer::begin(&model, &tokens).unwrap();
    for _ in 0..10 {
        let before = writer.text().to_vec();
        let whole = Tensor::from_data(TensorData::new(before.clone(), [1, before.len()]), &device);
        let logits = model.forward(whole).narrow(1, before.len() - 1, 1);
        let expected = logits.argmax(2).into_scalar::<i32>();
        assert_eq!(writer.next(&greedy, &mut TorchRng::new(1)).unwrap(), expected);
    }
    // Beyond its 64 places it goes on.
    for _ in 0..80 {
        writer.next(&greedy, &mut TorchRng::new(1)).unwrap();
    }
    assert_eq!(writer.text().len(), 98);
}

#[test]
fn texts_that_a_network_cannot_go_on_with_are_refused() {
    let (model, _) = tiny(&Device::flex());
    assert!(matches!(Writer::begin(&model, &[]), Err(WriterError::Empty)));
    let long = Writer::begin(&model, &[1; 65]);
    assert!(matches!(long, Err(WriterError::TooLong { tokens: 65, positions: 64 })));
    let unknown = Writer::begin(&model, &[1, 1000]);
    assert!(matches!(unknown, Err(WriterError::Unknown { token: 1000, known: 1000 })));
}

#[test]
fn folders_whose_files_do_not_fit_are_refused() {
    let copy = TempDir::new().unwrap();
    for file in ["config.json", "model.safetensors"] {
        fs::copy(fixtures().join("hf/gpt2-tiny").join(file), copy.path().join(file)).unwrap();
    }
    fs::write(copy.path().join("characters.json"), "\"abc\"").unwrap();
    let error = LanguageModel::load(copy.path(), &Device::flex()).unwrap_err();
    assert!(error.to_string().contains("3 characters where the model has 1000"), "{error}");

    let config = fs::read_to_string(copy.path().join("config.json")).unwrap();
    for (from, to, said) in [
        ("\"n_head\": 3", "\"n_head\": 5", "multiple"),
        ("\"n_layer\": 2", "\"n_layer\": 0", "at least 1"),
        ("\"scale_attn_weights\": true", "\"scale_attn_weights\": false", "scaled otherwise"),
        ("gelu_new", "swish", "swish"),
        ("\"n_embd\": 48,", "", "n_embd"),
    ] {
        fs::write(copy.path().join("config.json"), config.replace(from, to)).unwrap();
        let error = gpt2_config::load(copy.path(), &Device::flex()).unwrap_err();
        assert!(matches!(error, HubError::Config { .. }) && error.to_string().contains(said), "{error}");
    }
    fs::write(copy.path().join("config.json"), config.replace("\"n_layer\": 2", "\"n_layer\": 3")).unwrap();
    let error = gpt2_config::load(copy.path(), &Device::flex()).unwrap_err().to_string();
    assert!(
        error.contains("h.2.attn.c_attn.weight") && error.contains("h.2.ln_1.bias"),
        "all are named: {error}"
    );
}

#[test]
fn hidden_characters_and_cut_stretches_are_filled_in() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("masked", out.path(), &["--num-iterations", "200"]));
    assert!(
        printed.contains("hidden ") && printed.contains("before ") && printed.contains("after "),
        "{printed}"
    );
    let masked = results(&folder(out.path(), "masked"));
    let (before, after) = (metric(&masked, "right before"), metric(&masked, "right after"));
    assert!(after > before + 0.1, "{before} before, {after} after");
    figures_are_drawn(&folder(out.path(), "masked"), &["right"]);

    let flags = ["--num-iterations", "60", "--log-every", "30", "--length", "24", "--batch-size", "8"];
    let printed = success(&mut project("denoise", out.path(), &flags));
    assert!(printed.contains("cut ") && printed.contains('█'), "{printed}");
    let denoise = results(&folder(out.path(), "denoise"));
    assert!(metric(&denoise, "filled after") > metric(&denoise, "filled before"));
    figures_are_drawn(&folder(out.path(), "denoise"), &["right", "across"]);
}

#[test]
fn the_smallest_gpt_2_has_its_parameters_and_writes_with_drawn_weights() {
    let out = TempDir::new().unwrap();
    let printed = success(&mut project("features", out.path(), &["--length", "3"]));
    assert!(printed.contains("124,439,808") && printed.contains("[1, 5, 768]"), "{printed}");
    let numbers = results(&folder(out.path(), "features"));
    assert_eq!(metric(&numbers, "parameters"), PARAMETERS as f64);
    assert!(metric(&numbers, "tokens per second") > 0.0);
    let message = refused(&mut project("features", out.path(), &["--book"]));
    assert!(message.contains("cargo book data fetch gpt2"), "{message}");
}

/// Numbers that Python's `tokenizers` gave; `reference/make_ch16_tokens.py` writes this folder.
#[test]
fn tokens_are_those_of_python() {
    let folder = fixtures().join("gpt2-tokens");
    let wording = Wording::read(&folder).unwrap();
    let texts = support::json(&folder.join("texts.json"));
    let texts = texts.as_array().expect("texts");
    assert!(texts.len() >= 44);
    for entry in texts {
        let text = entry["text"].as_str().expect("a text");
        let ids: Vec<i64> =
            entry["ids"].as_array().expect("numbers").iter().filter_map(|id| id.as_i64()).collect();
        let here: Vec<i64> = wording.encode(text).into_iter().map(i64::from).collect();
        assert_eq!(here, ids, "{text:?}");
        assert_eq!(wording.decode(&wording.encode(text)), text, "and back");
    }
    assert_eq!(wording.encode(SENTENCE), IDS);
}
