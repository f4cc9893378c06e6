//! From paths to definitions: first `use` lines until nothing new is found, then the types.

use super::builder::{Builder, Entry};
use crate::index::model::Kind;
use crate::index::ty::Id;

/// The three kinds of names that don't disturb each other.
#[derive(Clone, Copy, PartialEq)]
enum Space {
    Types,
    Values,
    Macros,
}

fn space(kind: Kind) -> Space {
    match kind {
        Kind::Macro | Kind::Derive => Space::Macros,
        kind if kind.is_space() => Space::Types,
        _ => Space::Values,
    }
}

impl Builder<'_> {
    /// Resolves everything that was read; `standard` is the crate whose bounds are not checked.
    pub fn resolve(&mut self, standard: Id) {
        self.resolve_uses();
        self.publish();
        self.resolve_types(standard);
        self.resolve_derives();
        self.layer.file();
    }

    fn resolve_uses(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        let mut changed = true;
        while changed {
            changed = false;
            for one in &uses {
                let public = one.public || self.sees_private;
                match &one.name {
                    Some(name) if name != "_" => {
                        for id in self.lookup(one.module, &one.path, true) {
                            let entry = Entry { name: name.clone(), id, public, glob: false };
                            changed |= self.name(one.module, entry);
                        }
                    }
                    Some(_) => {}
                    None => {
                        for (name, id, exported) in self.everything_in(one.module, &one.path) {
                            let public = public && exported;
                            changed |= self.name(one.module, Entry { name, id, public, glob: true });
                        }
                    }
                }
            }
        }
    }

    /// The names that `use path::*` brings into `module`, and whether they may be passed on.
    fn everything_in(&self, module: Id, path: &[String]) -> Vec<(String, Id, bool)> {
        let mut names = Vec::new();
        for id in self.lookup(module, path, true) {
            match self.scopes.get(&id) {
                _ if id == module => {}
                Some(scope) => {
                    let inside = self.crate_of(id) == self.crate_of(module);
                    let seen = scope.entries.iter().filter(|entry| entry.public || inside);
                    names.extend(seen.map(|entry| (entry.name.clone(), entry.id, entry.public)));
                }
                None if self.def(id).kind == Kind::Module || self.def(id).kind == Kind::Enum => {
                    names.extend(self.def(id).names.iter().map(|(name, id)| (name.clone(), *id, true)));
                }
                None => {}
            }
        }
        names
    }

    /// What a path stands for, seen from `module`.
    pub fn lookup(&self, module: Id, path: &[String], is_use: bool) -> Vec<Id> {
        let Some((first, rest)) = path.split_first() else { return vec![module] };
        let mut found = match first.as_str() {
            "" => return Vec::new(),
            "crate" | "$crate" => vec![self.crate_of(module)],
            "self" => vec![module],
            "super" => self.parents.get(&module).copied().into_iter().collect(),
            name => self.first_name(module, name, is_use && rest.is_empty()),
        };
        for name in rest {
            let inside = self.crate_of(module);
            found = found.iter().flat_map(|id| self.behind(*id, name, inside)).collect();
        }
        found
    }

    fn first_name(&self, module: Id, name: &str, is_whole_use: bool) -> Vec<Id> {
        let seen =
            self.scopes.get(&module).map(|scope| select(self, scope.get(name), |_| true)).unwrap_or_default();
        if !seen.is_empty() && !is_whole_use {
            return seen;
        }
        let root = self.crate_of(module);
        let external = self.externs.get(&root).and_then(|externs| externs.get(name));
        if let Some(id) = external {
            return vec![*id];
        }
        if !seen.is_empty() {
            return seen;
        }
        let prelude = self.externs.get(&root).and_then(|externs| externs.get("std")).copied().unwrap_or(0);
        if self.def(prelude).name != "std" {
            return Vec::new();
        }
        self.behind(prelude, "prelude", root)
            .first()
            .map(|id| self.behind(*id, name, root))
            .unwrap_or_default()
    }

    /// `name` behind `id::`.
    fn behind(&self, id: Id, name: &str, inside: Id) -> Vec<Id> {
        if let Some(scope) = self.scopes.get(&id) {
            let same = self.crate_of(id) == inside;
            return select(self, scope.get(name), |entry| entry.public || same);
        }
        let def = self.def(id);
        def.names.iter().filter(|(other, _)| other == name).map(|(_, id)| *id).collect()
    }

    /// Gives each module its public names.
    fn publish(&mut self) {
        let scopes = std::mem::take(&mut self.scopes);
        for (module, scope) in &scopes {
            let mut names: Vec<(String, Id)> = Vec::new();
            for entry in scope.entries.iter().filter(|entry| entry.public) {
                if select(self, scope.get(&entry.name), |_| true).contains(&entry.id) {
                    names.push((entry.name.clone(), entry.id));
                }
            }
            names.sort();
            let at = (module - self.layer.first) as usize;
            self.layer.defs[at].names = names;
        }
        self.scopes = scopes;
    }
}

/// The entries that may be seen; one that came with `*` gives way to a named one of its kind.
fn select<'e>(
    builder: &Builder<'_>,
    entries: impl Iterator<Item = &'e Entry>,
    may_see: impl Fn(&Entry) -> bool,
) -> Vec<Id> {
    let seen: Vec<&Entry> = entries.filter(|entry| may_see(entry)).collect();
    let space_of = |entry: &Entry| space(builder.def(entry.id).kind);
    let is_hidden = |entry: &Entry| {
        entry.glob && seen.iter().any(|other| !other.glob && space_of(other) == space_of(entry))
    };
    seen.iter().filter(|entry| !is_hidden(entry)).map(|entry| entry.id).collect()
}
