//! The names that can stand at the cursor.

use std::collections::HashSet;

use super::complete::{Candidate, Item};
use super::context::{Context, given_fields};
use super::session::{Ask, Session};
use crate::index::model::{Def, Kind};
use crate::index::ty::{Id, Ty};

const KEYWORDS: [&str; 32] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "false", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static",
    "struct", "trait", "true", "type", "use", "while",
];

/// Traits of the standard library that can be derived.
const DERIVES: [&str; 9] =
    ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];

struct Finder<'a, 's> {
    session: Session<'a, 's>,
    found: Vec<Candidate>,
}

/// Everything that fits the context, however it begins.
pub fn find(session: Session<'_, '_>, context: &Context<'_>, ask: &mut Ask<'_>) -> Vec<Candidate> {
    let mut finder = Finder { session, found: Vec::new() };
    finder.find(context, ask);
    finder.found
}

impl Finder<'_, '_> {
    fn find(&mut self, context: &Context<'_>, ask: &mut Ask<'_>) {
        match context {
            Context::Magic => {
                for (name, help) in &self.session.scope.magics {
                    self.push(0, Kind::Magic, name, help.clone(), String::new());
                }
            }
            Context::Member { dot } => {
                if let Some(ty) = self.session.receiver(*dot, ask) {
                    self.members(&ty);
                }
            }
            Context::Path(before) => self.behind_path(&before.path, before.args),
            Context::Use { path } if path.is_empty() => {
                self.names(|kind| kind == Kind::Module);
                for name in ["self", "super", "crate"] {
                    self.push(3, Kind::Keyword, name, String::new(), String::new());
                }
            }
            Context::Use { path } => self.behind_use(path),
            Context::Field { path, open } => self.literal_fields(path, *open),
            Context::Derive => {
                self.names(|kind| kind == Kind::Derive || kind == Kind::Trait);
                self.found
                    .retain(|one| one.item.kind == Kind::Derive || DERIVES.contains(&one.item.text.as_str()));
            }
            Context::Type => self.names(Kind::is_space),
            Context::Name => {
                self.variables();
                self.names(|kind| kind != Kind::Derive);
                for word in KEYWORDS {
                    self.push(4, Kind::Keyword, word, String::new(), String::new());
                }
            }
        }
    }

    fn push(&mut self, group: u8, kind: Kind, text: &str, signature: String, docs: String) {
        let item = Item { text: text.to_owned(), kind, signature, docs };
        self.found.push(Candidate { group, rare: false, item });
    }

    fn push_def(&mut self, group: u8, name: &str, id: Id) {
        let def = self.session.typer.names.world.def(id);
        let text = if def.kind == Kind::Macro { format!("{name}!") } else { name.to_owned() };
        let item = Item { text, kind: def.kind, signature: line(def), docs: first_paragraph(&def.docs) };
        let rare = def.deprecated || ["unsafe ", "async "].iter().any(|word| def.signature.starts_with(word));
        self.found.push(Candidate { group, rare, item });
    }

    /// Fields, the type's own methods, methods of traits that can be called, and of those that need a `use`.
    fn members(&mut self, ty: &Ty) {
        let names = self.session.typer.names;
        let world = names.world;
        for ty in world.steps(ty) {
            if let Ty::Tuple(parts) = &ty {
                for (at, part) in parts.iter().enumerate() {
                    self.push(0, Kind::Field, &at.to_string(), names.show(part), String::new());
                }
            }
        }
        for member in world.fields(ty) {
            self.push_def(0, &world.def(member.id).name, member.id);
        }
        let in_scope: HashSet<Id> = world.def(names.cell).names.iter().map(|(_, id)| *id).collect();
        let is_usable =
            |id: Id, by: &Def| in_scope.contains(&id) || by.path.starts_with("std") || id >= world.base.end();
        for member in world.methods(ty) {
            let def = world.def(member.id);
            let by = member.by.map(|id| (id, world.def(id)));
            let group = match by {
                None => 1,
                Some((id, by)) if is_usable(id, by) => 2,
                // It can't be named, so it can't be used.
                Some((_, by)) if by.path.is_empty() => continue,
                Some(_) => 3,
            };
            self.push_def(group, &def.name, member.id);
            if let (3, Some((_, by)), Some(last)) = (group, by, self.found.last_mut()) {
                last.item.signature.push_str(&format!("  // use {};", by.full_path()));
            }
        }
    }

    fn behind_path(&mut self, path: &[&str], args: Option<(usize, usize)>) {
        let typer = &self.session.typer;
        let world = typer.names.world;
        let at = typer.tokens.len();
        let args = args.map_or(Vec::new(), |(start, end)| {
            typer.names.read_arguments(&typer.tokens[..end], &mut start.clone(), &|_| None)
        });
        let of = typer.space(path, args, at);
        self.behind_use(path);
        if let Some(of) = of {
            for member in world.associated(&of) {
                let def = world.def(member.id);
                // What makes a value of the type comes first.
                let group = if member.by.is_some() { 3 } else { 1 + u8::from(def.receiver) };
                self.push_def(group, &def.name, member.id);
            }
        }
    }

    /// Names in modules, variants of enums, functions of traits.
    fn behind_use(&mut self, path: &[&str]) {
        let names = self.session.typer.names;
        let spaces = match path {
            ["Self"] => Vec::new(),
            _ => names.path(path),
        };
        for space in spaces {
            let def = names.world.def(space);
            if matches!(def.kind, Kind::Module | Kind::Enum | Kind::Trait) {
                for (name, id) in &def.names {
                    self.push_def(0, name, *id);
                }
            }
        }
    }

    fn literal_fields(&mut self, path: &[&str], open: usize) {
        let typer = &self.session.typer;
        let world = typer.names.world;
        let given = given_fields(typer.tokens, open);
        let ids = match path {
            ["Self"] => match typer.variable("Self", open) {
                Some(Ty::Named(id, _)) => vec![id],
                _ => Vec::new(),
            },
            _ => typer.names.path(path),
        };
        let spaces = ids.into_iter().map(|id| world.def(id));
        let spaces: Vec<&Def> =
            spaces.filter(|def| matches!(def.kind, Kind::Struct | Kind::Variant)).collect();
        if spaces.is_empty() {
            // No struct after all: a block.
            self.variables();
            self.names(|kind| kind != Kind::Derive);
        }
        for (name, id) in spaces.into_iter().flat_map(|def| &def.names) {
            if !given.contains(&name.as_str()) {
                self.push_def(0, name, *id);
            }
        }
    }

    fn variables(&mut self) {
        let at = self.session.typer.tokens.len();
        let mut seen = HashSet::new();
        let locals = self.session.typer.locals.clone();
        for (place, local) in locals.iter().enumerate().rev() {
            if local.from <= at && local.name != "Self" && seen.insert(local.name) {
                let ty = self.session.typer.of_local(place);
                let ty = self.session.typer.names.show(&ty);
                self.push(0, Kind::Variable, local.name, format!("{}: {ty}", local.name), String::new());
            }
        }
        for (name, ty) in self.session.scope.variables.iter().rev() {
            if seen.insert(name) {
                self.push(0, Kind::Variable, name, format!("{name}: {ty}"), String::new());
            }
        }
    }

    /// The notebook's names, those it has imported, crates, and what needs no import.
    fn names(&mut self, wanted: impl Fn(Kind) -> bool) {
        let names = self.session.typer.names;
        let world = names.world;
        for (name, id) in &world.def(names.cell).names {
            if wanted(world.def(*id).kind) {
                self.push_def(if *id >= world.base.end() { 1 } else { 2 }, name, *id);
            }
        }
        for (name, id) in &world.base.crates {
            if wanted(Kind::Module) {
                self.push_def(3, name, *id);
            }
        }
        for (name, id) in names.prelude().into_iter().flat_map(|prelude| &world.def(prelude).names) {
            if wanted(world.def(*id).kind) {
                self.push_def(3, name, *id);
            }
        }
    }
}

/// What is said about a definition in one line.
fn line(def: &Def) -> String {
    match def.kind {
        Kind::Module => format!("mod {}", def.full_path()),
        Kind::Struct | Kind::Enum | Kind::Trait | Kind::Alias if !def.path.is_empty() => {
            format!("{}  // {}", def.signature, def.path)
        }
        _ => def.signature.clone(),
    }
}

fn first_paragraph(docs: &str) -> String {
    docs.split("\n\n").next().unwrap_or_default().to_owned()
}
