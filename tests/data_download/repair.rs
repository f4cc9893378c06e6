//! Damaged files: which chunks, and fetching those alone.

use std::process::Output;

use mlbook::data::download::Fetcher;
use mlbook::data::lock::FolderLock;
use mlbook::data::merkle::CHUNK;
use mlbook::data::progress::Progress;
use mlbook::data::verify::{Condition, Repaired, check_file};

use super::server::Act;
use super::{QUICK_FLAGS, Stage, catalog_text, quick, set, text_of};

const SIZE: usize = 10 * CHUNK + 123;

/// A stage on which the right file has been fetched.
fn fetched(size: usize) -> Stage {
    let stage = Stage::new(size);
    let url = stage.serve("/first", []);
    stage.fetch(&[url]).expect("fetched");
    stage
}

/// Spoils the file as told, repairs it from a mirror that plays this script, and expects the right bytes.
fn repaired(stage: &Stage, spoil: impl FnOnce(&mut Vec<u8>), script: Vec<Act>) -> Repaired {
    let mut bytes = stage.bytes.clone();
    spoil(&mut bytes);
    std::fs::write(stage.target(), &bytes).expect("spoiled");
    let set = set(&stage.bytes, &[stage.serve("/mirror", script)]);
    let lock = FolderLock::acquire(stage.dir.path(), Progress::Silent).expect("the lock");
    let checked = check_file(&set.files[0], stage.dir.path()).expect("checked");
    let how = Fetcher::new(quick()).repair(&set, &checked, &lock).expect("repaired");
    stage.assert_right();
    how
}

#[test]
fn one_altered_byte_in_12_mb_is_named_and_its_chunk_alone_fetched() {
    let stage = Stage::new(12_000_000);
    let catalog = stage.catalog(&[stage.serve("/a", [])]);
    let folder = stage.dir.path().to_string_lossy().to_string();
    let book = |arguments: &[&str]| -> Output {
        let mut command = stage.book(&catalog, arguments);
        command.args(["--data-dir", &folder]).args(QUICK_FLAGS).output().expect("the program")
    };
    let output = book(&["fetch", "digits"]);
    assert!(output.status.success(), "{}", text_of(&output));
    let file = stage.dir.path().join("digits/digits.bin");
    let mut bytes = stage.bytes.clone();
    bytes[7_654_321] ^= 0x10;
    std::fs::write(&file, &bytes).expect("spoiled");

    let output = book(&["verify", "digits"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let chunk = 7_654_321 / CHUNK;
    let line = format!("chunk {chunk}: bytes {} to {}", chunk * CHUNK, (chunk + 1) * CHUNK - 1);
    assert!(text_of(&output).contains(&line), "{}", text_of(&output));
    assert!(text_of(&output).contains("1 of 184 chunks damaged"), "{}", text_of(&output));
    assert_eq!(stage.server.log().len(), 1, "looking asks no server");

    let output = book(&["verify", "digits", "--repair"]);
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(std::fs::read(&file).expect("the file") == stage.bytes);
    let log = stage.server.log();
    assert_eq!(log.len(), 2);
    assert_eq!(log[1].range, Some((chunk * CHUNK, Some((chunk + 1) * CHUNK - 1))));
    assert_eq!(log[1].sent, CHUNK);
    assert!(book(&["verify", "digits"]).status.success());
}

#[test]
fn neighbouring_chunks_are_one_request_and_the_short_last_one_is_mended() {
    let stage = fetched(SIZE);
    let spoil =
        |bytes: &mut Vec<u8>| [2 * CHUNK, 3 * CHUNK + 9, SIZE - 1].iter().for_each(|&at| bytes[at] ^= 1);
    assert_eq!(repaired(&stage, spoil, vec![]), Repaired::Chunks(3));
    let ranges: Vec<_> = stage.server.asked("/mirror").iter().map(|request| request.range).collect();
    assert_eq!(ranges, [Some((2 * CHUNK, Some(4 * CHUNK - 1))), Some((10 * CHUNK, Some(SIZE - 1)))]);
}

#[test]
fn a_cut_file_gets_its_end_back_and_a_long_one_loses_its() {
    let stage = fetched(SIZE);
    assert_eq!(repaired(&stage, |bytes| bytes.truncate(8 * CHUNK), vec![]), Repaired::Chunks(3));
    assert_eq!(stage.server.asked("/mirror")[0].sent, SIZE - 8 * CHUNK);
    repaired(&stage, |bytes| bytes.extend([1; 3 * CHUNK]), vec![]);
    assert_eq!(stage.server.asked("/mirror").last().expect("a request").sent, 123);
}

#[test]
fn a_server_that_ignores_ranges_is_read_only_up_to_the_chunk() {
    let stage = fetched(100 * CHUNK);
    let how = repaired(&stage, |bytes| bytes[CHUNK] ^= 1, vec![Act::IgnoreRange]);
    assert_eq!(how, Repaired::Chunks(1));
    assert_eq!(stage.server.asked("/mirror").len(), 1);
}

#[test]
fn a_chunk_that_arrives_dropped_is_asked_for_again() {
    let stage = fetched(SIZE);
    let how =
        repaired(&stage, |bytes| bytes[5 * CHUNK] ^= 1, vec![Act::Drop(100), Act::Status(503, Some("0"))]);
    assert_eq!(how, Repaired::Chunks(1));
    assert_eq!(stage.server.asked("/mirror").len(), 3);
}

#[test]
fn a_mirror_with_a_wrong_chunk_is_found_out_and_the_whole_file_fetched() {
    let stage = fetched(SIZE);
    let how = repaired(&stage, |bytes| bytes[0] ^= 1, vec![Act::Alter(77)]);
    assert_eq!(how, Repaired::Whole);
}

#[test]
fn a_wrong_chunk_is_taken_from_the_next_mirror() {
    let stage = fetched(SIZE);
    let mut bytes = stage.bytes.clone();
    bytes[4 * CHUNK] ^= 1;
    std::fs::write(stage.target(), &bytes).expect("spoiled");
    let mirrors = [stage.serve("/bad", [Act::Alter(4 * CHUNK + 7)]), stage.serve("/good", [])];
    let set = set(&stage.bytes, &mirrors);
    let lock = FolderLock::acquire(stage.dir.path(), Progress::Silent).expect("the lock");
    let checked = check_file(&set.files[0], stage.dir.path()).expect("checked");
    let how = Fetcher::new(quick()).repair(&set, &checked, &lock).expect("repaired");
    assert_eq!(how, Repaired::Chunks(1));
    stage.assert_right();
    assert_eq!(stage.server.asked("/good")[0].sent, CHUNK);
}

#[test]
fn without_a_tree_or_with_a_forged_one_the_whole_file_is_fetched() {
    let stage = fetched(SIZE);
    let tree = stage.dir.path().join(".digits.bin.merkle");
    std::fs::remove_file(&tree).expect("removed");
    assert_eq!(repaired(&stage, |bytes| bytes[0] ^= 1, vec![]), Repaired::Whole);

    let mut saved = std::fs::read(&tree).expect("kept again");
    *saved.last_mut().expect("a leaf") ^= 1;
    std::fs::write(&tree, saved).expect("forged");
    assert_eq!(repaired(&stage, |bytes| bytes[0] ^= 1, vec![]), Repaired::Whole);

    let forged = vec![9; SIZE];
    std::fs::write(stage.target(), &forged).expect("another file");
    let other = set(&forged, &[]);
    assert!(matches!(
        check_file(&other.files[0], stage.dir.path()).expect("looked").condition,
        Condition::Whole
    ));
    assert_eq!(repaired(&stage, |bytes| bytes[0] ^= 1, vec![]), Repaired::Whole);
}

#[test]
fn a_root_in_the_catalog_vouches_for_a_tree_without_its_hash() {
    let stage = fetched(SIZE);
    let tree = mlbook::data::merkle::MerkleTree::of_file(&stage.target()).expect("a tree");
    let text = catalog_text(&stage.bytes, &[stage.serve("/mirror", [])]);
    let text = text.replace("mirrors = ", &format!("merkle_root = \"{}\"\nmirrors = ", tree.root_hex()));
    let catalog = mlbook::data::catalog::Catalog::parse(&text).expect("a catalog");
    std::fs::remove_file(stage.dir.path().join(".digits.bin.merkle.json")).expect("removed");
    let mut bytes = stage.bytes.clone();
    bytes[CHUNK + 1] ^= 1;
    std::fs::write(stage.target(), &bytes).expect("spoiled");
    let checked = check_file(&catalog.sets[0].files[0], stage.dir.path()).expect("looked");
    assert!(matches!(&checked.condition, Condition::Damaged { chunks, .. } if chunks == &[1]), "{checked:?}");
    let unrooted = set(&stage.bytes, &[]);
    let checked = check_file(&unrooted.files[0], stage.dir.path()).expect("looked");
    assert!(matches!(checked.condition, Condition::Unknown { .. }), "{checked:?}");
}

#[test]
fn verify_makes_the_tree_of_a_file_that_came_by_hand() {
    let stage = Stage::new(SIZE);
    std::fs::write(stage.target(), &stage.bytes).expect("by hand");
    let catalog = stage.catalog(&[]);
    let folder = stage.dir.path().to_string_lossy().to_string();
    let verify =
        || stage.book(&catalog, &["verify", "digits", "--data-dir", &folder]).output().expect("the program");
    assert!(verify().status.success());
    let mut bytes = stage.bytes.clone();
    bytes[0] ^= 1;
    std::fs::write(stage.target(), &bytes).expect("spoiled");
    let output = verify();
    assert!(text_of(&output).contains("chunk 0: bytes 0 to 65535"), "{}", text_of(&output));
    std::fs::remove_file(stage.target()).expect("removed");
    assert!(text_of(&verify()).contains("digits.bin: missing"));
}
