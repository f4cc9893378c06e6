//! Sections 13.2.1 to 13.2.3, run as a reader runs them.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::support::{figures_are_drawn, metric, refused, results, success, text, weights};
use common::{folder, project};
use tempfile::TempDir;

#[test]
fn the_cars_give_the_books_statistics_losses_and_test() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("mpg", out.path()));
    assert!(printed.contains("398, 392 without missing values: 313 to train, 79 to test"), "{printed}");
    for line in [
        "MPG               23.404153     7.666909",
        "Cylinders          5.402556     1.701506",
        "Displacement     189.512780   102.675646",
        "Horsepower       102.929712    37.919046",
        "Weight          2961.198083   848.602146",
        "Acceleration      15.704473     2.725399",
    ] {
        assert!(printed.contains(line), "{line} is not in: {printed}");
    }
    let results = results(&folder(out.path(), "mpg"));
    let loss = |epoch: usize| format!("batch loss, epoch {epoch:>3}");
    // The book's lines, made with 32-bit sums in the order of PyTorch's library.
    for (epoch, book) in
        [(1, 536.1047), (21, 8.4361), (41, 7.8695), (61, 7.1891), (81, 6.7062), (101, 6.7599)]
    {
        let here = metric(&results, &loss(epoch));
        assert!((here - book).abs() < 1e-3, "epoch {epoch}: {here}, in the book {book}");
        assert_eq!(results["book"][loss(epoch)].as_f64(), Some(book));
    }
    // PyTorch 2.15 with 64-bit numbers: what the same training gives without rounding.
    let unrounded = [(81, 6.7064), (101, 6.7603), (121, 6.3107), (141, 6.6884), (161, 6.7549), (181, 6.2029)];
    for (epoch, exact) in unrounded {
        let here = metric(&results, &loss(epoch));
        assert!((here - exact).abs() < 1e-3, "epoch {epoch}: {here}, without rounding {exact}");
    }
    assert!((metric(&results, "test MSE") - 9.590697).abs() < 1e-3);
    assert!((metric(&results, "test MAE") - 2.117741).abs() < 1e-3);
    assert!((metric(&results, "test MSE") - 9.6133).abs() < 0.03, "the book's, but for rounding");
    assert!((metric(&results, "test MAE") - 2.1211).abs() < 0.01, "the book's, but for rounding");
    figures_are_drawn(&folder(out.path(), "mpg"), &["curves", "residuals"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_after_the_batch_and_resume_ends_with_the_same_bytes() {
    let out = TempDir::new().expect("a folder");
    let whole = out.path().join("whole");
    let run = |out: &Path| {
        let mut command = project("mpg", out);
        command.args(["--num-epochs", "400"]);
        command
    };
    success(&mut run(&whole));
    let stopped = out.path().join("stopped");
    let child =
        run(&stopped).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    while !folder(&stopped, "mpg").join("checkpoint.safetensors").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill is there").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--resume"), "{}", text(&output.stderr));
    success(run(&stopped).arg("--resume"));
    assert!(
        weights(&folder(&whole, "mpg")) == weights(&folder(&stopped, "mpg")),
        "the resumed weights differ"
    );
}

#[test]
fn mistakes_get_one_line() {
    let out = TempDir::new().expect("a folder");
    assert!(refused(project("mpg", out.path()).args(["--lr", "0"])).contains("above 0"));
    assert!(refused(project("mpg", out.path()).args(["--lr", "10"])).contains("diverged"));
    assert!(
        refused(project("mpg", out.path()).args(["--data-dir", "/nonexistent"])).contains("/nonexistent")
    );
    assert!(refused(project("mpg", &out.path().join("new")).arg("--resume")).contains("no checkpoint"));
}
