//! The names of classes, as Hugging Face's `config.json` lists them.

use serde_json::{Map, Value};

/// `id2label`.
pub fn by_number(classes: &[String]) -> Value {
    let entries = classes.iter().enumerate();
    entries
        .map(|(number, name)| (number.to_string(), Value::from(name.as_str())))
        .collect::<Map<_, _>>()
        .into()
}

/// `label2id`.
pub fn by_name(classes: &[String]) -> Value {
    let entries = classes.iter().enumerate();
    entries.map(|(number, name)| (name.clone(), Value::from(number))).collect::<Map<_, _>>().into()
}
