//! DistilBERT and the sentence encoder with PyTorch's weights: through a fixture's tensors, and through Hugging Face's folders.

use std::path::Path;

use mlbook::hub::TensorFile;
use mlbook::parity::{self, Fixture, ParityError, Row, largest_error};
use mlbook::prelude::*;
use mlbook::show::floats;

use crate::batches::Batch;
use crate::distilbert::{self, DistilBertClassifier, DistilBertConfig};
use crate::minilm::SentenceEncoder;

/// Folders of models beside the fixtures.
const FOLDERS: &str = "hf";

/// The row of `ch16_distilbert_tiny`: outputs of every layer, loss, gradients, a step and five losses.
///
/// # Errors
/// A fixture that lacks something, or a folder `hf/distilbert-tiny` that cannot be read.
pub fn distilbert(dir: &Path, fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let fixture = &fixture.clone().replaced(&[("embeddings.LayerNorm", "embeddings.layer_norm")]);
    let folder = dir.join(FOLDERS).join("distilbert-tiny");
    let mut config: DistilBertConfig = mlbook::hub::read_config(&folder)?;
    let classes = fixture.array("out.logits")?.shape[1];
    let (dropping, generator) = (config.clone(), Generator::seeded(1));
    (config.dropout, config.attention_dropout, config.seq_classif_dropout) = (0.0, 0.0, 0.0);
    let batch = |device: &Device| batch_of(fixture, device);
    let mut row = parity::supervised(
        fixture,
        device,
        |device| DistilBertClassifier::new(&config, classes, &generator, device),
        |model, device| {
            let batch = batch(device)?;
            let mut outputs = vec![("logits", model.forward(&batch))];
            let mut hidden = model.distilbert.embeddings.forward(batch.tokens.clone());
            for (k, block) in model.distilbert.transformer.layer.iter().enumerate() {
                let weights = block.attention.weights(hidden.clone(), &batch.mask());
                outputs.push((ATTENTION[k.min(1)], flat(weights)));
                outputs.push((HIDDEN[k.min(1)], flat(hidden.clone())));
                hidden = block.forward(hidden, &batch.mask());
            }
            outputs.push((HIDDEN[2], flat(hidden)));
            Ok(outputs)
        },
        |model, device| {
            let labels = fixture.tensor::<1>("in.labels", device)?.int();
            Ok(cross_entropy(model.forward(&batch(device)?), labels))
        },
        adam(),
    )?;
    // The same weights through the folder, by a model that would drop units if it were in training.
    let model = DistilBertClassifier::new(&dropping, classes, &generator, device);
    let file = TensorFile::read(&folder.join("model.safetensors"))?;
    let filled = file.fill(model, &distilbert::LAYOUT)?;
    let logits = floats(&filled.model.forward(&batch(device)?));
    let error = largest_error(&logits, &fixture.array("out.logits")?.values);
    row.outputs = row.outputs.map(|before| before.max(error));
    Ok(row)
}

/// Layers of the tiny models.
const HIDDEN: [&str; 3] = ["hidden.0", "hidden.1", "hidden.2"];
const ATTENTION: [&str; 2] = ["attention.0", "attention.1"];

/// The row of `ch16_minilm_tiny`: a sentence encoder's vectors, and how close the texts are to each other.
///
/// # Errors
/// As [`distilbert()`], with the folder `hf/minilm-tiny`.
pub fn minilm(dir: &Path, fixture: &Fixture, device: &Device) -> Result<Row, ParityError> {
    let folder = dir.join(FOLDERS).join("minilm-tiny");
    let (model, _) = SentenceEncoder::load(&folder, device)?;
    let batch = batch_of(fixture, device)?;
    let hidden = flat(model.bert.forward(&batch));
    let vectors = model.forward(&batch); // [batch, dim]
    let cosines = vectors.clone().matmul(vectors.clone().transpose()); // [batch, batch]
    let mut error = 0.0_f64;
    for (name, tensor) in [("out.hidden", hidden), ("out.vectors", vectors), ("out.cosines", cosines)] {
        error = error.max(largest_error(&floats(&tensor), &fixture.array(name)?.values));
    }
    Ok(Row { model: fixture.name.clone(), outputs: Some(error), ..Row::default() })
}

fn batch_of(fixture: &Fixture, device: &Device) -> Result<Batch, ParityError> {
    let tokens = fixture.tensor::<2>("in.input_ids", device)?.int();
    let words = fixture.tensor::<2>("in.attention_mask", device)?.greater_elem(0.5);
    Ok(Batch { tokens, words })
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<2> {
    tensor.flatten(0, D as i32 - 2)
}
