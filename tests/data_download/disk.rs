//! Disks that are full and folders that cannot be written to, for real.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{QUICK_FLAGS, Stage, text_of};

/// A small file system of its own, taken away at the end.
struct Mount(TempDir);

impl Mount {
    fn new(options: &str) -> Self {
        let dir = TempDir::new().expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir.path()).output();
        let mounted = mounted.expect("the command mount");
        assert!(mounted.status.success(), "root may mount: {}", text_of(&mounted));
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output().expect("the command id");
    user.stdout.trim_ascii() == b"0"
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let walk =
        |dir: &Path| std::fs::read_dir(dir).map(|all| all.flatten().map(|entry| entry.path()).collect());
    walk(folder).unwrap_or_default()
}

#[test]
fn a_full_disk_is_one_clear_line_and_no_file() {
    if !is_root() {
        println!("only root may mount a small disk; a_write_that_fails_midway does it with a limit");
        return;
    }
    let stage = Stage::new(3_000_000);
    let disk = Mount::new("size=1m");
    let (catalog, to) = (stage.catalog(&[stage.serve("/a", [])]), disk.path().to_string_lossy().to_string());
    let output = stage.book(&catalog, &["fetch", "digits", "--data-dir", &to]).args(QUICK_FLAGS).output();
    let output = output.expect("the program");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("the disk is full. Free some space"), "{}", text_of(&output));
    assert!(!disk.path().join("digits/digits.bin").exists());
    assert_eq!(stage.server.log().len(), 1, "a full disk is no reason to ask again");
}

#[test]
fn a_write_that_fails_midway_leaves_no_file() {
    let stage = Stage::new(3_000_000);
    let (catalog, to) = (stage.catalog(&[stage.serve("/a", [])]), stage.dir.path().join("to"));
    let mut book = stage.book(&catalog, &["fetch", "digits", "--data-dir", &to.to_string_lossy()]);
    book.args(QUICK_FLAGS);
    // 1,000 blocks of 512 or 1,024 bytes; with the signal ignored, the write itself fails.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "sh"])
        .arg(book.get_program())
        .args(book.get_args());
    for (name, value) in book.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().expect("the program");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains(".digits.bin.part: cannot write"), "{}", text_of(&output));
    assert!(!to.join("digits/digits.bin").exists());
    // With room again, the same command goes on with what has arrived.
    let output = book.output().expect("the program");
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(std::fs::read(to.join("digits/digits.bin")).expect("the file") == stage.bytes);
    assert!(stage.server.log()[1].range.is_some_and(|(first, _)| first > 0));
}

#[test]
fn a_read_only_cache_is_one_clear_line() {
    if !is_root() {
        println!("only root may mount a read-only disk; a_file_where_the_folder_should_be covers the rest");
        return;
    }
    let stage = Stage::new(100_000);
    let disk = Mount::new("ro,size=1m");
    let catalog = stage.catalog(&[stage.serve("/a", [])]);
    let output = stage.book(&catalog, &["fetch", "digits"]).env("XDG_CACHE_HOME", disk.path()).output();
    let output = output.expect("the program");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("no permission to create the folder"), "{}", text_of(&output));
    assert_eq!(text_of(&output).lines().count(), 1, "{}", text_of(&output));
    assert!(stage.server.log().is_empty() && names_in(disk.path()).is_empty());
}

#[test]
fn a_file_where_the_folder_should_be_is_one_clear_line() {
    let stage = Stage::new(100_000);
    let catalog = stage.catalog(&[stage.serve("/a", [])]);
    let file = stage.dir.path().join("file");
    std::fs::write(&file, b"no folder").expect("a file");
    let output = stage.book(&catalog, &["fetch", "digits", "--data-dir", &file.to_string_lossy()]).output();
    let output = output.expect("the program");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("cannot create the folder"), "{}", text_of(&output));
    assert_eq!(std::fs::read(&file).expect("the file"), b"no folder");
    assert!(stage.server.log().is_empty());
}

#[test]
fn a_folder_where_the_file_should_be_is_one_clear_line() {
    let stage = Stage::new(100_000);
    std::fs::create_dir(stage.target()).expect("a folder");
    let error = stage.fetch(&[stage.serve("/a", [])]).expect_err("a folder").to_string();
    assert!(error.contains("is a directory where a file is expected"), "{error}");
}
