//! Questions about the real sources: burn, polars, mlbook and the chapters, as this workspace has them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::complete::Completions;
use super::scope::Scope;
use crate::index::Index;
use crate::index::model::Kind;

/// The cursor in the tests' sources.
const CURSOR: char = '¦';

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Built once for all tests, and read back from its file.
pub fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("index.json");
        let built = Index::open(&workspace(), &file).unwrap();
        assert_eq!(built.notes(), &[] as &[String]);
        assert!(file.metadata().unwrap().len() < 10_000_000);
        Index::load(&workspace(), &file).unwrap()
    })
}

pub fn scope() -> Scope {
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    Scope {
        variables: vec![
            pair("x", "Tensor<2>"),
            pair("y", "companion::burn::tensor::Tensor<2>"),
            pair("mask", "burn_tensor::Tensor<2, burn_tensor::Bool>"),
            pair("table", "polars_core::frame::DataFrame"),
            pair("words", "std::vec::Vec<&'static str>"),
            pair("lines", "std::str::Lines<'_>"),
            pair("net", "evcxr_cell::Net"),
            pair("odd", "evcxr_cell::Unheard"),
        ],
        uses: vec!["use companion::prelude::*;".to_owned(), "use companion::ch14;".to_owned()],
        items: vec![
            "#[derive(Module, Debug)]\nstruct Net { conv: Conv2d, fc: Linear }\nlet _ = 1;".to_owned(),
        ],
        magics: vec![pair(":time", "Times the cell"), pair(":vars", "Lists the variables")],
    }
}

fn complete(marked: &str) -> Completions {
    complete_with(marked, None).0
}

/// Also what the compiler is asked.
fn complete_with(marked: &str, answer: Option<&str>) -> (Completions, Vec<String>) {
    let cursor = marked.find(CURSOR).unwrap();
    let mut asked = Vec::new();
    let mut ask = |expression: &str| {
        asked.push(expression.to_owned());
        answer.map(str::to_owned)
    };
    let found = index().complete(&marked.replace(CURSOR, ""), cursor, &scope(), &mut ask);
    assert!(found.end == cursor && found.items.len() <= 500);
    (found, asked)
}

fn texts(marked: &str) -> Vec<String> {
    complete(marked).items.into_iter().map(|item| item.text).collect()
}

/// Whether all of `wanted` are offered.
fn assert_offers(marked: &str, wanted: &[&str]) {
    let texts = texts(marked);
    for text in wanted {
        assert!(texts.iter().any(|one| one == text), "{marked}: no {text} among {texts:?}");
    }
}

fn inspect(marked: &str) -> String {
    let cursor = marked.find(CURSOR).unwrap();
    let found = index().inspect(&marked.replace(CURSOR, ""), cursor, &scope(), 0, &mut |_| None);
    found.map(|found| found.plain).unwrap_or_default()
}

#[test]
fn methods_of_tensors() {
    let found = complete("let x: Tensor<2>; x.res¦");
    assert_eq!((found.start, found.items[0].text.as_str()), (20, "reshape"));
    assert!(
        found.items[0].signature.starts_with("fn reshape<const D2: usize"),
        "{}",
        found.items[0].signature
    );
    assert!(found.items[0].docs.starts_with("Reshape the tensor"));
    assert_offers("x.matmul(y).su¦", &["sum", "sum_dim", "sub"]);
    assert_offers("y.clone().sum().into_sc¦", &["into_scalar"]);
    assert_offers("x.clone()\n    .reshape([1, 2])\n    .¦", &["matmul", "clone", "dims", "unsqueeze"]);
    assert_offers("(x.clone() + 1.0).po¦", &["powf_scalar"]);
    assert_offers("(2.0 * x.clone()).po¦", &["powf_scalar"]);
    assert_offers("x.dims()[0].po¦", &["pow"]);
    assert_offers("mask.clone().an¦", &["any"]);
    assert_eq!(texts("mask.clone().exp¦"), ["expand"]);
}

#[test]
fn variables_of_the_cell() {
    assert_offers("let v = vec![x.clone()];\nfor (i, t) in v.iter().enumerate() { t.fl¦", &["flatten"]);
    assert_offers("let v = vec![1.0f32];\nv.iter().map(|a| a.sq¦", &["sqrt"]);
    assert_offers("let s = words.iter().map(|w| w.trim()).collect::<Vec<_>>();\ns[0].spl¦", &["split"]);
    assert_offers("if let Some(t) = Some(x) { t.fl¦", &["flatten"]);
    assert_offers("fn f(a: usize, t: &Tensor<3>) { t.fl¦", &["flatten"]);
    assert_offers("let (a, b) = (1, x.clone());\nb.fl¦", &["flatten"]);
    assert_offers("let ok: Result<Tensor<2>, String> = f();\nok?.fl¦", &["flatten"]);
    assert_offers("lines.map¦", &["map"]);
    assert_offers(
        "match Some(x.clone()) {\n    None => {}\n    Some(t) if t.dims()[0] > 1 => t.fl¦",
        &["flatten"],
    );
    assert_offers(
        "let r: Result<usize, Tensor<2>> = f();\nmatch r { Ok(_) => 1, Err(t) => t.fl¦",
        &["flatten"],
    );
    assert_eq!(texts("fn f(inner: usize) { inner; }\ninne¦"), Vec::<String>::new());
    assert!(!texts("{ let inner = 1; }\ninn¦").contains(&"inner".to_owned()));
    assert_eq!(texts("let inner = 1;\ninn¦"), ["inner"]);
}

#[test]
fn structs_of_the_notebook() {
    assert_offers("net.¦", &["conv", "fc", "num_params"]);
    assert_offers("net.conv.for¦", &["forward"]);
    let cell =
        "struct Two { one: Linear }\nimpl Two {\n fn forward(&self, x: Tensor<2>) -> Tensor<2> {\n self.";
    assert_offers(&format!("{cell}¦"), &["one"]);
    assert_offers(&format!("{cell}one.forward(x).res¦"), &["reshape"]);
    assert_eq!(texts("let n = Net { conv: c, ¦"), ["fc"]);
    assert_offers("let n: Ne¦", &["Net"]);
}

#[test]
fn paths_and_imports() {
    assert_offers("burn::nn::Lin¦", &["Linear", "LinearConfig"]);
    assert_offers("adam¦", &["adam", "Adam"]);
    assert_eq!(texts("conv2d(1, 32, 5).pad¦"), ["padding"]);
    assert_eq!(complete("Device::¦").items[0].kind, Kind::Method);
    assert_offers("Device::¦", &["flex", "autodiff"]);
    assert_offers("Tensor::<2>::ze¦", &["zeros"]);
    assert_offers("use burn::nn::{conv::Conv2d, pool::Max¦", &["MaxPool2dConfig"]);
    assert_offers("use companion::¦", &["burn", "mlbook", "ch14", "polars", "plotters"]);
    assert_offers("mlbook::nn::so¦", &["softmax"]);
    assert_offers("burn::nn::LinearConfig::new(3, 4).with_¦", &["with_bias"]);
    assert_offers("burn::nn::LinearConfig::¦", &["new"]);
    assert_offers("burn::tensor::DType::¦", &["F32"]);
    assert_offers("std::f32::consts::¦", &["PI"]);
    assert_offers("#[derive(Mo¦", &["Module"]);
    assert_offers("pri¦", &["println!"]);
    assert_offers("x¦", &["x"]);
    assert_offers(":ti¦", &[":time"]);
}

#[test]
fn tables() {
    assert_offers("table.column(\"a\")?.as_¦", &["as_materialized_series"]);
    assert_offers("table.hea¦", &["head"]);
}

#[test]
fn the_compiler_is_asked_only_for_what_is_unknown() {
    assert_eq!(complete_with("x.exp().ab¦", None).1, Vec::<String>::new());
    let (found, asked) = complete_with("let a = 1;\nodd.strange(|q| q)?.fl¦", Some("Tensor<1>"));
    assert_eq!(asked, ["odd.strange(|q| q)?"]);
    assert!(found.items.iter().any(|item| item.text == "flatten"));
}

#[test]
fn nothing_in_texts_comments_and_new_names() {
    for source in ["let a = \"x.¦", "// x.¦", "/* x.¦", "let ne¦", "1¦", "1.5¦", "fn f¦"] {
        assert_eq!(texts(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn inspection() {
    assert!(inspect("conv2d(1, 3¦2)").starts_with("fn conv2d(in_channels: usize"));
    assert!(inspect("let c = conv2d(1, 32, (¦").starts_with("fn conv2d("));
    assert!(inspect("x.resh¦ape([1])").starts_with("fn reshape<"));
    assert!(inspect("x¦").starts_with("let x: Tensor<2>\n\n`burn::Tensor`\n\nA tensor"));
    assert!(inspect("burn::nn::Lin¦ear").starts_with("struct Linear {"));
    assert!(inspect("use burn::nn::{Lin¦ear};").starts_with("struct Linear {"));
    assert!(inspect("Tensor::<2>::zer¦os(").starts_with("fn zeros<"));
    assert!(inspect("let t = x.exp();\nt¦").starts_with("let t: Tensor<2>"));
    assert!(inspect(":ti¦me").starts_with(":time"));
    assert_eq!(inspect("unheard_of¦"), "");
    let detailed = index().inspect("Tensor", 3, &scope(), 1, &mut |_| None).unwrap();
    assert!(detailed.markdown.contains("Functions:") && detailed.markdown.contains("`zeros`"));
}
