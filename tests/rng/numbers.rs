//! Reading the files of tests/data/rng, and comparing with them.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a library drew: how many values, the first of them, and a hash of all.
#[derive(Deserialize)]
pub struct Drawn {
    pub len: usize,
    pub head: Vec<Value>,
    pub sha256: String,
}

#[derive(Deserialize)]
pub struct Step {
    pub call: String,
    pub args: Vec<Value>,
    #[serde(flatten)]
    pub drawn: Drawn,
}

#[derive(Deserialize)]
pub struct Case {
    pub seed: u64,
    pub steps: Vec<Step>,
    pub next: i64,
}

#[derive(Deserialize)]
pub struct Numbers<T> {
    pub cases: Vec<T>,
}

pub fn numbers<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rng").join(name).with_extension("json");
    let text = fs::read_to_string(path).unwrap();
    let cases = serde_json::from_str::<Numbers<T>>(&text).unwrap().cases;
    assert!(!cases.is_empty(), "{name} has no cases");
    cases
}

/// One of the kinds of values that generators give.
pub enum Values {
    F32(Vec<f32>),
    F64(Vec<f64>),
    Int(Vec<i64>),
    Bool(Vec<bool>),
}

impl Values {
    pub fn indices(indices: impl IntoIterator<Item = usize>) -> Self {
        Self::Int(indices.into_iter().map(|index| index as i64).collect())
    }

    /// The parts one after the other, each closed by -1.
    pub fn parts(parts: Vec<Vec<usize>>) -> Self {
        let closed =
            parts.into_iter().flat_map(|part| part.into_iter().map(|index| index as i64).chain([-1]));
        Self::Int(closed.collect())
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F32(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::F64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::Int(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::Bool(values) => values.iter().map(|&v| u8::from(v)).collect(),
        }
    }

    /// The first values as the JSON files write them.
    pub fn head(&self, len: usize) -> (usize, Vec<Value>) {
        match self {
            Self::F32(values) => {
                (values.len(), values.iter().take(len).map(|&v| f64::from(v).into()).collect())
            }
            Self::F64(values) => (values.len(), values.iter().take(len).map(|&v| v.into()).collect()),
            Self::Int(values) => (values.len(), values.iter().take(len).map(|&v| v.into()).collect()),
            Self::Bool(values) => (values.len(), values.iter().take(len).map(|&v| v.into()).collect()),
        }
    }

    pub fn assert_equals(&self, drawn: &Drawn, what: &str) {
        let (len, head) = self.head(drawn.head.len());
        assert_eq!(len, drawn.len, "{what}: number of values");
        let hash = hex(&Sha256::digest(self.bytes()));
        assert!(hash.starts_with(&drawn.sha256), "{what}: starts {head:?}, expected {:?}", drawn.head);
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The arguments of one call, taken from the front.
pub struct Args<'a>(pub std::slice::Iter<'a, Value>);

impl Args<'_> {
    pub fn take<T: DeserializeOwned>(&mut self) -> T {
        serde_json::from_value(self.0.next().unwrap().clone()).unwrap()
    }
}
