//! From the items of a module to definitions.

use syn::{
    Attribute, Fields, ImplItem, Item, ItemEnum, ItemImpl, ItemMacro, ItemStruct, ItemTrait, TraitItem,
    UseTree,
};

use super::builder::{Builder, Use};
use super::cfg;
use super::defs::{constant, function, method, named};
use super::derive;
use super::settings;
use super::text::{self, is_public, source};
use super::types;
use crate::index::model::{Def, Impl, Kind};
use crate::index::ty::{Id, Ty};

impl Builder<'_> {
    /// Adds an item other than a module.
    pub fn collect(&mut self, module: Id, item: &Item) {
        if !self.wants(attributes(item)) {
            return;
        }
        match item {
            Item::Fn(item) => self.collect_function(module, item),
            Item::Struct(item) => self.collect_struct(module, item),
            Item::Enum(item) => self.collect_enum(module, item),
            Item::Trait(item) => self.collect_trait(module, item),
            Item::Impl(item) => self.collect_impl(module, item),
            Item::Macro(item) => self.collect_macro(module, item),
            Item::Use(item) => {
                self.collect_use(module, is_public(&item.vis), &mut Vec::new(), &item.tree);
            }
            Item::Type(item) => {
                let scope = types::parameters(&[], &item.generics);
                let def = Def {
                    kind: Kind::Alias,
                    signature: format!(
                        "type {}{} = {}",
                        item.ident,
                        source(&item.generics),
                        source(&*item.ty)
                    ),
                    generics: types::generics(&item.generics, &scope),
                    ty: types::read(&item.ty, &scope),
                    ..named(&item.ident, &item.attrs)
                };
                self.add_named(module, is_public(&item.vis), def);
            }
            Item::Const(item) => {
                let def = constant("const", &item.ident, &item.ty, &item.attrs, &[]);
                self.add_named(module, is_public(&item.vis), def);
            }
            Item::Static(item) => {
                let def = constant("static", &item.ident, &item.ty, &item.attrs, &[]);
                self.add_named(module, is_public(&item.vis), def);
            }
            Item::ExternCrate(item) => {
                let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name).to_string();
                let path = vec![item.ident.to_string()];
                self.uses.push(Use { module, path, name: Some(name), public: is_public(&item.vis) });
            }
            _ => {}
        }
    }

    pub fn wants(&self, attributes: &[Attribute]) -> bool {
        cfg::holds(attributes, &self.features) && !text::is_marked(attributes, "doc", "hidden")
    }

    fn collect_function(&mut self, module: Id, item: &syn::ItemFn) {
        let mut def = function(&item.sig, &item.attrs, &[]);
        if let Some(macro_def) = derive::macro_of(&item.attrs, &def) {
            def = macro_def;
        }
        self.add_named(module, is_public(&item.vis), def);
    }

    fn collect_struct(&mut self, module: Id, item: &ItemStruct) {
        let scope = types::parameters(&[], &item.generics);
        let head = format!("struct {}{}", item.ident, source(&item.generics));
        let all = self.sees_private;
        let (names, shown) = self.fields(module, &item.fields, &scope, all);
        let signature = match item.fields {
            Fields::Unnamed(_) => text::listed(&head, shown, '(', ')'),
            _ => text::listed(&head, shown, '{', '}'),
        };
        let generics = types::generics(&item.generics, &scope);
        let def = Def { kind: Kind::Struct, signature, generics, names, ..named(&item.ident, &item.attrs) };
        let id = self.add_named(module, is_public(&item.vis), def);
        self.collect_derives(id, &item.attrs);
        derive::functions(self, module, id, item);
    }

    fn collect_enum(&mut self, module: Id, item: &ItemEnum) {
        let scope = types::parameters(&[], &item.generics);
        let own = Ty::Path(vec![item.ident.to_string()], scope.iter().cloned().map(Ty::Param).collect());
        let (mut names, mut shown) = (Vec::new(), Vec::new());
        for variant in &item.variants {
            if !self.wants(&variant.attrs) {
                continue;
            }
            let (fields, types) = self.fields(module, &variant.fields, &scope, true);
            let head = variant.ident.to_string();
            let signature = match variant.fields {
                Fields::Unnamed(_) => text::listed(&head, types, '(', ')'),
                _ => text::listed(&head, types, '{', '}'),
            };
            let def = Def {
                kind: Kind::Variant,
                signature: format!("{}::{signature}", item.ident),
                ty: own.clone(),
                names: fields,
                ..named(&variant.ident, &variant.attrs)
            };
            names.push((head.clone(), self.add(module, def)));
            shown.push(head);
        }
        let head = format!("enum {}{}", item.ident, source(&item.generics));
        let def = Def {
            kind: Kind::Enum,
            signature: text::listed(&head, shown, '{', '}'),
            generics: types::generics(&item.generics, &scope),
            names,
            ..named(&item.ident, &item.attrs)
        };
        let id = self.add_named(module, is_public(&item.vis), def);
        self.collect_derives(id, &item.attrs);
    }

    fn collect_trait(&mut self, module: Id, item: &ItemTrait) {
        let scope = types::parameters(&[], &item.generics);
        let mut names = Vec::new();
        for part in &item.items {
            let def = match part {
                TraitItem::Fn(part) if self.wants(&part.attrs) => method(&part.sig, &part.attrs, &scope),
                TraitItem::Const(part) => constant("const", &part.ident, &part.ty, &part.attrs, &scope),
                _ => continue,
            };
            names.push((def.name.clone(), self.add(module, def)));
        }
        let mut bounds = types::bounds(&item.generics, &scope);
        types::add_bounds(&mut bounds, "Self", item.supertraits.iter(), &scope);
        let above: Vec<String> = item.supertraits.iter().map(source).collect();
        let colon = if above.is_empty() { "" } else { ": " };
        let def = Def {
            kind: Kind::Trait,
            signature: format!("trait {}{}{colon}{}", item.ident, source(&item.generics), above.join(" + ")),
            generics: types::generics(&item.generics, &scope),
            names,
            bounds,
            ..named(&item.ident, &item.attrs)
        };
        self.add_named(module, is_public(&item.vis), def);
    }

    fn collect_impl(&mut self, module: Id, item: &ItemImpl) {
        let scope = types::parameters(&[], &item.generics);
        let mut one = Impl {
            of: types::read(&item.self_ty, &scope),
            bounds: types::bounds(&item.generics, &scope),
            ..Impl::default()
        };
        if let Some((not, path, _)) = &item.trait_ {
            if not.is_some() {
                return;
            }
            one.as_trait = types::path(path, &scope);
        }
        for part in &item.items {
            match part {
                ImplItem::Type(part) => {
                    one.assoc.push((part.ident.to_string(), types::read(&part.ty, &scope)));
                }
                ImplItem::Fn(part) if item.trait_.is_none() && self.shows(&part.vis, &part.attrs) => {
                    let def = method(&part.sig, &part.attrs, &scope);
                    one.items.push(self.add(module, def));
                }
                ImplItem::Const(part) if item.trait_.is_none() && self.shows(&part.vis, &part.attrs) => {
                    let def = constant("const", &part.ident, &part.ty, &part.attrs, &scope);
                    one.items.push(self.add(module, def));
                }
                _ => {}
            }
        }
        self.add_impl(module, one);
    }

    fn shows(&self, visibility: &syn::Visibility, attributes: &[Attribute]) -> bool {
        (self.sees_private || is_public(visibility)) && self.wants(attributes)
    }

    fn collect_macro(&mut self, module: Id, item: &ItemMacro) {
        let Some(name) = &item.ident else { return settings::collect(self, module, item) };
        let exported = text::is_marked(&item.attrs, "macro_export", "");
        let home = if exported { self.crate_of(module) } else { module };
        let def =
            Def { kind: Kind::Macro, signature: format!("macro {name}!(…)"), ..named(name, &item.attrs) };
        self.add_named(home, exported, def);
    }

    fn collect_derives(&mut self, id: Id, attributes: &[Attribute]) {
        for path in text::derives(attributes) {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.derives.push((id, names));
        }
    }

    fn collect_use(&mut self, module: Id, public: bool, path: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.collect_use(module, public, path, &part.tree);
                path.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.collect_use(module, public, path, tree);
                }
            }
            UseTree::Glob(_) => self.uses.push(Use { module, path: path.clone(), name: None, public }),
            UseTree::Name(part) => self.import(module, public, path, &part.ident.to_string(), None),
            UseTree::Rename(part) => {
                self.import(module, public, path, &part.ident.to_string(), Some(part.rename.to_string()));
            }
        }
    }

    fn import(&mut self, module: Id, public: bool, path: &[String], last: &str, rename: Option<String>) {
        let mut path = path.to_vec();
        if last != "self" || path.is_empty() {
            path.push(last.to_owned());
        }
        let name = rename.or_else(|| path.last().cloned());
        self.uses.push(Use { module, path, name, public });
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        _ => &[],
    }
}
