//! A reader's own pictures, and bad ones, through the program; the drawn faces.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use ch14_cnn::faces;
use image::{Rgb, RgbImage};
use support::{figures_are_drawn, metric, refused, results, success};
use tempfile::TempDir;

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch14-cnn"))
}

fn images(dir: &Path, out: &Path) -> Command {
    let mut command = program();
    command.args([
        "images",
        "--filters",
        "4",
        "--image-size",
        "16",
        "--num-epochs",
        "6",
        "--lr",
        "0.01",
        "--dir",
    ]);
    command.arg(dir).arg("--out").arg(out);
    command
}

/// Three classes of twelve pictures, red, green and blue, of different sizes and formats.
fn colours(dir: &Path) {
    for (class, name) in ["blue", "green", "red"].iter().enumerate() {
        fs::create_dir_all(dir.join(name)).expect("a folder");
        for i in 0..12_u32 {
            let mut image = RgbImage::new(20 + i, 30 - i);
            for (x, y, pixel) in image.enumerate_pixels_mut() {
                *pixel = Rgb([40, 40, 40]);
                pixel.0[2 - class] = 160 + ((x * 7 + y * 3 + i * 11) % 90) as u8;
            }
            let ending = if i % 2 == 0 { "png" } else { "jpg" };
            image.save(dir.join(name).join(format!("{i}.{ending}"))).expect("a picture");
        }
    }
}

/// A JPEG that announces `width` by `height` pixels and holds none.
fn header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    bytes
}

#[test]
fn folders_of_pictures_are_learnt_broken_files_are_listed_and_files_predicted() {
    let (dir, out) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    colours(dir.path());
    let red = dir.path().join("red");
    let whole = fs::read(red.join("1.jpg")).expect("a picture");
    fs::write(red.join("cut.jpg"), &whole[..whole.len() / 8]).expect("writable");
    fs::write(red.join("huge.jpg"), header(60_000, 60_000)).expect("writable");
    fs::write(red.join("notes.txt"), "no picture").expect("writable");
    fs::write(red.join(".hidden"), "passed over").expect("writable");
    fs::copy(red.join("0.png"), red.join("copy.png")).expect("a copy");
    fs::copy(red.join("2.png"), dir.path().join("blue/disputed.png")).expect("a copy");
    fs::create_dir(dir.path().join("empty")).expect("a folder");

    let printed = success(&mut images(dir.path(), out.path()));
    for line in [
        "skipped red/cut.jpg: ",
        "skipped red/huge.jpg: 60,000 by 60,000 pixels",
        "skipped red/notes.txt: no image that can be read",
        "skipped red/copy.png: the same picture as red/0.png",
        "skipped red/2.png: the same picture is in two classes",
        "skipped empty/: 0 pictures",
        "class   red: 11 pictures",
    ] {
        assert!(printed.contains(line), "{line} is not in: {printed}");
    }
    assert!(!printed.contains(".hidden"), "{printed}");
    let folder = out.path().join("ch14-cnn/images");
    assert!(metric(&results(&folder), "test accuracy") > 0.8, "{printed}");
    figures_are_drawn(&folder, &["curves", "confusion", "surest", "least-sure"]);

    let predict = |files: &[&Path]| {
        let mut command = program();
        command.arg("predict").args(files).arg("--model").arg(&folder);
        command
    };
    let printed = success(&mut predict(&[&dir.path().join("green/4.png"), &dir.path().join("blue/5.jpg")]));
    assert_eq!(printed.lines().count(), 2);
    assert!(
        printed.contains("green/4.png  green 0.") || printed.contains("green/4.png  green 1."),
        "{printed}"
    );
    assert!(refused(&mut predict(&[&red.join("notes.txt")])).contains("notes.txt: no image"));
    fs::write(folder.join("model.safetensors"), b"other weights").expect("writable");
    assert!(refused(&mut predict(&[&red.join("0.png")])).contains("not the file it was saved with"));
    fs::write(folder.join("model.json"), b"{\"hidden\": [64, 32]}").expect("writable");
    assert!(refused(&mut predict(&[&red.join("0.png")])).contains("not a network of"));
}

#[test]
fn folders_without_two_classes_are_refused() {
    let (dir, out) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    assert!(refused(&mut images(dir.path(), out.path())).contains("no sub-folders"));
    fs::create_dir(dir.path().join("cats")).expect("a folder");
    assert!(refused(&mut images(dir.path(), out.path())).contains("only one sub-folder, cats"));
    fs::create_dir(dir.path().join("dogs")).expect("a folder");
    assert!(refused(&mut images(dir.path(), out.path())).contains("0 classes"));
    assert!(refused(&mut images(&dir.path().join("none"), out.path())).contains("no folder"));
    let mut odd = program();
    odd.args(["images", "--image-size", "20", "--dir"]).arg(dir.path());
    assert!(refused(&mut odd).contains("multiple of 8"));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_read() {
    use std::os::unix::ffi::OsStrExt;
    let dir = TempDir::new().expect("a folder");
    colours(dir.path());
    let odd = std::ffi::OsStr::from_bytes(b"gr\xFCn");
    fs::rename(dir.path().join("green"), dir.path().join(odd)).expect("renamed");
    let read = mlbook::data::pictures::read_folders(dir.path(), |image| image).expect("it is read");
    assert_eq!((read.len(), read.skipped.len()), (36, 0));
    assert_eq!(read.classes, ["blue", "gr\u{FFFD}n", "red"]);
}

#[test]
fn celebas_layout_is_checked() {
    let (data, out) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let folder = data.path().join("celeba");
    let pictures = folder.join("img_align_celeba");
    fs::create_dir_all(&pictures).expect("a folder");
    let drawn = faces::faces(1, 0, 40, (178, 218));
    let (mut attributes, mut parts) = ("40\nMale Smiling\n".to_owned(), String::new());
    for (i, (image, label)) in drawn.images.iter().zip(&drawn.labels).enumerate() {
        let name = format!("{:06}.jpg", i + 1);
        image.save(pictures.join(&name)).expect("a picture");
        attributes += &format!("{name} -1 {}\n", if *label == 1 { 1 } else { -1 });
        parts += &format!("{name} {}\n", if i < 24 { 0 } else { 1 + i % 2 });
    }
    fs::write(folder.join("list_attr_celeba.txt"), &attributes).expect("writable");
    fs::write(folder.join("list_eval_partition.txt"), parts).expect("writable");
    let smile = || {
        let mut command = program();
        command.args(["smile", "--filters", "4", "--image-size", "16", "--num-epochs", "1", "--data-dir"]);
        command.arg(data.path()).arg("--out").arg(out.path());
        command
    };
    let printed = success(&mut smile());
    assert!(printed.contains("24 for training, 8 for validation, 8 for the test"), "{printed}");
    fs::remove_file(pictures.join("000003.jpg")).expect("it is there");
    assert!(refused(&mut smile()).contains("1 of 24 pictures are missing: 000003.jpg"));
    fs::write(folder.join("list_attr_celeba.txt"), attributes.replacen("40", "41", 1)).expect("writable");
    assert!(refused(&mut smile()).contains("announces 41 faces, and 40 follow"));
    fs::remove_file(folder.join("list_attr_celeba.txt")).expect("it is there");
    let message = refused(&mut smile());
    assert!(message.contains("CelebA's lists") && message.contains("SMILEs faces"), "{message}");
}

#[test]
fn the_quick_preset_sees_who_smiles() {
    let out = TempDir::new().expect("a folder");
    let printed = success(program().args(["smile", "--out"]).arg(out.path()));
    assert!(printed.contains("a stand-in for CelebA"), "a run on a stand-in says so: {printed}");
    let folder = out.path().join("ch14-cnn/smile");
    assert!(metric(&results(&folder), "balanced test accuracy") > 0.9, "{printed}");
    figures_are_drawn(&folder, &["transformations", "steps", "views", "curves", "confusion", "examples"]);
}
