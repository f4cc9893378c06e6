//! Small crates, read from text.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use super::builder::Builder;
use super::read::Place;
use super::{prune, stubs};
use crate::index::Index;
use crate::index::model::{Def, Kind, Layer};

/// The layer of a crate `companion` with this text.
fn layer(text: &str) -> Layer {
    let nothing = Layer::default();
    let mut builder = Builder::new(&nothing);
    let standard = stubs::add(&mut builder);
    let root = builder.add_crate("companion", HashMap::from([("std".to_owned(), standard)]));
    builder.features.insert("std".to_owned());
    builder.read_text(root, text, &Place::nowhere(), Path::new("lib.rs"));
    assert_eq!(builder.notes, Vec::<String>::new());
    builder.resolve(standard);
    builder.layer.crates = vec![("std".to_owned(), standard), ("companion".to_owned(), root)];
    prune::prune(builder.layer, &HashSet::from([root, standard]), "companion")
}

/// The definitions of a name, outside `std`.
fn named<'a>(layer: &'a Layer, name: &str) -> Vec<&'a Def> {
    layer.defs.iter().filter(|def| def.name == name && !def.path.starts_with("std")).collect()
}

fn path(layer: &Layer, name: &str) -> String {
    named(layer, name).first().map(|def| def.full_path()).unwrap_or_default()
}

#[test]
fn private_modules_are_seen_through() {
    let layer = layer(
        "mod inner { pub struct Shown; pub(crate) struct Hidden; mod deep { pub fn far() {} } pub use deep::*; }
         pub use inner::{Shown as Renamed, far};
         pub mod all { pub use super::inner::*; }",
    );
    assert_eq!(path(&layer, "far"), "companion::far");
    assert!(named(&layer, "Hidden").is_empty());
    let all = named(&layer, "all")[0];
    assert_eq!(all.names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Shown", "far"]);
}

#[test]
fn the_shortest_path_counts_and_preludes_do_not() {
    let layer = layer(
        "pub mod nn { pub mod layers { pub struct Linear; } } pub mod prelude { pub use crate::nn::layers::*; }",
    );
    assert_eq!(path(&layer, "Linear"), "companion::nn::layers::Linear");
}

#[test]
fn what_is_not_compiled_is_left_out() {
    let layer =
        layer("#[cfg(test)] pub fn tested() {} #[cfg(feature = \"gpu\")] pub fn drawn() {} pub fn kept() {}");
    assert!(named(&layer, "tested").is_empty() && named(&layer, "drawn").is_empty());
    assert_eq!(named(&layer, "kept").len(), 1);
}

#[test]
fn derives_and_settings_write_functions() {
    let layer = layer(
        "#[derive(Config)]
         pub struct NetConfig { pub units: usize, #[config(default = 1)] pub depth: usize, pub seed: Option<u64> }
         mlbook::settings! { /// Of a project.
             pub struct Settings, flags Flags { /// Passes
                 epochs: usize, positive, quick 1, book 20; } }",
    );
    let signature = |name: &str| named(&layer, name)[0].signature.clone();
    assert_eq!(signature("new"), "fn new(units: usize) -> NetConfig");
    assert_eq!(signature("with_depth"), "fn with_depth(self, depth: usize) -> Self");
    assert_eq!(signature("with_seed"), "fn with_seed(self, seed: Option<u64>) -> Self");
    assert_eq!(signature("Settings"), "struct Settings { epochs: usize }");
    assert_eq!(named(&layer, "book")[0].kind, Kind::Method);
}

#[test]
fn signatures_are_one_line() {
    let layer = layer(
        "pub struct Wide { a: u8, pub b: u8 }
         pub fn long<T>(
             first: T, // what
             second: Vec<T>,
         ) -> T
         where
             T: Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static,
         { first }",
    );
    assert_eq!(named(&layer, "Wide")[0].signature, "struct Wide { b: u8 }");
    assert_eq!(named(&layer, "long")[0].signature, "fn long<T>(first: T, second: Vec<T>) -> T where …");
}

#[test]
fn the_file_is_used_until_a_source_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (workspace, file) = (folder.path(), folder.path().join("cache/index.json"));
    let manifest = "[package]\nname = \"companion\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    let source = workspace.join("src/lib.rs");
    fs::create_dir(workspace.join("src")).unwrap();
    fs::write(workspace.join("Cargo.toml"), manifest).unwrap();
    fs::write(
        workspace.join("Cargo.lock"),
        "version = 4\n[[package]]\nname = \"companion\"\nversion = \"0.1.0\"\n",
    )
    .unwrap();
    fs::write(&source, "pub fn one() {}").unwrap();
    assert!(Index::load(workspace, &file).is_none());
    let has = |index: &Index, name: &str| !named(&index.layer, name).is_empty();
    assert!(has(&Index::open(workspace, &file).unwrap(), "one"));
    assert!(Index::load(workspace, &file).is_some());
    fs::write(&source, "pub fn two() {} pub fn").unwrap();
    assert!(Index::load(workspace, &file).is_none());
    let broken = Index::open(workspace, &file).unwrap();
    assert!(broken.notes()[0].contains("lib.rs:1: "), "{:?}", broken.notes());
    fs::write(&source, "pub fn three() {}").unwrap();
    assert!(has(&Index::open(workspace, &file).unwrap(), "three"));
    fs::write(&file, "{").unwrap();
    assert!(has(&Index::open(workspace, &file).unwrap(), "three"));
}
