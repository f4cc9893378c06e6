//! Half-written cells, with the cursor anywhere.

use proptest::prelude::*;

use super::tests::{index, scope};

/// Pieces of which half-written cells are made.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "x",
        "net",
        "let ",
        "mut ",
        ".",
        "::",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "|",
        "&",
        "*",
        "?",
        ";",
        ",",
        ":",
        "=",
        "=>",
        "->",
        "..",
        "1",
        "1.",
        "\"",
        "'",
        "'a",
        "//",
        "/*",
        "*/",
        "\n",
        " ",
        "#[derive(",
        "use ",
        "impl ",
        "for ",
        "in ",
        "fn f",
        "struct S",
        "Tensor",
        "Vec",
        "vec!",
        "self",
        "Self",
        "burn",
        "nn",
        "conv2d",
        "map",
        "é",
        "日",
        "r#",
        "r\"",
        "b'",
        "if ",
        "match ",
        "as ",
        "move ",
        "reshape",
        "collect",
        "::<",
        "_",
        ":time",
        "else ",
        "where ",
        "dyn ",
    ];
    prop_oneof![8 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_source_and_no_cursor_panics(pieces in prop::collection::vec(piece(), 0..40), at in 0_usize..200) {
        let source = pieces.concat();
        let found = index().complete(&source, at, &scope(), &mut |_| Some(source.clone()));
        prop_assert!(found.start <= found.end && found.end <= source.len());
        prop_assert!(source.is_char_boundary(found.start) && source.is_char_boundary(found.end));
        index().inspect(&source, at, &scope(), 1, &mut |_| Some(source.clone()));
    }
}

#[test]
fn deep_nesting_is_refused_rather_than_followed() {
    for piece in
        ["(", "[", "&", "&mut ", "-", "Vec<", "|a|", "x.map(", "if x {", "else if x {} ", "a = ", "dyn "]
    {
        for prefix in ["", "let y: ", "let y = ", "fn f() { let y = ", "x."] {
            let source = format!("{prefix}{}", piece.repeat(20_000));
            index().complete(&source, source.len(), &scope(), &mut |_| None);
            let long = format!("{prefix}{}", piece.repeat(90));
            index().complete(&long, long.len(), &scope(), &mut |_| Some(long.clone()));
            index().inspect(&long, long.len(), &scope(), 1, &mut |_| None);
        }
    }
}
