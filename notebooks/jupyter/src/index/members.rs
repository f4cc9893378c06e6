//! Fields and methods of a type, through references and `Deref`.

use std::collections::HashSet;

use super::model::{Head, Impl, Kind};
use super::ty::{Bindings, Id, Ty};
use super::world::World;

/// So many steps of `Deref` and aliases are followed.
const MOST_STEPS: usize = 8;

/// A field, method or associated item, and what the type's parameters are for it.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: Id,
    pub bindings: Bindings,
    /// The trait that it belongs to.
    pub by: Option<Id>,
}

impl World<'_> {
    /// The type with aliases and default arguments filled in.
    pub fn expand(self, ty: &Ty) -> Ty {
        let mut ty = ty.clone();
        for _ in 0..MOST_STEPS {
            let Ty::Named(id, args) = &ty else { break };
            let def = self.def(*id);
            if def.kind != Kind::Alias {
                let rest = def.generics.iter().skip(args.len()).map(|generic| generic.default.clone());
                return Ty::Named(*id, args.iter().cloned().chain(rest).collect());
            }
            ty = def.ty.with(&self.arguments(*id, args));
        }
        ty
    }

    /// What the parameters of a definition are.
    pub fn arguments(self, id: Id, args: &[Ty]) -> Bindings {
        let generics = &self.def(id).generics;
        let args = args.iter().cloned().chain(std::iter::repeat(Ty::Unknown));
        generics.iter().map(|generic| generic.name.clone()).zip(args).collect()
    }

    /// The type, what it refers to, what that gives way to, and so on.
    pub fn steps(self, ty: &Ty) -> Vec<Ty> {
        let mut steps = Vec::new();
        let mut next = Some(self.expand(ty));
        while let Some(ty) = next.filter(|_| steps.len() < MOST_STEPS) {
            next = match &ty {
                Ty::Ref(to) => Some(self.expand(to)),
                Ty::Named(..) => self.assoc(&ty, "Target").map(|target| self.expand(&target)),
                _ => None,
            };
            steps.push(ty);
        }
        steps
    }

    /// An associated type that an implementation for the type gives.
    pub fn assoc(self, ty: &Ty, name: &str) -> Option<Ty> {
        self.filed(Head::of(ty)?).find_map(|one| {
            let (_, assoc) = one.assoc.iter().find(|(other, _)| other == name)?;
            let mut bindings = Bindings::from([("Self".to_owned(), ty.clone())]);
            one.of.unify(ty, &mut bindings).then(|| self.settle(assoc, &bindings))
        })
    }

    /// A type in which parameters and associated types are replaced.
    pub fn settle(self, ty: &Ty, bindings: &Bindings) -> Ty {
        let ty = ty.map(&mut |part| match part {
            Ty::Assoc(of, name) => {
                let of = of.with(bindings);
                Some(self.assoc(of.behind_references(), name).unwrap_or_default())
            }
            _ => None,
        });
        ty.with(bindings)
    }

    /// Fields that can be reached with `.`; the nearest of each name.
    pub fn fields(self, ty: &Ty) -> Vec<Member> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for ty in self.steps(ty) {
            let Ty::Named(id, args) = &ty else { continue };
            let def = self.def(*id);
            for (name, field) in def.names.iter().filter(|_| def.kind == Kind::Struct) {
                if self.def(*field).kind == Kind::Field && seen.insert(name) {
                    found.push(Member { id: *field, bindings: self.arguments(*id, args), by: None });
                }
            }
        }
        found
    }

    /// Methods that can be called with `.`; the nearest of each name.
    pub fn methods(self, ty: &Ty) -> Vec<Member> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for ty in self.steps(ty) {
            for member in self.associated(&ty) {
                let def = self.def(member.id);
                if def.receiver && seen.insert(&def.name) {
                    found.push(member);
                }
            }
        }
        found
    }

    /// Everything that belongs to a type itself: functions and constants, its own before those of traits.
    pub fn associated(self, ty: &Ty) -> Vec<Member> {
        let ty = &self.expand(ty);
        let (mut own, mut of_traits) = (Vec::new(), Vec::new());
        let own_bindings = || Bindings::from([("Self".to_owned(), ty.clone())]);
        if let Ty::Named(id, args) = ty
            && self.def(*id).kind == Kind::Trait
        {
            self.add_trait(*id, args, own_bindings(), &mut own, MOST_STEPS);
        }
        for head in Head::of(ty).into_iter().chain([Head::Any]) {
            for one in self.filed(head) {
                let mut bindings = own_bindings();
                if !one.of.unify(ty, &mut bindings) || !self.fits(&one.bounds, &bindings) {
                    continue;
                }
                match &one.as_trait {
                    Ty::Named(id, args) => {
                        let args = self.trait_arguments(one, args, &bindings);
                        self.add_trait(*id, &args, own_bindings(), &mut of_traits, 0);
                    }
                    _ => {
                        let fitting =
                            one.items.iter().filter(|id| self.fits(&self.def(**id).bounds, &bindings));
                        own.extend(fitting.map(|id| Member {
                            id: *id,
                            bindings: bindings.clone(),
                            by: None,
                        }));
                    }
                }
            }
        }
        own.extend(of_traits);
        own
    }

    /// Arguments of the trait; those it lacks are taken from its associated types.
    fn trait_arguments(self, one: &Impl, args: &[Ty], bindings: &Bindings) -> Vec<Ty> {
        let assoc = one.assoc.iter().map(|(_, ty)| ty);
        args.iter().chain(assoc).map(|arg| self.settle(arg, bindings)).collect()
    }

    fn add_trait(self, id: Id, args: &[Ty], mut bindings: Bindings, found: &mut Vec<Member>, above: usize) {
        let def = self.def(id);
        bindings.extend(self.arguments(id, args));
        for (_, member) in &def.names {
            found.push(Member { id: *member, bindings: bindings.clone(), by: Some(id) });
        }
        for (param, bound) in def.bounds.iter().filter(|_| above > 0) {
            if let Ty::Named(id, args) = bound
                && param == "Self"
            {
                let args: Vec<Ty> = args.iter().map(|arg| self.settle(arg, &bindings)).collect();
                self.add_trait(*id, &args, bindings.clone(), found, above - 1);
            }
        }
    }
}
