//! What is known about the name at the cursor.

use super::brackets::opening_angle;
use super::context::{path_before, unclosed, use_path};
use super::lex::{self, Kind as Lexed, Token};
use super::paths::Names;
use super::scope::{Overlay, Scope};
use super::session::{Ask, Session};
use crate::index::Index;
use crate::index::model::{Def, Kind};
use crate::index::ty::{Id, Ty};

/// So many functions of a type are listed.
const MOST_LISTED: usize = 80;

/// An explanation in two forms.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    pub plain: String,
    pub markdown: String,
}

/// What a name turned out to be.
enum Found {
    Def(Id),
    Variable { name: String, shown: String, ty: Ty },
}

impl Index {
    /// About the name at or just before `cursor`, a byte of `source`; within the parentheses of a call, about what is
    /// called. With a `detail` above 0, a type's functions are listed.
    pub fn inspect(
        &self,
        source: &str,
        cursor: usize,
        scope: &Scope,
        detail: u8,
        ask: &mut Ask<'_>,
    ) -> Option<Inspection> {
        let cursor = crate::index::floor(source, cursor);
        let tokens = lex::tokens(source).all;
        if !lex::is_sane(source, &tokens) {
            return None;
        }
        if let Some(magic) = magic(source, cursor, scope) {
            return Some(magic);
        }
        let overlay = Overlay::new(&self.layer, scope, source)?;
        let touching = |token: &Token<'_>| token.start <= cursor && cursor <= token.end();
        let word = tokens.iter().position(|token| token.kind == Lexed::Word && touching(token));
        let before = tokens.iter().take_while(|token| token.end() <= cursor).count();
        let candidates = word.into_iter().chain(callees(&tokens[..before]));
        for at in candidates {
            // The locals that are known before the word.
            let session = Session::new(&self.layer, &overlay, scope, source, &tokens[..at]);
            let next = tokens.get(at + 1).map_or("", |token| token.text);
            if let Some(found) = find(&session, tokens[at].text, next, ask) {
                return Some(describe(&session.typer.names, &found, detail));
            }
        }
        None
    }
}

fn magic(source: &str, cursor: usize, scope: &Scope) -> Option<Inspection> {
    let line = source[..cursor].rfind('\n').map_or(0, |at| at + 1);
    let first = source[line..].split_whitespace().next()?;
    let (name, help) = scope.magics.iter().find(|(name, _)| name == first)?;
    Some(Inspection { plain: format!("{name}\n\n{help}"), markdown: format!("`{name}`\n\n{help}") })
}

/// The names before the parentheses around the end of `tokens`, from the inside.
fn callees(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = tokens.len();
    while let Some(open) = unclosed(&tokens[..end]) {
        let mut name = open;
        if tokens[open].text == "{" {
            break;
        }
        if name > 0 && tokens[name - 1].text == "!" {
            name -= 1;
        }
        if name > 0 && tokens[name - 1].text == ">" {
            let turbofish = opening_angle(tokens, name - 1).and_then(|open| open.checked_sub(1));
            name = turbofish.filter(|colons| tokens[*colons].text == "::").unwrap_or(name);
        }
        if name > 0 && tokens[name - 1].kind == Lexed::Word {
            found.push(name - 1);
        }
        end = open;
    }
    found
}

fn find(session: &Session<'_, '_>, name: &str, next: &str, ask: &mut Ask<'_>) -> Option<Found> {
    let typer = &session.typer;
    let (world, tokens) = (typer.names.world, typer.tokens);
    let last = tokens.last().map_or("", |token| token.text);
    if last == "." {
        let ty = session.receiver(tokens.len() - 1, ask)?;
        let (method, field) = (typer.method(&ty, name), typer.field(&ty, name));
        let member = if matches!(next, "(" | "::") { method.or(field) } else { field.or(method) };
        return member.map(|member| Found::Def(member.id));
    }
    let mut path = match use_path(tokens) {
        Some(path) => path?,
        None if last == "::" => path_before(tokens, tokens.len() - 1)?.path,
        None => Vec::new(),
    };
    if path.is_empty()
        && let Some(ty) = typer.variable(name, tokens.len())
    {
        let given = session.scope.variables.iter().rev().find(|(other, _)| other == name);
        let is_local = typer.locals.iter().any(|local| local.name == name);
        let shown = match given {
            Some((_, ty)) if !is_local => ty.clone(),
            _ => typer.names.show(&ty),
        };
        return Some(Found::Variable { name: name.to_owned(), shown, ty });
    }
    let of = typer.space(&path, Vec::new(), tokens.len());
    path.push(name);
    let mut ids = typer.names.path(&path);
    // `linear(…)` is a function even where a module has that name.
    ids.sort_by_key(|id| match (next, world.def(*id).kind) {
        ("!", Kind::Macro) => 0,
        ("(", Kind::Function | Kind::Variant | Kind::Struct) => 0,
        (_, Kind::Macro | Kind::Derive) => 2,
        ("::", kind) if !kind.is_space() => 2,
        _ => 1,
    });
    if let Some(id) = ids.first() {
        return Some(Found::Def(*id));
    }
    let mut members = world.associated(&of?).into_iter();
    members.find(|member| world.def(member.id).name == name).map(|member| Found::Def(member.id))
}

fn describe(names: &Names<'_>, found: &Found, detail: u8) -> Inspection {
    match found {
        Found::Def(id) => {
            let def = names.world.def(*id);
            let mut parts = vec![place(def), def.docs.clone()];
            if detail > 0 {
                parts.extend(functions(names, &def.itself(*id)));
            }
            let signature = match def.kind {
                Kind::Module => format!("mod {}", def.name),
                _ => def.signature.clone(),
            };
            page(&signature, &parts)
        }
        Found::Variable { name, shown, ty } => {
            let signature = format!("let {name}: {shown}");
            let Ty::Named(id, _) = ty.behind_references() else { return page(&signature, &[]) };
            let def = names.world.def(*id);
            let mut parts = vec![format!("`{}`", def.full_path()), def.docs.clone()];
            if detail > 0 {
                parts.extend(functions(names, ty));
            }
            page(&signature, &parts)
        }
    }
}

fn place(def: &Def) -> String {
    if def.path.is_empty() { String::new() } else { format!("in `{}`", def.path) }
}

/// The type's own functions, and its methods.
fn functions(names: &Names<'_>, ty: &Ty) -> Vec<String> {
    let list = |title: &str, mut found: Vec<String>| {
        let more = found.len().saturating_sub(MOST_LISTED);
        found.truncate(MOST_LISTED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!found.is_empty()).then(|| format!("{title}: {}{rest}", found.join(", ")))
    };
    let name = |id: Id| format!("`{}`", names.world.def(id).name);
    let own = names.world.associated(ty).into_iter();
    let own = own.filter(|member| member.by.is_none() && !names.world.def(member.id).receiver);
    let own: Vec<String> = own.map(|member| name(member.id)).collect();
    let methods: Vec<String> = names.world.methods(ty).iter().map(|member| name(member.id)).collect();
    [list("Functions", own), list("Methods", methods)].into_iter().flatten().collect()
}

fn page(signature: &str, parts: &[String]) -> Inspection {
    let body: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let body = body.join("\n\n");
    let plain = format!("{signature}\n\n{body}").trim_end().to_owned();
    let markdown = format!("```rust\n{signature}\n```\n\n{body}").trim_end().to_owned();
    Inspection { plain, markdown }
}
