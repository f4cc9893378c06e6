//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{
    all_as_in_the_book, figures_are_drawn, in_order, metric, parity_fails_on_a_wrong_number, refused,
    results, success, weights,
};
use tempfile::TempDir;

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch12-tensors"))
}

fn project(name: &str, out: &Path) -> Command {
    let mut command = program();
    command.arg(name).arg("--out").arg(out);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch12-tensors").join(project)
}

#[test]
fn tensors_print_the_books_numbers() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("tensors", out.path()));
    in_order(
        &printed,
        &[
            "I64",
            "[1, 2, 3]",
            "I32",
            "[4, 5, 6]",
            "[2, 3]",
            "[1.0000, 1.0000, 1.0000]",
            "[0.7576, 0.2793, 0.4031]",
        ],
    );
    in_order(
        &printed,
        &["cast", "I64", "[3, 5] -> [5, 3]", "[30] -> [5, 6]", "[1, 2, 1, 4, 1] -> [1, 2, 4, 1]"],
    );
    in_order(
        &printed,
        &[
            "[0.4426, -0.3114]",
            "[0.0660, -0.5970]",
            "[1.1249, 0.0150]",
            "[0.1569, 0.7107]",
            "[-0.0451, -0.0352]",
        ],
    );
    in_order(
        &printed,
        &[
            "[-0.1373, 0.2028]",
            "[0.1312, 0.3860, -0.6267, -1.0096, -0.2943]",
            "[0.1647, -0.5310, 0.2434, 0.8035, 0.1980]",
            "[-0.3855, -0.4422, 1.1399, 1.5558, 0.4781]",
            "[0.1822, -0.5771, 0.2585, 0.8676, 0.2132]",
            "[0.0330, 0.1084, -0.1692, -0.2771, -0.0804]",
            "[1.7453, 0.3392]",
            "[-1.6038, -0.2180]",
            "[0.6785, 0.5078, 1.1162, 0.5488, 0.1853]",
        ],
    );
    in_order(
        &printed,
        &[
            "[0.7576, 0.2793, 0.4031, 0.7347, 0.0293, 0.7999]",
            "[0.7576, 0.2793]",
            "[0.4031, 0.7347]",
            "[0.0293, 0.7999]",
            "[0.7576, 0.2793, 0.4031, 0.7347, 0.0293]",
            "[0.7576, 0.2793, 0.4031]",
            "[0.7347, 0.0293]",
            "[1.0000, 1.0000, 1.0000, 0.0000, 0.0000]",
            "[1.0000, 0.0000]",
        ],
    );
    all_as_in_the_book(&results(&folder(out.path(), "tensors")), 5e-5);
}

#[test]
fn the_pipeline_batches_and_pictures_as_the_book_does() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("pipeline", out.path()));
    in_order(&printed, &["[0.0]", "[1.0]", "[5.0]", "[0.0, 1.0, 2.0]", "[3.0, 4.0, 5.0]"]);
    in_order(&printed, &["[0.7576, 0.2793, 0.4031]", "[0.7347, 0.0293, 0.7999]", "[0.3971, 0.7544, 0.5695]"]);
    in_order(&printed, &["[[2, 0], [1, 3]]", "[[0, 2], [1, 3]]", "[[3, 2], [0, 1]]"]);
    in_order(
        &printed,
        &["cat-01.png", "[300, 400, 3]", "cat-03.png", "[300, 247, 3]", "dog-01.png", "[267, 400, 3]"],
    );
    in_order(
        &printed,
        &["[0, 0, 0, 1, 1, 1]", "[3, 80, 120]", "CelebA is not here", "stand-in", "labels of the first 10"],
    );
    figures_are_drawn(&folder(out.path(), "pipeline"), &["pictures", "resized", "digits"]);
    assert!(!folder(out.path(), "pipeline").join("faces.png").exists());
    let mut drawn: Vec<Vec<u8>> = fs::read_dir(folder(out.path(), "pipeline").join("cat_dog_images"))
        .expect("the pictures' folder")
        .map(|entry| fs::read(entry.expect("an entry").path()).expect("a picture"))
        .collect();
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 6, "six different pictures");
}

/// Three faces in CelebA's layout, made of the drawn pictures, the second of them for validation; and the bundled digits.
fn celeba(data: &Path, attributes: &str) {
    let out = TempDir::new().expect("a folder");
    success(&mut project("pipeline", out.path()));
    let drawn = folder(out.path(), "pipeline").join("cat_dog_images");
    let images = data.join("celeba/img_align_celeba");
    fs::create_dir_all(&images).expect("the folder is writable");
    for (i, name) in ["cat-01.png", "cat-02.png", "dog-01.png"].iter().enumerate() {
        fs::copy(drawn.join(name), images.join(format!("00000{}.jpg", i + 1))).expect("a copy");
    }
    fs::write(data.join("celeba/list_attr_celeba.txt"), attributes).expect("a list");
    let partition = "000001.jpg 0\n000002.jpg 1\n000003.jpg 0\n";
    fs::write(data.join("celeba/list_eval_partition.txt"), partition).expect("a list");
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/mnist-mini");
    fs::create_dir_all(data.join("mnist")).expect("the folder is writable");
    for entry in fs::read_dir(bundled).expect("the bundled digits") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, data.join("mnist").join(path.file_name().expect("a name"))).expect("a copy");
    }
}

#[test]
fn faces_are_read_from_celebas_layout() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let row = |sign: &str| vec![sign; 40].join(" ");
    let names: Vec<String> =
        (0..40).map(|i| if i == 31 { "Smiling".to_owned() } else { format!("A{i}") }).collect();
    let list = |count: &str, last: &str| {
        let (yes, no) = (row("1"), row("-1"));
        format!("{count}\n{}\n000001.jpg {yes}\n000002.jpg {no}\n000003.jpg {last}\n", names.join(" "))
    };
    celeba(data.path(), &list("3", &row("-1")));
    let run = || {
        let mut command = project("pipeline", out.path());
        command.arg("--data-dir").arg(data.path());
        command
    };
    let printed = success(&mut run());
    in_order(&printed, &["2 training faces", "[1, 1, 1, 1, 1", "[300, 400, 3]"]);
    figures_are_drawn(&folder(out.path(), "pipeline"), &["faces"]);

    let attributes = data.path().join("celeba/list_attr_celeba.txt");
    fs::write(&attributes, list("4", &row("-1"))).expect("writable");
    assert!(refused(&mut run()).contains("announces 4 faces, and 3 follow"));
    fs::write(&attributes, list("3", "1 -1")).expect("writable");
    let message = refused(&mut run());
    assert!(message.contains("list_attr_celeba.txt:5: 2 attributes; line 2 names 40"), "{message}");
    fs::write(&attributes, list("3", &row("2"))).expect("writable");
    assert!(refused(&mut run()).contains("attributes are 1 or -1"));
    fs::write(&attributes, list("3", &row("1"))).expect("writable");
    let face = data.path().join("celeba/img_align_celeba/000003.jpg");
    fs::write(&face, b"no image").expect("writable");
    assert!(refused(&mut run()).contains("000003.jpg: no image that can be read"));
    fs::remove_file(&face).expect("it is there");
    assert!(refused(&mut run()).contains("000003.jpg: not found"));
}

#[test]
fn linear_regression_prints_the_books_losses_and_ends_at_its_weights() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("linear", out.path()));
    let by_hand = [
        "45.0782", "26.4366", "1.5918", "14.1307", "11.6038", "6.3084", "0.6349", "3.1374", "1.9999",
        "0.3133", "0.7653", "1.0039", "0.0235", "0.5176", "0.0759", "1.8789", "0.0008", "0.0866", "0.0646",
        "0.0011",
    ];
    let by_modules = [
        "24.6684", "29.1377", "20.9207", "0.1257", "12.4922", "1.7845", "7.6425", "2.5606", "0.0157",
        "0.7548", "0.8412", "0.4923", "0.0823", "0.0794", "0.0891", "0.0973", "0.1043", "0.1103", "0.0009",
        "0.0764",
    ];
    let lines: Vec<&str> = printed.lines().filter(|line| line.starts_with("Epoch ")).collect();
    let expected: Vec<String> = [by_hand, by_modules]
        .iter()
        .flat_map(|losses| losses.iter().enumerate().map(|(i, loss)| format!("Epoch {} Loss {loss}", 10 * i)))
        .collect();
    assert_eq!(lines, expected);
    all_as_in_the_book(&results(&folder(out.path(), "linear")), 1e-6);
    figures_are_drawn(&folder(out.path(), "linear"), &["points", "by-hand", "by-modules"]);
}

#[test]
fn iris_reaches_the_books_accuracy_and_pytorchs_losses() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("iris", out.path()));
    // PyTorch 2.15, the same program: loss and accuracy after epochs 1, 7 and 100.
    for line in [
        "epoch   1/100  loss 1.1065  accuracy 0.3100",
        "epoch   7/100  loss 1.0562  accuracy 0.6800",
        "epoch 100/100  loss 0.6402  accuracy 0.9500",
    ] {
        assert!(printed.contains(line), "{line} is not in: {printed}");
    }
    in_order(
        &printed,
        &["12.2.6 test accuracy 0.9800", "bpk: test accuracy 0.9800", "safetensors: test accuracy 0.9800"],
    );
    in_order(&printed, &["softmax², 1 scale", "logits, 1 scale", "logits, 4 scales"]);
    let results = results(&folder(out.path(), "iris"));
    assert_eq!(metric(&results, "test accuracy, reloaded"), 0.98);
    assert!((metric(&results, "test loss") - 0.625237).abs() < 1e-4);
    figures_are_drawn(&folder(out.path(), "iris"), &["curves", "confusion"]);
    // An uninterrupted run taken up again has nothing left to do and ends the same.
    let before = weights(&folder(out.path(), "iris"));
    success(project("iris", out.path()).arg("--resume"));
    assert!(before == weights(&folder(out.path(), "iris")), "the resumed weights differ");
}

#[test]
fn a_state_dict_of_pytorch_is_read() {
    let out = TempDir::new().expect("a folder");
    let state = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iris_state.pt");
    success(project("iris", out.path()).arg("--state").arg(&state));
    let results = results(&folder(out.path(), "iris"));
    assert_eq!(metric(&results, "test accuracy"), 0.98);
    assert!((metric(&results, "test loss") - 0.625237).abs() < 1e-4);

    let refused_with = |name: &str, bytes: &[u8]| {
        let path = out.path().join(name);
        fs::write(&path, bytes).expect("writable");
        let message = refused(project("iris", out.path()).arg("--state").arg(&path));
        assert!(message.contains(name), "{message}");
    };
    refused_with("text.pt", b"no state dict at all");
    refused_with("empty.pt", b"");
    let whole = fs::read(&state).expect("the state dict");
    refused_with("half.pt", &whole[..whole.len() / 2]);
    refused_with("text.safetensors", b"no tensors");
    refused(project("iris", out.path()).args(["--state", "/nonexistent.pt"]));
    refused(project("iris", out.path()).arg("--state").arg(&state).args(["--hidden-size", "8"]));
}

#[test]
fn activations_print_the_books_numbers() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("activations", out.path()));
    in_order(
        &printed,
        &[
            "P(y=1|x) = 0.888",
            "[1.78, 0.76, 1.65]",
            "[0.85569687, 0.68135373, 0.83889105]",
            "label: 0",
            "[0.44668973, 0.16107406, 0.39223621]",
            "1.0",
            "-0.99990920 .. 0.99990829",
            "0.00669285 .. 0.99327383",
            "0.000 .. 4.995",
        ],
    );
    let results = results(&folder(out.path(), "activations"));
    assert!((metric(&results, "softmax 0") - 0.44668973).abs() < 1e-6);
    all_as_in_the_book(&results, 5e-4);
    figures_are_drawn(&folder(out.path(), "activations"), &["tanh-logistic", "relu"]);
}

#[test]
fn workers_take_the_same_path_as_one_with_the_whole_mini_batch() {
    let out = TempDir::new().expect("a folder");
    let run = |flags: &[&str]| success(project("parallel", out.path()).args(flags));
    let printed = run(&["--workers", "2"]);
    let epochs: Vec<&str> = printed.lines().filter(|line| line.starts_with("epoch ")).collect();
    assert_eq!(epochs.len(), 6, "{printed}");
    let columns =
        |line: &str| line.rsplit_once("  ").map(|(columns, _seconds)| columns.trim_end().to_owned());
    for epoch in 0..3 {
        assert_eq!(columns(epochs[epoch]), columns(epochs[epoch + 3]), "{printed}");
    }
    in_order(&printed, &["2 workers with 32 digits each", "1 worker with 64 digits", "steps per second"]);
    let two = results(&folder(out.path(), "parallel"));
    let close = |results: &serde_json::Value| {
        for name in ["loss difference", "weight difference"] {
            assert!(metric(results, name) < 1e-5, "{name} in {results}");
        }
    };
    close(&two);
    assert!(metric(&two, "test accuracy") > 0.9, "{two}");
    figures_are_drawn(&folder(out.path(), "parallel"), &["curves"]);

    // Mini-batches of the same size, cut otherwise, and some digits left over: still the same losses.
    run(&["--workers", "4", "--batch-size", "16"]);
    let four = results(&folder(out.path(), "parallel"));
    close(&four);
    assert!((metric(&two, "train loss") - metric(&four, "train loss")).abs() < 1e-5, "{two} {four}");
    run(&["--workers", "3", "--batch-size", "7", "--num-epochs", "1", "--seed", "2"]);
    let three = results(&folder(out.path(), "parallel"));
    close(&three);
    assert!((metric(&two, "train loss") - metric(&three, "train loss")).abs() > 1e-3, "{two} {three}");
}

#[test]
fn parity_holds_on_every_device_and_a_wrong_number_fails() {
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device]));
        assert_eq!(printed.lines().filter(|line| line.ends_with("pass")).count(), 4, "{printed}");
    }
    parity_fails_on_a_wrong_number(&mut program(), "ch12_linear_regression.safetensors");
}

#[test]
fn bad_input_is_one_line() {
    let out = TempDir::new().expect("a folder");
    assert!(refused(program().arg("tensor")).contains("tensors"));
    assert!(refused(project("iris", out.path()).args(["--lr", "0"])).contains("above 0"));
    assert!(refused(project("iris", out.path()).args(["--batch-size", "0"])).contains("at least 1"));
    assert!(refused(project("linear", out.path()).args(["--num-epochs", "0"])).contains("at least 1"));
    assert!(refused(project("linear", out.path()).arg("--resume")).contains("without --resume"));
    assert!(refused(project("linear", out.path()).args(["--lr", "10"])).contains("diverged"));
    assert!(
        refused(project("iris", out.path()).args(["--data-dir", "/nonexistent"])).contains("/nonexistent")
    );
    assert!(refused(project("iris", out.path()).arg("--resume")).contains("no checkpoint"));
    let parallel = |flags: &[&str]| refused(project("parallel", out.path()).args(flags));
    assert!(parallel(&["--workers", "0"]).contains("at least 1"));
    assert!(parallel(&["--workers", "300"]).contains("at most 256"));
    assert!(parallel(&["--workers", "200", "--batch-size", "100"]).contains("smaller batch"));
    assert!(parallel(&["--workers", "2", "--lr", "1e38"]).contains("diverged"));
    assert!(parallel(&["--resume"]).contains("without --resume"));
    let images = refused(project("pipeline", out.path()).arg("--images").arg(out.path()));
    assert!(images.contains("no PNG or JPEG files"), "{images}");
    assert!(refused(program().args(["parity", "--dir", "/nonexistent"])).contains("/nonexistent"));
}

#[test]
#[cfg(not(feature = "remote"))]
fn without_the_feature_remote_says_how_to_get_it() {
    let train = ["remote", "train", "--host", "ws://127.0.0.1:3000"];
    assert!(refused(program().args(train)).contains("--features remote"));
    assert!(refused(program().args(["remote", "serve"])).contains("--features remote"));
}

#[test]
fn a_bare_call_lists_the_projects() {
    let printed = success(&mut program());
    for name in
        ["tensors", "pipeline", "linear", "iris", "activations", "parallel", "remote", "quick:", "--book:"]
    {
        assert!(printed.contains(name), "{printed}");
    }
    let help = success(program().args(["iris", "--help"]));
    assert!(help.contains("Adam's learning rate [quick: 0.001, book: 0.001]"), "{help}");
}

#[test]
fn bench_gives_a_time() {
    let printed = success(program().args(["bench", "--steps", "3"]));
    let measures: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert!(measures["ch12 Iris network, batch 2, cpu"].as_f64().is_some_and(|time| time > 0.0), "{printed}");
}
