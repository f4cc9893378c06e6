//! Questions that are answered by looking at all definitions: what a name stands for, which type has which trait.

use super::model::{Def, Head, Impl, Kind, Layer};
use super::ty::{Bindings, Id, Ty};

/// So many traits that follow from each other are looked at.
const MOST_STEPS: u8 = 6;

/// The index, and above it what the notebook defines.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub base: &'a Layer,
    pub top: &'a Layer,
}

impl<'a> World<'a> {
    pub fn def(self, id: Id) -> &'a Def {
        let layer = if id < self.base.end() { self.base } else { self.top };
        &layer.defs[(id - layer.first) as usize]
    }

    pub fn filed(self, head: Head) -> impl Iterator<Item = &'a Impl> {
        self.base.filed(head).chain(self.top.filed(head))
    }

    /// Everything called `name` right behind `space` and `::`, where that is a module, enum or trait.
    pub fn named(self, space: Id, name: &str) -> impl Iterator<Item = Id> + use<'a> {
        let name = name.to_owned();
        self.def(space).names.iter().filter(move |(other, _)| *other == name).map(|(_, id)| *id)
    }

    /// Every definition with its number.
    pub fn all(self) -> impl Iterator<Item = (Id, &'a Def)> {
        (self.base.first..).zip(&self.base.defs).chain((self.top.first..).zip(&self.top.defs))
    }

    /// Whether a type has a trait, as far as the index knows; what it can't tell counts as yes.
    pub fn may_have(self, ty: &Ty, wanted: Id) -> bool {
        let ty = ty.behind_references();
        match ty {
            Ty::Named(id, _) if self.def(*id).kind == Kind::Trait => {
                self.is_or_has_above(*id, wanted, MOST_STEPS)
            }
            Ty::Named(..) | Ty::Slice(_) | Ty::Tuple(_) => self.has(ty, wanted, MOST_STEPS),
            _ => true,
        }
    }

    /// Whether a trait is another, or has it above itself.
    fn is_or_has_above(self, one: Id, wanted: Id, depth: u8) -> bool {
        let mut above = self.def(one).bounds.iter().filter(|(param, _)| param == "Self");
        one == wanted
            || depth > 0
                && above.any(|(_, bound)| match bound {
                    Ty::Named(id, _) => self.is_or_has_above(*id, wanted, depth - 1),
                    _ => false,
                })
    }

    fn has(self, ty: &Ty, wanted: Id, depth: u8) -> bool {
        if depth == 0 {
            return false;
        }
        let heads = Head::of(ty).into_iter().chain([Head::Any]);
        heads.flat_map(|head| self.filed(head)).any(|one| {
            let mut bindings = Bindings::new();
            matches!(one.as_trait, Ty::Named(id, _) if id == wanted)
                && one.of.unify(ty, &mut bindings)
                && one.bounds.iter().all(|(param, bound)| {
                    let (Some(bound_to), Ty::Named(id, _)) = (bindings.get(param), bound) else {
                        return true;
                    };
                    match bound_to {
                        Ty::Named(one, _) if self.def(*one).kind != Kind::Trait => {
                            self.has(bound_to, *id, depth - 1)
                        }
                        _ => true,
                    }
                })
        })
    }

    /// Whether what the parameters are bound to has the traits that they need.
    pub fn fits(self, bounds: &[(String, Ty)], bindings: &Bindings) -> bool {
        bounds.iter().all(|(param, bound)| match (bindings.get(param), bound) {
            (Some(ty), Ty::Named(id, _)) => self.may_have(ty, *id),
            _ => true,
        })
    }
}
