//! The program as its user meets it: two at once, killed midway, misused.

use std::process::Stdio;

use super::server::Act;
use super::{QUICK_FLAGS, Stage, text_of};

#[test]
fn programs_at_once_fetch_each_byte_once() {
    let stage = Stage::new(2_000_000);
    let catalog = stage.catalog(&[stage.serve("/a", [])]);
    let start = || {
        let mut book = stage.book(&catalog, &["fetch", "digits"]);
        book.args(QUICK_FLAGS).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program")
    };
    let both = [start(), start(), start()].map(|book| book.wait_with_output().expect("its end"));
    for output in &both {
        assert!(output.status.success(), "{}", text_of(output));
    }
    let file = stage.dir.path().join("cache/mlbook/data/digits/digits.bin");
    assert!(std::fs::read(file).expect("the file") == stage.bytes);
    assert_eq!(stage.server.log().len(), 1, "the others wait and then find it there");
}

#[test]
fn a_killed_program_leaves_no_file_and_the_next_one_goes_on() {
    let stage = Stage::new(2_000_000);
    let catalog = stage.catalog(&[stage.serve("/a", [Act::Stall(1_000_000)])]);
    let mut book = stage.book(&catalog, &["fetch", "digits"]);
    let mut first = book.args(["--stall-timeout", "60s"]).stderr(Stdio::null()).spawn().expect("the program");
    let folder = stage.dir.path().join("cache/mlbook/data/digits");
    let part = folder.join(".digits.bin.part");
    while std::fs::metadata(&part).map_or(0, |m| m.len()) < 1_000_000 {
        assert!(first.try_wait().expect("its state").is_none(), "it ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    first.kill().expect("killed");
    first.wait().expect("its end");
    assert!(!folder.join("digits.bin").exists());
    let output = stage.book(&catalog, &["fetch", "digits"]).args(QUICK_FLAGS).output().expect("the program");
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(std::fs::read(folder.join("digits.bin")).expect("the file") == stage.bytes);
    assert_eq!(stage.server.log()[1].range, Some((1_000_000, None)));
}

#[test]
fn fetching_into_mlbook_data_makes_the_set_found_there() {
    let stage = Stage::new(100_000);
    let catalog = stage.catalog(&[stage.serve("/a", [])]);
    let data = stage.dir.path().join("mine");
    let list = || {
        let output = stage.book(&catalog, &["list"]).env("MLBOOK_DATA", &data).output().expect("the program");
        assert!(output.status.success());
        text_of(&output)
    };
    assert!(list().contains("absent"), "{}", list());
    let output =
        stage.book(&catalog, &["fetch", "all"]).env("MLBOOK_DATA", &data).output().expect("the program");
    assert!(output.status.success(), "{}", text_of(&output));
    let listed = list();
    assert!(
        listed.contains("100.0 kB") && listed.contains("11 14") && listed.contains("CC0-1.0"),
        "{listed}"
    );
    assert!(listed.contains(&format!("MLBOOK_DATA: {}", data.join("digits").display())), "{listed}");
}

#[test]
fn misuse_is_one_line_and_exit_code_2() {
    let stage = Stage::new(1000);
    let good = stage.catalog(&[]);
    let bad = stage.dir.path().join("bad.toml");
    std::fs::write(&bad, "[[set]]\nname = 3\n").expect("a bad catalog");
    let absent = stage.dir.path().join("absent.toml");
    let cases = [
        (&good, "fetch", "digit", "there is no data set `digit`. There are: digits"),
        (&good, "verify", "digit", "there is no data set `digit`. There are: digits"),
        (&bad, "fetch", "digits", "data catalog: "),
        (&absent, "fetch", "digits", "not found. Check the path."),
    ];
    for (catalog, command, name, message) in cases {
        let output = stage.book(catalog, &[command, name]).output().expect("the program");
        assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
        assert!(text_of(&output).contains(message), "{}", text_of(&output));
        assert_eq!(text_of(&output).lines().count(), 1, "{}", text_of(&output));
    }
    for flags in [["--attempts", "0"], ["--wait", "often"], ["--stall-timeout", "5"]] {
        let output = stage.book(&good, &["fetch", "digits"]).args(flags).output().expect("the program");
        assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    }
}

#[test]
fn the_built_in_catalog_keeps_its_own_rules() {
    let stage = Stage::new(1);
    let output = stage.book(&stage.catalog(&[]), &["list"]).env_remove("MLBOOK_CATALOG").output();
    let output = output.expect("the program");
    assert!(output.status.success(), "{}", text_of(&output));
}
