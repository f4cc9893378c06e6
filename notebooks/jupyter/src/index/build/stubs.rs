//! The standard library as far as cells use it: declarations in Rust's syntax, with empty bodies, described in our words.
//! The sources of the real one need not be installed.

use std::collections::HashMap;
use std::path::Path;

use super::builder::Builder;
use super::read::Place;
use crate::index::model::Kind;
use crate::index::ty::Id;

/// Texts for the root of the crate.
const ROOT: [&str; 4] = [
    include_str!("stubs/lib.rs"),
    include_str!("stubs/primitive.rs"),
    include_str!("stubs/collections.rs"),
    include_str!("stubs/system.rs"),
];
const MODULES: [(&str, &str); 5] = [
    ("option", include_str!("stubs/option.rs")),
    ("result", include_str!("stubs/result.rs")),
    ("vec", include_str!("stubs/vec.rs")),
    ("string", include_str!("stubs/string.rs")),
    ("iter", include_str!("stubs/iter.rs")),
];
const FLOATS: [&str; 2] = ["f32", "f64"];
const INTEGERS: [&str; 10] = ["usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];

/// Adds the crate `std`.
pub fn add(builder: &mut Builder<'_>) -> Id {
    let id = builder.add_crate("std", HashMap::new());
    if let Some(externs) = builder.externs.get_mut(&id) {
        externs.extend(["std", "core", "alloc"].map(|name| (name.to_owned(), id)));
    }
    let mut read = |name: &str, public: bool, text: &str| {
        let module = if name.is_empty() { id } else { builder.add_module(id, name, public) };
        builder.read_text(module, text, &Place::nowhere(), Path::new(name));
    };
    ROOT.iter().for_each(|text| read("", true, text));
    MODULES.iter().for_each(|(name, text)| read(name, true, text));
    let ordering = "use crate::cmp::Ordering;\n";
    for name in FLOATS {
        let text = include_str!("stubs/float.rs").replace("FLOAT", name);
        read(&format!("{name}_methods"), false, &format!("{ordering}{text}"));
    }
    for name in INTEGERS {
        read(&format!("{name}_methods"), false, &include_str!("stubs/integer.rs").replace("INTEGER", name));
    }
    for def in &mut builder.layer.defs {
        if def.kind == Kind::Struct && def.name.starts_with(char::is_lowercase) {
            (def.kind, def.signature) = (Kind::Primitive, def.name.clone());
        }
    }
    id
}
