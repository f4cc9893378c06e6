//! The `book` command, run as a reader runs it.

use std::process::{Command, Output};

fn book(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_book"))
        .args(arguments)
        .env_remove("MLBOOK_DATA")
        .env("XDG_CACHE_HOME", "/nonexistent-cache")
        .output()
        .expect("book starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn list_names_every_chapter_with_presets_and_what_they_reach() {
    let output = book(&["list"]);
    assert!(output.status.success());
    let printed = text(&output.stdout);
    let chapters =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/chapters")).expect("the folder is there");
    for chapter in chapters {
        let name = chapter.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        assert!(printed.contains(&format!("{name}: ")), "{name} is not in {printed}");
    }
    assert!(
        printed.contains("mnist") && printed.contains("quick:") && printed.contains("--book:"),
        "{printed}"
    );
}

#[test]
fn doctor_checks_everything_with_a_line_each() {
    let output = book(&["doctor"]);
    let printed = text(&output.stdout);
    for what in ["toolchain", "cpu", "webgpu", "jupyter", "kernel", "disk"] {
        let lines = printed.lines().filter(|line| line[6..].starts_with(what)).count();
        assert_eq!(lines, 1, "{what} in {printed}");
    }
    for set in ["mnist-mini", "iris", "wine", "wdbc", "auto-mpg", "ames"] {
        assert!(printed.contains(&format!("{set} intact (bundled")), "{set} in {printed}");
    }
    assert!(printed.contains("not here: mnist,"), "{printed}");
}

#[test]
fn mistakes_get_one_line_and_exit_code_2() {
    let cases: [(&[&str], &str); 10] = [
        (&["run", "ch99", "mnist"], "ch14-cnn"),
        (&["lst"], "list"),
        (&["parity", "--device", "gpu"], "webgpu"),
        (&["data", "verify", "mnits"], "mnits"),
        (&["data", "diff", "/nonexistent/a.csv", "/nonexistent/b.csv"], "/nonexistent/a.csv"),
        (&["bench", "--steps", "0"], "at least 1"),
        (&["bench", "kernel", "--starts", "0"], "at least 1"),
        (&["bench", "--chapter", "ch99"], "there is no such chapter"),
        (&["notebook", "ch99"], "00-start"),
        (&["notebook", "--check", "--jobs", "0"], "at least 1"),
    ];
    for (arguments, expected) in cases {
        let output = book(arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{arguments:?}: {message}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn every_bundled_set_verifies() {
    for set in ["mnist-mini", "iris", "wine", "wdbc", "auto-mpg", "ames"] {
        let output = book(&["data", "verify", set]);
        assert!(output.status.success(), "{set}: {}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn bundled_digits_take_at_most_two_megabytes() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-mini"))
        .expect("the folder is there");
    let gz = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "gz"));
    let bytes: u64 = gz.map(|path| path.metadata().expect("a size").len()).sum();
    assert!((1_000_000..=2_000_000).contains(&bytes), "{bytes}");
}

#[test]
fn kernel_status_says_what_is_missing() {
    let nowhere = tempfile::TempDir::new().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_book"))
        .args(["kernel", "status"])
        .env("MLBOOK_JUPYTER_ENV", nowhere.path().join("environment"))
        .env("JUPYTER_DATA_DIR", nowhere.path())
        .output()
        .expect("book starts");
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    for what in ["python", "program", "library", "spec"] {
        assert!(printed.contains(&format!("  {what}")), "{what} in {printed}");
    }
    assert!(printed.contains("cargo book kernel install"), "{printed}");
}

#[test]
fn a_folder_with_other_things_is_no_python_environment() {
    let above = tempfile::TempDir::new().expect("a folder");
    let folder = above.path().join("mine");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("thesis.txt"), "kept").expect("the folder is writable");
    let output = Command::new(env!("CARGO_BIN_EXE_book"))
        .args(["notebook", "--check"])
        .env("MLBOOK_JUPYTER_ENV", &folder)
        .output()
        .expect("book starts");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("name another folder in MLBOOK_JUPYTER_ENV"), "{message}");
    assert!(folder.join("thesis.txt").exists());
}
