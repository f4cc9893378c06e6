//! Section 14.2 through the program: drawn faces, and faces out of a tarball that is whole, foreign, damaged.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use image::{Rgb, RgbImage};
use support::{figures_are_drawn, refused, results, success, without_graphics};
use tempfile::TempDir;

/// Settings so small that an epoch takes a moment.
const SMALL: [&str; 8] = ["--num-epochs", "1", "--image-size", "16", "--filters", "4", "--batch-size", "8"];

fn program() -> Command {
    let mut command = support::program(env!("CARGO_BIN_EXE_ch14-cnn"));
    without_graphics(&mut command);
    command
}

fn smile(out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg("smile").args(SMALL).args([
        "--train-faces",
        "48",
        "--valid-faces",
        "12",
        "--test-faces",
        "24",
    ]);
    command.args(flags).arg("--out").arg(out);
    command
}

#[test]
fn drawn_faces_go_all_the_way_to_figures_and_a_prediction() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut smile(out.path(), &[]));
    assert!(printed.contains("48 for training, 12 for validation, 24 for the test"), "{printed}");
    let folder = out.path().join("ch14-cnn/smile");
    figures_are_drawn(&folder, &["transformations", "steps", "views", "curves", "confusion", "examples"]);
    assert_eq!(results(&folder)["book"]["test accuracy"].as_f64(), Some(0.9021));
    let face = out.path().join("face.png");
    RgbImage::from_pixel(40, 50, Rgb([200, 160, 140])).save(&face).expect("the folder is writable");
    let said = success(program().arg("predict").arg(&face).arg("--model").arg(&folder));
    assert!(said.contains("face.png") && said.contains("no smile 0."), "{said}");
}

/// A tarball that is damaged is refused, and no half of it is trained on.
#[test]
fn a_damaged_tarball_of_smiles_is_refused() {
    let (data, out) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    fs::create_dir(data.path().join("smiles")).expect("the folder is writable");
    fs::write(data.path().join("smiles/smiles.tar.gz"), b"<html>404</html>").expect("the folder is writable");
    let dir = data.path().display().to_string();
    let message = refused(&mut smile(out.path(), &["--data-dir", &dir]));
    assert!(message.contains("smiles.tar.gz") && message.contains("damaged or cut off"), "{message}");
    let printed = success(&mut smile(out.path(), &["--data-dir", &dir, "--faces", "drawn"]));
    assert!(printed.contains("faces drawn here"), "{printed}");
    let message = refused(&mut smile(out.path(), &["--data-dir", &dir, "--faces", "celeba"]));
    assert!(message.contains("CelebA's lists") && !message.contains("SMILEs"), "{message}");
}
