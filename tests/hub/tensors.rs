//! `model.safetensors`, read strictly and written.

use mlbook::device;
use mlbook::hub::{self, HubError, Layout, TensorFile};
use mlbook::nn::weights::{Array, Arrays};
use mlbook::prelude::*;
use tempfile::TempDir;

#[derive(Module, Debug)]
struct Block {
    norm: burn::nn::LayerNorm,
    dense: Linear,
}

#[derive(Module, Debug)]
struct Small {
    embeddings: Embedding,
    layer: Vec<Block>,
    head: Linear,
}

const LAYOUT: Layout = Layout {
    renamed: &[("layer.", "encoder.layer."), ("norm.", "LayerNorm.")],
    optional_prefix: "",
    unused: &["position_ids"],
    fresh: &["head."],
};

fn small(seed: u64) -> Small {
    let (generator, device) = (Generator::seeded(seed), device::cpu());
    Small {
        embeddings: embedding(5, 4).padding(0).init_normal(0.5, &generator, &device),
        layer: vec![Block {
            norm: burn::nn::LayerNormConfig::new(4).init(&device),
            dense: linear(4, 3).init_normal(0.5, &generator, &device),
        }],
        head: linear(3, 2).init(&generator, &device),
    }
}

fn bytes(tensors: &Arrays) -> Vec<u8> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("model.safetensors");
    hub::write_tensors(&path, tensors).expect("written");
    std::fs::read(path).expect("read")
}

fn zeros(shape: &[usize]) -> Array {
    Array { shape: shape.to_vec(), values: vec![0.0; shape.iter().product()] }
}

#[test]
fn what_is_written_has_the_files_names_and_layout_and_is_read_again() {
    let model = small(1);
    let tensors = hub::tensors_of(&model, &LAYOUT);
    let names: Vec<&str> = tensors.keys().map(String::as_str).collect();
    let expected = [
        "embeddings.weight",
        "encoder.layer.0.LayerNorm.bias",
        "encoder.layer.0.LayerNorm.weight",
        "encoder.layer.0.dense.bias",
        "encoder.layer.0.dense.weight",
        "head.bias",
        "head.weight",
    ];
    assert_eq!(names, expected);
    assert_eq!(tensors["encoder.layer.0.dense.weight"].shape, [3, 4]);
    let file = TensorFile::from_bytes(bytes(&tensors), "here").expect("read");
    let filled = file.fill(small(2), &LAYOUT).expect("filled");
    assert!(filled.fresh.is_empty() && filled.unused.is_empty());
    assert_eq!(hub::tensors_of(&filled.model, &LAYOUT), tensors);
    let x = Tensor::<2>::from_floats([[1.0, -2.0, 0.5, 3.0]], &device::cpu());
    let [one, two] = [&model, &filled.model].map(|m| m.layer[0].dense.forward(x.clone()).into_data());
    assert_eq!(one, two);
}

#[test]
fn all_that_does_not_fit_is_named_in_one_message() {
    let mut tensors = hub::tensors_of(&small(1), &LAYOUT);
    tensors.remove("embeddings.weight");
    tensors.insert("encoder.layer.0.dense.weight".to_owned(), zeros(&[4, 3]));
    tensors.insert("encoder.layer.1.dense.bias".to_owned(), zeros(&[3]));
    let file = TensorFile::from_bytes(bytes(&tensors), "model.safetensors").expect("read");
    let error = file.fill(small(1), &LAYOUT).expect_err("no fit").to_string();
    for said in [
        "model.safetensors: ",
        "embeddings.weight [5, 4] is missing",
        "encoder.layer.0.dense.weight is [4, 3] where the model has [3, 4]",
        "encoder.layer.1.dense.bias is not in the model",
    ] {
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(error.lines().count(), 1);
}

#[test]
fn a_new_head_stays_as_it_is_and_known_extras_are_passed_over() {
    let mut tensors = hub::tensors_of(&small(1), &LAYOUT);
    tensors.retain(|name, _| !name.starts_with("head."));
    tensors.insert("position_ids".to_owned(), zeros(&[1, 7]));
    let file = TensorFile::from_bytes(bytes(&tensors), "here").expect("read");
    let filled = file.fill(small(2), &LAYOUT).expect("filled");
    assert_eq!(filled.fresh, ["head.weight", "head.bias"]);
    assert_eq!(filled.unused, ["position_ids"]);
    let head = |model: &Small| model.head.weight.val().into_data();
    assert_eq!(head(&filled.model), head(&small(2)));
}

#[test]
fn files_of_the_bare_model_lack_the_prefix() {
    const PREFIXED: Layout =
        Layout { renamed: &[("layer.", "bert.layer.")], optional_prefix: "bert.", ..LAYOUT };
    let tensors = hub::tensors_of(&small(1), &PREFIXED);
    assert!(tensors.contains_key("bert.layer.0.dense.bias"));
    let bare: Arrays = tensors
        .iter()
        .map(|(name, array)| (name.trim_start_matches("bert.").to_owned(), array.clone()))
        .collect();
    for file in [&tensors, &bare] {
        let filled = TensorFile::from_bytes(bytes(file), "here").expect("read").fill(small(2), &PREFIXED);
        assert_eq!(hub::tensors_of(&filled.expect("filled").model, &PREFIXED), tensors);
    }
}

#[test]
fn damaged_files_are_refused_before_anything_is_allocated() {
    let whole = bytes(&hub::tensors_of(&small(1), &LAYOUT));
    let refused = |bytes: Vec<u8>| match TensorFile::from_bytes(bytes, "model.safetensors") {
        Err(error @ HubError::Format { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    for length in [0, 7, 8, 100, whole.len() - 1] {
        let error = refused(whole[..length].to_vec());
        assert!(error.contains("model.safetensors: not a safetensors file"), "{error}");
    }
    let mut huge = whole.clone();
    huge[..8].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    let error = refused(huge);
    assert!(error.contains("its header has 1152921504606846976 bytes, and only"), "{error}");
    let mut long = whole;
    long.push(0);
    refused(long);
}

#[test]
fn numbers_of_another_kind_are_named() {
    let header = r#"{"embeddings.weight":{"dtype":"I64","shape":[5,4],"data_offsets":[0,160]}}"#;
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend([0; 160]);
    #[derive(Module, Debug)]
    struct Table {
        embeddings: Embedding,
    }
    let table = Table { embeddings: embedding(5, 4).init(&Generator::seeded(1), &device::cpu()) };
    let error = TensorFile::from_bytes(file, "here").expect("read").fill(table, &Layout::EXACT);
    let error = error.expect_err("whole numbers").to_string();
    assert!(error.contains("embeddings.weight holds I64"), "{error}");
}
