//! Of everything that was read, what a notebook can reach, under the shortest path; all else is dropped.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::index::model::{Def, Impl, Kind, Layer};
use crate::index::ty::{Id, Ty};

/// Paths through these modules count as longer: they say little about where a thing lives.
const DETOURS: [(&str, usize); 2] = [("prelude", 3), ("backend", 1)];

/// Keeps what can be reached from the crates of the layer. `roots` are all crates; those that the crate `opened` passes
/// on are known by the names that it gives them.
pub fn prune(mut layer: Layer, roots: &HashSet<Id>, opened: &str) -> Layer {
    let paths = paths(&layer, roots, opened);
    for (id, (path, name)) in &paths {
        let def = &mut layer.defs[*id as usize];
        def.path.clone_from(path);
        if roots.contains(id) {
            def.name.clone_from(name);
        }
    }
    let (defs, impls) = reached(&layer, paths.keys().copied());
    set_member_paths(&mut layer);
    renumber(layer, &defs, &impls)
}

/// The shortest path to each definition: what stands before the name, and the name.
fn paths(layer: &Layer, roots: &HashSet<Id>, opened: &str) -> BTreeMap<Id, (String, String)> {
    let mut best: BTreeMap<Id, (usize, String, String)> = BTreeMap::new();
    let mut waiting: BTreeMap<(usize, usize), (Id, String, String)> = BTreeMap::new();
    let mut arrivals = 0;
    for (name, id) in &layer.crates {
        waiting.insert((usize::from(name == opened), arrivals), (*id, String::new(), name.clone()));
        arrivals += 1;
    }
    while let Some(((cost, _), (id, path, name))) = waiting.pop_first() {
        if best.contains_key(&id) {
            continue;
        }
        let def = &layer.defs[id as usize];
        if def.kind == Kind::Module {
            let whole = if path.is_empty() { name.clone() } else { format!("{path}::{name}") };
            // Of two paths of the same length, the one through what was read first: others are built on it.
            let mut names: Vec<_> = def.names.iter().collect();
            names.sort_by_key(|(_, id)| *id);
            for (name, next) in names {
                let is_crate = whole == opened && roots.contains(next);
                let detour = DETOURS.iter().find(|(detour, _)| detour == name).map_or(0, |(_, more)| *more);
                let step = if is_crate { 0 } else { 1 + detour };
                let path = if is_crate { String::new() } else { whole.clone() };
                waiting.insert((cost + step, arrivals), (*next, path, name.clone()));
                arrivals += 1;
            }
        }
        best.insert(id, (cost, path, name));
    }
    best.into_iter().map(|(id, (_, path, name))| (id, (path, name))).collect()
}

/// Definitions and implementations that `start` leads to: members, types in signatures, methods.
fn reached(layer: &Layer, start: impl Iterator<Item = Id>) -> (HashSet<Id>, HashSet<usize>) {
    let mut defs = HashSet::new();
    let mut waiting: Vec<Id> = start.collect();
    let mut impls = HashSet::new();
    loop {
        while let Some(id) = waiting.pop() {
            if defs.insert(id) {
                let def = &layer.defs[id as usize];
                // A trait that can't be named can't be used, but it can be a bound.
                if def.kind != Kind::Trait || !def.path.is_empty() {
                    waiting.extend(def.names.iter().map(|(_, id)| *id));
                }
                each_type(def, &mut |ty| ty.each_id(&mut |id| waiting.push(id)));
            }
        }
        for (at, one) in layer.impls.iter().enumerate() {
            let mut heads = [&one.of, &one.as_trait].into_iter();
            let is_reached = heads.all(|ty| match ty {
                Ty::Named(id, _) => defs.contains(id),
                _ => true,
            });
            if is_reached && impls.insert(at) {
                waiting.extend(&one.items);
                let types = one.assoc.iter().map(|(_, ty)| ty).chain([&one.of, &one.as_trait]);
                types.chain(one.bounds.iter().map(|(_, ty)| ty)).for_each(|ty| {
                    ty.each_id(&mut |id| waiting.push(id));
                });
            }
        }
        if waiting.is_empty() {
            return (defs, impls);
        }
    }
}

fn each_type(def: &Def, visit: &mut dyn FnMut(&Ty)) {
    visit(&def.ty);
    def.generics.iter().for_each(|generic| visit(&generic.default));
    def.bounds.iter().for_each(|(_, bound)| visit(bound));
}

/// Methods, fields and variants live in their type.
pub fn set_member_paths(layer: &mut Layer) {
    let first = layer.first;
    let mut paths = Vec::new();
    for def in layer.defs.iter().filter(|def| def.kind.is_type() || def.kind == Kind::Variant) {
        paths.extend(def.names.iter().map(|(_, member)| (*member, def.full_path())));
    }
    for one in &layer.impls {
        if let Ty::Named(id, _) = &one.of
            && *id >= first
        {
            let of = layer.defs[(*id - first) as usize].full_path();
            paths.extend(one.items.iter().map(|member| (*member, of.clone())));
        }
    }
    for (member, path) in paths.into_iter().filter(|(member, _)| *member >= first) {
        layer.defs[(member - first) as usize].path = path;
    }
}

fn renumber(layer: Layer, defs: &HashSet<Id>, impls: &HashSet<usize>) -> Layer {
    let mut new = HashMap::new();
    for id in (0..layer.defs.len() as Id).filter(|id| defs.contains(id)) {
        new.insert(id, new.len() as Id);
    }
    let number = |ty: &Ty| renumbered(ty, &new);
    let pairs = |list: Vec<(String, Ty)>| list.into_iter().map(|(name, ty)| (name, number(&ty))).collect();
    let kept = |list: Vec<Id>| list.iter().filter_map(|id| new.get(id).copied()).collect();
    let crates = layer.crates.into_iter().filter_map(|(name, id)| Some((name, *new.get(&id)?))).collect();
    let all_defs = (0..).zip(layer.defs).filter(|(id, _)| defs.contains(id)).map(|(_, mut def)| {
        def.names = def.names.into_iter().filter_map(|(name, id)| Some((name, *new.get(&id)?))).collect();
        def.ty = number(&def.ty);
        def.takes = def.takes.iter().map(&number).collect();
        def.bounds = pairs(def.bounds);
        def.generics.iter_mut().for_each(|generic| generic.default = number(&generic.default));
        def
    });
    let all_impls =
        layer.impls.into_iter().enumerate().filter(|(at, _)| impls.contains(at)).map(|(_, one)| Impl {
            of: number(&one.of),
            as_trait: number(&one.as_trait),
            bounds: pairs(one.bounds),
            items: kept(one.items),
            assoc: pairs(one.assoc),
        });
    Layer::new(all_defs.collect(), all_impls.collect(), crates)
}

fn renumbered(ty: &Ty, new: &HashMap<Id, Id>) -> Ty {
    ty.map(&mut |part| match part {
        Ty::Named(id, args) => {
            let args = args.iter().map(|arg| renumbered(arg, new)).collect();
            Some(new.get(id).map_or(Ty::Unknown, |id| Ty::Named(*id, args)))
        }
        _ => None,
    })
}
