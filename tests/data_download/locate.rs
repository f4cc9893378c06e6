//! Where a set is found, and what a catalog may not say.

use std::path::{Path, PathBuf};

use mlbook::data::catalog::Catalog;
use mlbook::data::download::Fetcher;
use mlbook::data::locate::{LocateError, Origin, Places, locate};

use super::{Stage, catalog_text, quick};

/// The set `digits` with a bundled stand-in `digits-mini`.
fn catalog(stage: &Stage, mirrors: &[String]) -> Catalog {
    let full =
        catalog_text(&stage.bytes, mirrors).replace("chapters", "stand_in = \"digits-mini\"\nchapters");
    let mini = catalog_text(&stage.bytes[..100], &[])
        .replace("\"digits\"", "\"digits-mini\"")
        .replace("chapters", "bundled = true\nchapters");
    Catalog::parse(&format!("{full}{mini}")).expect("a good catalog")
}

fn place(stage: &Stage, folder: &str) -> PathBuf {
    let dir = stage.dir.path().join(folder);
    std::fs::create_dir_all(&dir).expect("a folder");
    std::fs::write(dir.join("digits.bin"), &stage.bytes).expect("a file");
    dir
}

fn places(stage: &Stage) -> Places {
    let below = |name: &str| stage.dir.path().join(name);
    Places {
        data_dir: None,
        environment: Some(below("env")),
        cache: Some(below("cache")),
        bundled: vec![below("bundled")],
    }
}

#[test]
fn the_first_place_that_has_it_wins() {
    let stage = Stage::new(1000);
    let catalog = catalog(&stage, &[]);
    let mut places = places(&stage);
    let expect = |places: &Places, origin: Origin, dir: &Path| {
        let found = locate(&catalog, "digits", places, None).expect("found");
        assert_eq!((found.origin, found.dir.as_path(), found.stand_in), (origin, dir, false));
    };
    expect(&places, Origin::Bundled, &place(&stage, "bundled/digits"));
    expect(&places, Origin::Cache, &place(&stage, "cache/digits"));
    expect(&places, Origin::Environment, &place(&stage, "env"));
    expect(&places, Origin::Environment, &place(&stage, "env/digits"));
    places.data_dir = Some(stage.dir.path().join("given"));
    expect(&places, Origin::DataDir, &place(&stage, "given"));
    let found = locate(&catalog, "digits", &places, None).expect("found");
    assert!(found.describe().starts_with("digits (--data-dir: "), "{}", found.describe());
    assert_eq!(found.path("digits.bin"), stage.dir.path().join("given/digits.bin"));
}

#[test]
fn an_absent_set_has_its_stand_in_and_says_so() {
    let stage = Stage::new(1000);
    let served = catalog(&stage, &["https://example.org/digits.bin".to_owned()]);
    let error = locate(&served, "digits", &places(&stage), None).expect_err("nowhere").to_string();
    assert!(error.contains("cargo book data fetch digits"), "{error}");
    let dir = place(&stage, "bundled/digits-mini");
    let found = locate(&served, "digits", &places(&stage), None).expect("the stand-in");
    assert_eq!(
        (found.set.as_str(), found.stand_in, found.dir.as_path()),
        ("digits-mini", true, dir.as_path())
    );
    let line =
        "digits-mini (bundled stand-in for digits; fetch the full set with: cargo book data fetch digits)";
    assert_eq!(found.describe(), line);
    let found = locate(&catalog(&stage, &[]), "digits", &places(&stage), None).expect("the stand-in");
    assert_eq!(
        found.describe(),
        "digits-mini (bundled stand-in for digits, which no address serves as it is; if you have it, give its folder \
         with --data-dir)"
    );
}

#[test]
fn a_given_folder_without_the_set_is_an_error_not_a_stand_in() {
    let stage = Stage::new(1000);
    let catalog = catalog(&stage, &[]);
    place(&stage, "bundled/digits-mini");
    let mut places = places(&stage);
    places.data_dir = Some(stage.dir.path().join("given"));
    let error = locate(&catalog, "digits", &places, None).expect_err("no folder");
    assert!(matches!(error, LocateError::NotAFolder { .. }), "{error}");
    std::fs::create_dir(stage.dir.path().join("given")).expect("a folder");
    let error = locate(&catalog, "digits", &places, None).expect_err("no file");
    assert!(matches!(&error, LocateError::Missing { files, .. } if files == &["digits.bin"]), "{error}");
    assert!(error.to_string().contains("missing in"), "{error}");
}

#[test]
fn it_is_fetched_only_when_that_is_allowed() {
    let stage = Stage::new(1000);
    let catalog = catalog(&stage, &[stage.serve("/a", [])]);
    place(&stage, "bundled/digits-mini");
    assert!(locate(&catalog, "digits", &places(&stage), None).expect("the stand-in").stand_in);
    assert!(stage.server.log().is_empty());
    let found = locate(&catalog, "digits", &places(&stage), Some(&Fetcher::new(quick()))).expect("fetched");
    assert_eq!((found.origin, found.stand_in), (Origin::Downloaded, false));
    assert!(std::fs::read(found.path("digits.bin")).expect("the file") == stage.bytes);
}

#[test]
fn a_catalog_that_breaks_a_rule_is_refused_with_the_entry_and_the_rule() {
    let stage = Stage::new(1000);
    let good = catalog_text(&stage.bytes, &["https://example.org/a".to_string()]);
    assert!(Catalog::parse(&good).is_ok());
    let hash = super::sha256(&stage.bytes);
    let cases = [
        (format!("{good}{good}"), "set `digits`: its name is used twice"),
        (good.replace("\"digits\"", "\"My digits\""), "lower-case letters"),
        (good.replace("folder = \"digits\"", "folder = \"../digits\""), "below the data directory"),
        (good.replace("name = \"digits.bin\"", "name = \"/digits.bin\""), "below the set's folder"),
        (good.replace("bytes = 1000", "bytes = 0"), "version 1: 0 bytes is no plausible size"),
        (good.replace(&hash, &hash[1..]), "sha256 must be 64"),
        (good.replace(&hash, &hash.to_uppercase()), "sha256 must be 64"),
        (good.replace("bytes = 1000", "bytes = 1000\nmerkle_root = \"12\""), "merkle_root must be 64"),
        (good.replace("https://example.org", "ftp://example.org"), "must be a full http"),
        (good.replace("chapters", "stand_in = \"none\"\nchapters"), "its stand-in `none` is no bundled set"),
        (good.replace("licence", "license"), "data catalog: "),
        (good.split("[[set.file]]").next().unwrap_or_default().to_string(), "it has no file"),
        (
            good.split("[[set.file.version]]").next().unwrap_or_default().to_string(),
            "it has no [[set.file.version]]",
        ),
    ];
    for (text, rule) in cases {
        let error = Catalog::parse(&text).expect_err(rule).to_string();
        assert!(error.contains(rule), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
