//! DistilBERT and the sentence encoder against PyTorch's numbers; what is written is read again; bad folders are refused.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ch16_transformers::batches::{Batch, encoded};
use ch16_transformers::distilbert::{self, DistilBertClassifier, DistilBertConfig};
use ch16_transformers::embed::embed;
use ch16_transformers::minilm::{self, SentenceEncoder};
use ch16_transformers::{full_size, parity_bert};
use mlbook::device::{self, DeviceChoice};
use mlbook::hub::{self, TensorFile, Wording};
use mlbook::parity::{Fixture, Row};
use mlbook::prelude::*;
use mlbook::show::floats;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reference/fixtures")
}

fn rows(choice: DeviceChoice) -> [Row; 2] {
    let device = device::open(choice).unwrap();
    let read = |name| Fixture::read(&fixtures(), name).unwrap();
    [
        parity_bert::distilbert(&fixtures(), &read("ch16_distilbert_tiny"), &device).unwrap(),
        parity_bert::minilm(&fixtures(), &read("ch16_minilm_tiny"), &device).unwrap(),
    ]
}

#[test]
fn both_encoders_are_pytorch_s_on_the_cpu() {
    let [distilbert, minilm] = rows(DeviceChoice::Cpu);
    assert!(
        distilbert.passes() && distilbert.losses.is_some() && distilbert.gradients.is_some(),
        "{distilbert}"
    );
    assert!(minilm.passes(), "{minilm}");
}

#[test]
fn both_encoders_are_pytorch_s_on_ndarray() {
    for row in rows(DeviceChoice::Ndarray) {
        assert!(row.passes(), "{row}");
    }
}

/// The sentence encoder only: on the software adapter a training step takes half a minute.
#[test]
fn the_sentence_encoder_is_pytorch_s_on_webgpu() {
    let device = device::open(DeviceChoice::Webgpu).unwrap();
    let fixture = Fixture::read(&fixtures(), "ch16_minilm_tiny").unwrap();
    let row = parity_bert::minilm(&fixtures(), &fixture, &device).unwrap();
    assert!(row.passes(), "{row}");
}

/// Texts whose numbers PyTorch's tokenizer gave to the fixture.
const TEXTS: [&str; 5] = [
    "The film was very boring!",
    "We saw a wonderful story.",
    "The cat is sleeping on the sofa, and the dog sleeps on the couch.",
    "unwatchable",
    "Naïve café - 2 + 2 = unknown?",
];

#[test]
fn texts_become_python_s_numbers_and_vectors_in_their_order() {
    let (device, folder) = (device::cpu(), fixtures().join("hf/minilm-tiny"));
    let fixture = Fixture::read(&fixtures(), "ch16_minilm_tiny").unwrap();
    let wording = Wording::read_for(&folder, 47).unwrap();
    let texts = encoded(&TEXTS, &[true; 5], wording, 32).unwrap();
    let all: Vec<usize> = (0..5).collect();
    let ids = Batch::of(&texts, &all, &device).tokens.into_data().iter::<f32>().collect::<Vec<_>>();
    assert_eq!(ids, fixture.array("in.input_ids").unwrap().values);
    // In batches by length, and put back.
    let (model, _) = SentenceEncoder::load(&folder, &device).unwrap();
    let vectors = floats(&embed(&model, &texts, &device));
    for (got, expected) in vectors.iter().zip(&fixture.array("out.vectors").unwrap().values) {
        assert!((got - expected).abs() < 1e-5);
    }
}

#[test]
fn what_fills_a_batch_up_changes_nothing() {
    let (device, folder) = (device::cpu(), fixtures().join("hf/minilm-tiny"));
    let (model, _) = SentenceEncoder::load(&folder, &device).unwrap();
    let texts = encoded(&TEXTS, &[true; 5], Wording::read(&folder).unwrap(), 32).unwrap();
    let alone = floats(&model.forward(&Batch::of(&texts, &[3], &device)));
    let among = floats(&model.forward(&Batch::of(&texts, &[3, 2], &device)));
    for (alone, among) in alone.iter().zip(among) {
        assert!((alone - among).abs() < 1e-6, "{alone}, {among}");
    }
}

#[test]
fn a_saved_distilbert_is_the_folder_that_it_was_read_from() {
    let (device, folder) = (device::cpu(), fixtures().join("hf/distilbert-tiny"));
    let (filled, config) = DistilBertClassifier::load(&folder, 2, &Generator::seeded(1), &device).unwrap();
    assert!(filled.fresh.is_empty() && filled.unused.is_empty());
    let out = TempDir::new().unwrap();
    let json = config.to_json(&["negative".to_owned(), "positive".to_owned()]);
    hub::save(out.path(), &json, &filled.model, &distilbert::LAYOUT, None).unwrap();
    let [before, after] = [folder.join("model.safetensors"), out.path().join("model.safetensors")]
        .map(|path| mlbook::nn::weights::read_arrays(&fs::read(&path).unwrap(), "file").unwrap());
    assert_eq!(before, after);
    let read: DistilBertConfig = hub::read_config(out.path()).unwrap();
    assert_eq!(read, config);
    let json = support::json(&out.path().join("config.json"));
    assert_eq!(json["architectures"][0], "DistilBertForSequenceClassification");
    assert_eq!(json["id2label"]["1"], "positive");
}

#[test]
fn a_pretrained_file_without_a_head_gets_a_new_one() {
    let (device, folder) = (device::cpu(), fixtures().join("hf/distilbert-tiny"));
    let (filled, config) = DistilBertClassifier::load(&folder, 2, &Generator::seeded(1), &device).unwrap();
    let mut tensors = hub::tensors_of(&filled.model, &distilbert::LAYOUT);
    tensors.retain(|name, _| !name.contains("classifier"));
    let bias = tensors["distilbert.transformer.layer.0.ffn.lin1.bias"].clone();
    tensors.insert("vocab_transform.bias".to_owned(), bias);
    let out = TempDir::new().unwrap();
    hub::write_tensors(&out.path().join("model.safetensors"), &tensors).unwrap();
    fs::copy(folder.join("config.json"), out.path().join("config.json")).unwrap();
    // Three classes: no head of two could be in the way.
    let (filled, read) = DistilBertClassifier::load(out.path(), 3, &Generator::seeded(1), &device).unwrap();
    assert_eq!(filled.fresh.len(), 4);
    assert_eq!((filled.unused.as_slice(), read), (["vocab_transform.bias".to_owned()].as_slice(), config));
    assert!(floats(&filled.model.classifier.weight.val()).iter().any(|&weight| weight != 0.0));
}

#[test]
fn folders_of_other_models_are_refused_in_one_message() {
    let device = device::cpu();
    let load = |folder: &Path| {
        DistilBertClassifier::load(folder, 2, &Generator::seeded(1), &device)
            .err()
            .map(|error| error.to_string())
    };
    let message = load(&fixtures().join("hf/minilm-tiny")).unwrap();
    assert!(message.contains("config.json: missing field"), "{message}");
    let out = TempDir::new().unwrap();
    let tiny = fixtures().join("hf/distilbert-tiny");
    let config = fs::read_to_string(tiny.join("config.json")).unwrap();
    fs::copy(tiny.join("model.safetensors"), out.path().join("model.safetensors")).unwrap();
    fs::write(out.path().join("config.json"), config.replace("\"gelu\"", "\"swish\"")).unwrap();
    let message = load(out.path()).unwrap();
    assert!(message.contains("unknown variant `swish`"), "{message}");
    fs::write(out.path().join("config.json"), config.replace("\"n_layers\": 2", "\"n_layers\": 1")).unwrap();
    let message = load(out.path()).unwrap();
    assert!(
        message.contains("distilbert.transformer.layer.1.ffn.lin2.weight is not in the model"),
        "{message}"
    );
    let minilm = SentenceEncoder::load(&tiny, &device).err().unwrap().to_string();
    assert!(minilm.contains("missing field"), "{minilm}");
}

#[test]
fn frozen_blocks_have_no_gradients_and_the_others_do() {
    let device = device::cpu().autodiff();
    let folder = fixtures().join("hf/distilbert-tiny");
    let (filled, _) = DistilBertClassifier::load(&folder, 2, &Generator::seeded(1), &device).unwrap();
    let model = filled.model.frozen(1);
    let batch = full_size::batch(2, 7, 1000, &Generator::seeded(1), &device);
    let gradients = model.forward(&batch).sum().backward();
    let [frozen, free] = [0, 1].map(|k| &model.distilbert.transformer.layer[k].ffn.lin1.weight);
    assert!(frozen.val().grad(&gradients).is_none());
    assert!(free.val().grad(&gradients).is_some());
    assert!(model.distilbert.embeddings.word_embeddings.weight.val().grad(&gradients).is_none());
    assert!(model.classifier.weight.val().grad(&gradients).is_some());
}

#[test]
fn minilm_s_layout_names_every_tensor_of_its_file() {
    let file = TensorFile::read(&fixtures().join("hf/minilm-tiny/model.safetensors")).unwrap();
    let (model, config) = SentenceEncoder::load(&fixtures().join("hf/minilm-tiny"), &device::cpu()).unwrap();
    let named = hub::tensors_of(&model, &minilm::LAYOUT);
    let unused: Vec<&str> =
        file.names().filter(|name| !named.contains_key(&format!("bert.{name}"))).collect();
    assert_eq!(unused, ["pooler.dense.bias", "pooler.dense.weight"]);
    assert_eq!((config.num_hidden_layers, config.hidden_size), (2, 24));
}
