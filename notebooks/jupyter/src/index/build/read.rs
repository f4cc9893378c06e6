//! The files of a crate, module by module.

use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::builder::Builder;
use super::{cfg, text};
use crate::index::ty::Id;

/// Where the files of a module's children are.
#[derive(Clone)]
pub struct Place {
    /// For `mod child;`.
    children: PathBuf,
    /// For `#[path = "…"]`.
    beside: PathBuf,
}

impl Builder<'_> {
    /// Reads a file as the contents of `module`; `owns_directory` for `lib.rs` and `mod.rs`.
    pub fn read_file(&mut self, module: Id, file: &Path, owns_directory: bool) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return self.notes.push(format!("{}: {error}", file.display())),
        };
        self.files.push(file.to_owned());
        let beside = file.parent().unwrap_or(Path::new("")).to_owned();
        let children = if owns_directory { beside.clone() } else { file.with_extension("") };
        self.read_text(module, &text, &Place { children, beside }, file);
    }

    pub fn read_text(&mut self, module: Id, text: &str, place: &Place, file: &Path) {
        match syn::parse_file(text) {
            Ok(parsed) => {
                self.add_docs(module, &parsed.attrs);
                self.read_items(module, parsed.items, place);
            }
            Err(error) => {
                let line = error.span().start().line;
                self.notes.push(format!("{}:{line}: {error}", file.display()));
            }
        }
    }

    pub fn read_items(&mut self, module: Id, items: Vec<Item>, place: &Place) {
        for item in items {
            match item {
                Item::Mod(item) => self.read_module(module, item, place),
                other => self.collect(module, &other),
            }
        }
    }

    fn read_module(&mut self, parent: Id, item: ItemMod, place: &Place) {
        if !cfg::holds(&item.attrs, &self.features) || text::is_marked(&item.attrs, "doc", "hidden") {
            return;
        }
        let name = item.ident.to_string();
        let module = self.add_module(parent, &name, text::is_public(&item.vis));
        self.add_docs(module, &item.attrs);
        let path = path_attribute(&item.attrs);
        if let Some((_, items)) = item.content {
            let children = place.children.join(&name);
            return self.read_items(module, items, &Place { children: children.clone(), beside: children });
        }
        if let Some(path) = path {
            let file = place.beside.join(path);
            return self.read_file(module, &file, true);
        }
        let alone = place.children.join(format!("{name}.rs"));
        if alone.is_file() {
            self.read_file(module, &alone, false);
        } else {
            self.read_file(module, &place.children.join(&name).join("mod.rs"), true);
        }
    }

    fn add_docs(&mut self, module: Id, attributes: &[Attribute]) {
        let docs = text::docs(attributes);
        let first = self.layer.first;
        let def = &mut self.layer.defs[(module - first) as usize];
        if !docs.is_empty() {
            def.docs = if def.docs.is_empty() { docs } else { format!("{}\n\n{docs}", def.docs) };
        }
    }
}

/// Lets go of the texts that the parser keeps for error messages; what it returned can no longer be shown as text.
pub fn forget_texts() {
    proc_macro2::extra::invalidate_current_thread_spans();
}

impl Place {
    /// For text that has no modules in files.
    pub fn nowhere() -> Self {
        Self { children: PathBuf::new(), beside: PathBuf::new() }
    }
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}
