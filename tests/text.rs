//! Reviews, novels and characters from files, good and bad.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use mlbook::data::text::{Characters, Reviews, TextError, own_source, read_island, read_text, tokenizer};
use tempfile::TempDir;

/// Eight reviews, two in each folder, and files that are none.
const ENTRIES: [(&str, &str); 11] = [
    ("aclImdb/README", "about"),
    ("aclImdb/test/neg/0_2.txt", "bad 0"),
    ("aclImdb/test/neg/1_3.txt", "bad 1"),
    ("aclImdb/test/pos/0_10.txt", "good 0"),
    ("aclImdb/test/pos/200_9.txt", "good 200"),
    ("aclImdb/train/neg/0_1.txt", "train bad 0"),
    ("aclImdb/train/neg/127_4.txt", "train bad 127"),
    ("aclImdb/train/neg/128_1.txt", "train bad 128"),
    ("aclImdb/train/pos/0_9.txt", "été"),
    ("aclImdb/train/unsup/0_0.txt", "neither"),
    ("aclImdb/train/pos/urls.txt", "no review"),
];

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        // The tar crate refuses names with `..`; a wicked tarball has them all the same.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn reviews() -> Vec<(&'static str, &'static [u8])> {
    ENTRIES.iter().map(|&(name, text)| (name, text.as_bytes())).collect()
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_tarball_and_its_folder_give_the_same_reviews_in_the_original_order() {
    let folder = tempfile::tempdir().unwrap();
    let tarball = file(&folder, "reviews.tar.gz", &gzip(&tar_of(&reviews())));
    let read = Reviews::read(&tarball).unwrap();
    let texts: Vec<&str> = read.train.iter().map(|review| review.text.as_str()).collect();
    assert_eq!(texts, ["train bad 127", "train bad 0", "train bad 128", "été"]);
    let labels: Vec<bool> = read.test.iter().map(|review| review.positive).collect();
    assert_eq!(labels, [false, false, true, true]);
    for (name, text) in reviews() {
        file(&folder, name, text);
    }
    assert_eq!(Reviews::read(folder.path()).unwrap(), read);
    assert_eq!(Reviews::read(&folder.path().join("aclImdb")).unwrap(), read);
}

#[test]
fn a_tarball_cut_anywhere_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole = gzip(&tar_of(&reviews()));
    for length in 0..whole.len() {
        let error = Reviews::read(&file(&folder, "cut.tar.gz", &whole[..length])).unwrap_err();
        assert!(matches!(error, TextError::Cut { .. }), "{length} bytes: {error}");
        assert!(
            error.to_string().contains("cut short")
                && error.to_string().contains("cargo book data fetch imdb")
        );
    }
    let tar = tar_of(&reviews());
    let inside = Reviews::read(&file(&folder, "inside.tar.gz", &gzip(&tar[..tar.len() / 2 + 100])));
    assert!(matches!(inside, Err(TextError::Cut { .. } | TextError::NoReviews { .. })));
    let mut damaged = whole.clone();
    damaged[whole.len() - 8] ^= 1;
    assert!(matches!(Reviews::read(&file(&folder, "sum.tar.gz", &damaged)), Err(TextError::Cut { .. })));
    assert!(matches!(
        Reviews::read(&file(&folder, "no.tar.gz", b"<html>404</html>")),
        Err(TextError::Cut { .. })
    ));
}

#[test]
fn names_that_point_outside_are_refused_and_nothing_is_written() {
    for name in [
        "../outside.txt",
        "aclImdb/../../outside.txt",
        "/outside.txt",
        "a\\..\\outside.txt",
        "C:/outside.txt",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut entries = reviews();
        entries.insert(3, (name, b"written outside"));
        let path = file(&folder, "inner/wicked.tar.gz", &gzip(&tar_of(&entries)));
        let error = Reviews::read(&path).unwrap_err();
        assert!(matches!(&error, TextError::Outside { name: found, .. } if found == name), "{error}");
        let left: Vec<_> = walk(folder.path());
        assert_eq!(left, [path]);
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn what_is_no_text_too_large_or_missing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |entries: &[(&str, &[u8])]| {
        Reviews::read(&file(&folder, "bad.tar.gz", &gzip(&tar_of(entries)))).unwrap_err()
    };
    let mut entries = reviews();
    entries[4].1 = b"good \xff";
    assert!(matches!(refused(&entries), TextError::NotText { position: 5, .. }));
    let large = vec![b'a'; (1 << 20) + 1];
    entries[4].1 = &large;
    assert!(matches!(refused(&entries), TextError::TooLarge { .. }));
    entries.truncate(4);
    assert!(matches!(refused(&entries), TextError::NoReviews { missing: "train/pos", .. }));
    assert!(matches!(Reviews::read(&folder.path().join("nowhere")), Err(TextError::File(_))));
}

#[test]
fn texts_are_read_as_python_reads_them_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = read_text(&file(&folder, "a.txt", b"\xef\xbb\xbfone\r\ntwo\rthree\n"), 1).unwrap();
    assert_eq!(text, "one\ntwo\nthree\n");
    for (name, bytes) in [("empty.txt", &b""[..]), ("mark.txt", b"\xef\xbb\xbf")] {
        assert!(matches!(read_text(&file(&folder, name, bytes), 1), Err(TextError::Empty { .. })));
    }
    let latin = file(&folder, "latin.txt", b"caf\xe9");
    assert!(matches!(read_text(&latin, 1), Err(TextError::NotText { position: 3, .. })));
    let long = file(&folder, "long.txt", &vec![b'a'; 1_000_001]);
    assert!(matches!(read_text(&long, 1), Err(TextError::TooLong { megabytes: 1, most: 1, .. })));
}

#[test]
fn the_novel_is_what_stands_between_its_marks() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        b"\xef\xbb\xbfstart of THE MYSTERIOUS ISLAND ***\r\nIt was\r\nEnd of the Project Gutenberg EBook";
    assert_eq!(
        read_island(&file(&folder, "novel.txt", text)).unwrap(),
        "THE MYSTERIOUS ISLAND ***\nIt was\n"
    );
    let other = file(&folder, "other.txt", b"THE MYSTERIOUS ISLAND, and no end");
    assert!(matches!(read_island(&other), Err(TextError::NoMark { what: "end", .. })));
}

#[test]
fn this_projects_source_is_a_text_with_enough_to_learn() {
    let source = own_source();
    let characters = Characters::of(&source);
    assert!(
        source.chars().count() > 200_000 && (90..200).contains(&characters.len()),
        "{}",
        characters.len()
    );
    let numbers = characters.encode(&source).unwrap();
    assert_eq!(characters.decode(&numbers), source);
    assert!(tokenizer(&source).len() > 20_000);
}
