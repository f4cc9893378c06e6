//! What is known while an index is built: definitions whose types are still paths, and who sees which names.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crate::index::model::{Def, Impl, Kind, Layer};
use crate::index::ty::Id;

/// `use path::name as …`, or `use path::*` without a name.
pub struct Use {
    pub module: Id,
    pub path: Vec<String>,
    pub name: Option<String>,
    pub public: bool,
}

/// A name in a module.
#[derive(Clone)]
pub struct Entry {
    pub name: String,
    pub id: Id,
    pub public: bool,
    /// Came with `*`: gives way to what is named.
    pub glob: bool,
}

/// The names that a module sees.
#[derive(Default)]
pub struct Scope {
    pub entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    seen: HashMap<(String, Id), usize>,
}

impl Scope {
    /// Whether that says something new.
    pub fn add(&mut self, entry: Entry) -> bool {
        if let Some(at) = self.seen.get(&(entry.name.clone(), entry.id)) {
            let known = &mut self.entries[*at];
            let is_more = (entry.public && !known.public) || (known.glob && !entry.glob);
            known.public |= entry.public;
            known.glob &= entry.glob;
            return is_more;
        }
        self.seen.insert((entry.name.clone(), entry.id), self.entries.len());
        self.by_name.entry(entry.name.clone()).or_default().push(self.entries.len());
        self.entries.push(entry);
        true
    }

    pub fn get(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.by_name.get(name).into_iter().flatten().map(|at| &self.entries[*at])
    }
}

/// Builds a layer on top of another.
pub struct Builder<'a> {
    pub base: &'a Layer,
    pub layer: Layer,
    /// The module of each definition of the layer: there its types are resolved.
    pub homes: Vec<Id>,
    /// The module of each implementation.
    pub impl_homes: Vec<Id>,
    /// Of each module of the layer.
    pub scopes: HashMap<Id, Scope>,
    pub parents: HashMap<Id, Id>,
    /// By crate: the names under which it sees other crates.
    pub externs: HashMap<Id, HashMap<String, Id>>,
    pub uses: Vec<Use>,
    /// Type, and the path of a derive.
    pub derives: Vec<(Id, Vec<String>)>,
    /// Features of the crate that is being read.
    pub features: HashSet<String>,
    /// In a notebook all items see each other, private or not.
    pub sees_private: bool,
    pub files: Vec<PathBuf>,
    /// What could not be read.
    pub notes: Vec<String>,
}

impl<'a> Builder<'a> {
    pub fn new(base: &'a Layer) -> Self {
        Self {
            base,
            layer: Layer::above(base),
            homes: Vec::new(),
            impl_homes: Vec::new(),
            scopes: HashMap::new(),
            parents: HashMap::new(),
            externs: HashMap::new(),
            uses: Vec::new(),
            derives: Vec::new(),
            features: HashSet::new(),
            sees_private: false,
            files: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn def(&self, id: Id) -> &Def {
        let layer = if id < self.layer.first { self.base } else { &self.layer };
        &layer.defs[(id - layer.first) as usize]
    }

    /// Adds a definition without giving it a name in the module.
    pub fn add(&mut self, module: Id, def: Def) -> Id {
        self.homes.push(module);
        self.layer.add(def)
    }

    pub fn add_named(&mut self, module: Id, public: bool, def: Def) -> Id {
        let name = def.name.clone();
        let id = self.add(module, def);
        self.name(module, Entry { name, id, public: public || self.sees_private, glob: false });
        id
    }

    pub fn name(&mut self, module: Id, entry: Entry) -> bool {
        self.scopes.entry(module).or_default().add(entry)
    }

    pub fn add_impl(&mut self, module: Id, one: Impl) {
        self.impl_homes.push(module);
        self.layer.impls.push(one);
    }

    /// The root of a new crate.
    pub fn add_crate(&mut self, name: &str, externs: HashMap<String, Id>) -> Id {
        let id = self.layer.end();
        self.add(id, Def { kind: Kind::Module, name: name.to_owned(), ..Def::default() });
        self.scopes.insert(id, Scope::default());
        self.externs.insert(id, externs);
        id
    }

    pub fn add_module(&mut self, parent: Id, name: &str, public: bool) -> Id {
        let def = Def { kind: Kind::Module, name: name.to_owned(), ..Def::default() };
        let id = self.add_named(parent, public, def);
        self.scopes.insert(id, Scope::default());
        self.parents.insert(id, parent);
        id
    }

    pub fn crate_of(&self, mut module: Id) -> Id {
        while let Some(parent) = self.parents.get(&module) {
            module = *parent;
        }
        module
    }
}
