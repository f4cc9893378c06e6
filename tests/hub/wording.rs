//! Tokenizers from their files, and whether they fit a model.

use std::fs;
use std::path::Path;

use mlbook::hub::{Wording, WordingKind};
use tempfile::TempDir;

const PIECES: [&str; 12] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "film", "un", "##watch", "##able", "!", "cafe"];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn word_pieces_come_out_of_a_vocabulary_framed_and_cut() {
    let vocabulary = PIECES.join("\n");
    let folder = folder(&[("vocab.txt", &vocabulary)]);
    let wording = Wording::read_for(folder.path(), PIECES.len()).expect("read");
    assert_eq!((wording.kind(), wording.len()), (WordingKind::WordPiece, PIECES.len()));
    assert_eq!(wording.encode("The CAFÉ film: unwatchable!"), [2, 5, 11, 6, 1, 7, 8, 9, 10, 3]);
    assert_eq!(wording.encode("the [MASK]"), [2, 5, 4, 3]);
    assert_eq!(wording.encode(""), [2, 3]);
    assert_eq!(wording.decode(&[2, 5, 7, 8, 9, 6, 10, 3]), "the unwatchable film!");
    assert_eq!(
        (wording.token(8).as_deref(), wording.number("film"), wording.token(99)),
        (Some("##watch"), Some(6), None)
    );
    let cut = wording.cut_to(5).expect("cut");
    assert_eq!(cut.encode_all(&["the film the film the film", "film"]), [vec![2, 5, 6, 5, 3], vec![2, 6, 3]]);
}

#[test]
fn capitals_are_kept_where_the_configuration_says_so() {
    let vocabulary = PIECES.join("\n");
    let cased = r#"{"do_lower_case": false}"#;
    let folder = folder(&[("vocab.txt", &vocabulary), ("tokenizer_config.json", cased)]);
    assert_eq!(Wording::read(folder.path()).expect("read").encode("the The"), [2, 5, 1, 3]);
}

#[test]
fn byte_pairs_come_out_of_a_vocabulary_and_merges() {
    let vocabulary =
        r#"{"h":0,"e":1,"l":2,"o":3,"Ġ":4,"he":5,"ll":6,"hell":7,"hello":8,"Ġhello":9,"<|endoftext|>":10}"#;
    let merges = "#version: 0.2\nh e\nl l\nhe ll\nhell o\nĠ hello\n";
    let folder = folder(&[("vocab.json", vocabulary), ("merges.txt", merges)]);
    let wording = Wording::read_for(folder.path(), 11).expect("read");
    assert_eq!(wording.kind(), WordingKind::BytePairs);
    assert_eq!(wording.encode("hello hello<|endoftext|>hell"), [8, 9, 10, 7]);
    assert_eq!(wording.decode(&[8, 9]), "hello hello");
    assert!(wording.encode("").is_empty());
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let vocabulary = PIECES.join("\n");
    let folder = folder(&[("vocab.txt", &vocabulary)]);
    for vocab_size in [11, 1000] {
        let error = Wording::read_for(folder.path(), vocab_size).expect_err("no fit").to_string();
        assert!(error.contains(&format!("12 tokens where the model has {vocab_size}")), "{error}");
    }
    assert!(Wording::read_for(folder.path(), 64).is_ok(), "an embedding may be filled up to a round number");
}

#[test]
fn damaged_or_missing_files_are_named() {
    let refused = |files: &[(&str, &str)]| {
        let folder = folder(files);
        Wording::read(folder.path()).expect_err("refused").to_string()
    };
    assert!(refused(&[]).contains("no tokenizer"));
    assert!(refused(&[("tokenizer.json", "{\"version\": ")]).contains("tokenizer.json"));
    assert!(refused(&[("vocab.txt", "[PAD]\n[UNK]\nthe")]).contains("the token [CLS] is missing"));
    assert!(refused(&[("vocab.json", "{}"), ("merges.txt", "a b\n")]).contains("merges.txt"));
    let error = Wording::of_pieces(PIECES, true, Path::new("here")).expect("read").cut_to(1);
    assert!(error.is_err(), "no room for what frames a text");
}
