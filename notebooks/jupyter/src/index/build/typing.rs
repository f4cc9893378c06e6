//! From paths to definitions in types, bounds and derives.

use super::builder::Builder;
use crate::index::model::{Def, Impl, Kind};
use crate::index::ty::{Bindings, Id, Ty};

/// Bounds that say nothing about which methods there are.
const MARKERS: [&str; 12] = [
    "Send",
    "Sync",
    "Sized",
    "Clone",
    "Copy",
    "Debug",
    "Display",
    "Default",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Unpin",
];

impl Builder<'_> {
    pub fn resolve_types(&mut self, standard: Id) {
        for at in 0..self.layer.defs.len() {
            let home = self.homes[at];
            let def = &self.layer.defs[at];
            let ty = self.typed(home, &def.ty);
            let bounds = self.bounds(home, &def.bounds, standard).0;
            let defaults: Vec<Ty> = def.generics.iter().map(|one| self.typed(home, &one.default)).collect();
            let takes = def.takes.iter().map(|ty| self.typed(home, ty)).collect();
            let def: &mut Def = &mut self.layer.defs[at];
            (def.ty, def.bounds, def.takes) = (ty, bounds, takes);
            def.generics.iter_mut().zip(defaults).for_each(|(one, default)| one.default = default);
        }
        let homes = std::mem::take(&mut self.impl_homes);
        for (one, home) in std::mem::take(&mut self.layer.impls).into_iter().zip(homes) {
            if let Some(one) = self.resolve_impl(one, home, standard) {
                self.layer.impls.push(one);
            }
        }
    }

    fn resolve_impl(&self, one: Impl, home: Id, standard: Id) -> Option<Impl> {
        let of = self.without_alias(self.typed(home, &one.of));
        let as_trait = self.typed(home, &one.as_trait);
        let (bounds, is_whole) = self.bounds(home, &one.bounds, standard);
        let is_known_trait = one.as_trait == Ty::Unknown || matches!(as_trait, Ty::Named(..));
        // For every type with a trait that is not in the index: better not at all.
        if !is_known_trait || (matches!(of, Ty::Param(_)) && (!is_whole || bounds.is_empty())) {
            return None;
        }
        let assoc = one.assoc.iter().map(|(name, ty)| (name.clone(), self.typed(home, ty))).collect();
        Some(Impl { of, as_trait, bounds, assoc, items: one.items })
    }

    /// The bounds that can be checked, and whether those left out don't matter.
    fn bounds(&self, home: Id, bounds: &[(String, Ty)], standard: Id) -> (Vec<(String, Ty)>, bool) {
        let (mut kept, mut is_whole) = (Vec::new(), true);
        for (param, bound) in bounds {
            let name = match bound {
                Ty::Path(path, _) => path.last().map_or("", String::as_str),
                _ => "",
            };
            if MARKERS.contains(&name) {
                continue;
            }
            match self.typed(home, bound) {
                Ty::Named(id, args) if param == "Self" || !self.is_standard(id, standard) => {
                    kept.push((param.clone(), Ty::Named(id, args)));
                }
                _ => is_whole = false,
            }
        }
        (kept, is_whole)
    }

    fn is_standard(&self, id: Id, standard: Id) -> bool {
        match id.checked_sub(self.layer.first) {
            None => self.def(id).path.starts_with("std"),
            Some(at) => self.crate_of(self.homes[at as usize]) == standard,
        }
    }

    pub fn resolve_derives(&mut self) {
        for (id, path) in std::mem::take(&mut self.derives) {
            let home = self.homes[(id - self.layer.first) as usize];
            let of = self.def(id).itself(id);
            let traits = self.lookup(home, &path, false);
            if let Some(found) = traits.into_iter().find(|found| self.def(*found).kind == Kind::Trait) {
                let as_trait = Ty::Named(found, Vec::new());
                self.layer.impls.push(Impl { of, as_trait, ..Impl::default() });
            }
        }
    }

    /// A type with its paths resolved, seen from `module`.
    fn typed(&self, module: Id, ty: &Ty) -> Ty {
        ty.map(&mut |part| match part {
            Ty::Path(path, args) => {
                let args = args.iter().map(|arg| self.typed(module, arg)).collect();
                let found = self.lookup(module, path, false);
                let id = found.into_iter().find(|id| self.def(*id).kind.is_type());
                Some(id.map_or(Ty::Unknown, |id| Ty::Named(id, args)))
            }
            _ => None,
        })
    }

    fn without_alias(&self, ty: Ty) -> Ty {
        let Ty::Named(id, args) = &ty else { return ty };
        let def = self.def(*id);
        if def.kind != Kind::Alias {
            return ty;
        }
        let bindings: Bindings =
            def.generics.iter().map(|one| one.name.clone()).zip(args.iter().cloned()).collect();
        let home = if *id < self.layer.first { 0 } else { self.homes[(*id - self.layer.first) as usize] };
        self.typed(home, &def.ty).with(&bindings)
    }
}
