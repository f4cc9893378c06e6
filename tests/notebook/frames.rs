//! What arrives at the front end. Each scene is played in a process of its own, with a notebook's environment.

use std::process::{Command, Output};
use std::time::Duration;

use burn::tensor::Distribution;
use mlbook::cli::Interrupted;
use mlbook::notebook::prelude::*;
use mlbook::notebook::{Front, front};
use serde_json::Value;

/// Names the scene that a child plays.
pub const SCENE: &str = "MLBOOK_TEST_SCENE";

const IN_KERNEL: (&str, &str) = ("MLBOOK_KERNEL", "1");
const IN_EVCXR: (&str, &str) = ("EVCXR_IS_RUNTIME", "1");

fn run_scene(name: &str, notebook: Option<(&str, &str)>) -> String {
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", "scene", "--nocapture"]).env(SCENE, name);
    child.env_remove(IN_KERNEL.0).env_remove(IN_EVCXR.0).envs(notebook);
    let Output { status, stdout, stderr } = child.output().expect("the child runs");
    let printed = String::from_utf8(stdout).expect("UTF-8");
    assert!(status.success(), "{name}: {printed}\n{}", String::from_utf8_lossy(&stderr));
    printed
}

/// The frames among what was printed, and the text without them.
fn frames(printed: &str) -> (Vec<Value>, String) {
    let mut text = String::new();
    let mut frames = vec![];
    let mut rest = printed;
    while let Some((before, after)) = rest.split_once("\u{1e}MLBOOK ") {
        let (frame, after) = after.split_once('\n').expect("a frame ends its line");
        frames.push(serde_json::from_str(frame).expect("a frame is JSON"));
        text.push_str(before);
        rest = after;
    }
    (frames, text + rest)
}

fn html(frame: &Value) -> &str {
    frame["data"]["text/html"].as_str().expect("HTML")
}

/// What a child does.
pub fn play(name: &str) {
    match name {
        "several" => {
            print!("half a line");
            show(&Html::new("<b>one</b>\n\u{1e}"));
            let x = Tensor::<1>::from_floats([1.0], &default_device());
            x.evcxr_display();
            show(&plot::bars("", "count", &["a"], &[("", &[3.0])]).expect("a figure"));
            mlbook::notebook::clear();
        }
        "live" => {
            let mut live = Live::new();
            for step in 1..=3 {
                live.show(&Html::new(format!("step {step}")));
            }
            for _ in progress("count", 0..3) {}
        }
        "training" => train_twice(false),
        "interrupt" => train_twice(true),
        "cell" => interrupt_a_cell(),
        _ => panic!("no scene {name}"),
    }
}

fn press_ctrl_c() {
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGINT).expect("a signal");
    while !interrupted() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A training of two epochs, which can be interrupted in its first; then the same run trains again.
fn train_twice(with_interrupt: bool) {
    mlbook::notebook::start();
    let folder = tempfile::tempdir().expect("a folder");
    let flags = RunFlags { out: folder.path().to_path_buf(), ..run_flags() };
    let run = run_with("ch00", "test", flags).expect("a run");
    if with_interrupt {
        let error = train(&run, true).expect_err("it is interrupted");
        assert!(matches!(error, TrainError::Interrupted(Interrupted { resumable: true, .. })), "{error}");
    }
    let history = train(&run, false).expect("it goes through, also after an interrupt");
    assert_eq!(history.epochs.len(), 2);
}

fn train(run: &Run, with_interrupt: bool) -> Result<History, TrainError> {
    let device = run.training_device();
    let model = linear(3, 1).init(run.generator(), &device);
    let x = Tensor::<2>::random([40, 3], Distribution::Uniform(-1.0, 1.0), &device);
    let y = x.clone().sum_dim(1);
    let plan = Plan { num_epochs: 2, batch_size: 10, learning_rate: 0.1, examples: 40 };
    let mut training = Training::begin(run, &(), plan, model, adam())?;
    while training.next_epoch() {
        while let Some(rows) = training.next_batch()? {
            let rows = Tensor::<1, Int>::from_ints(
                &rows.iter().map(|&row| row as i32).collect::<Vec<_>>()[..],
                &device,
            );
            let output = training.model().forward(x.clone().select(0, rows.clone()));
            training.step(mean_squared_error(output, y.clone().select(0, rows)));
            std::thread::sleep(Duration::from_millis(100));
            if with_interrupt && training.iteration() == 2 {
                press_ctrl_c();
            }
        }
        training.end_epoch(&[("valid loss", 0.5)])?;
    }
    Ok(training.finish()?.1)
}

fn interrupt_a_cell() {
    mlbook::notebook::start();
    assert!(check_interrupt().is_ok());
    press_ctrl_c();
    assert_eq!(check_interrupt().expect_err("it was pressed").to_string(), "interrupted");
    assert!(check_interrupt().is_ok(), "once for each interrupt");
    press_ctrl_c();
    let device = Device::flex();
    let data = Labelled::new(vec![0.0; 4], [4, 1], &[0; 4], &device);
    let unwound = std::panic::catch_unwind(|| data.batches(1).count());
    assert!(unwound.is_err(), "our loops end by themselves");
    assert_eq!(data.batches(1).count(), 4);
    press_ctrl_c();
    mlbook::notebook::begin_cell();
    assert!(!interrupted(), "the next cell is not interrupted");
}

#[test]
fn several_displays_of_a_cell_arrive_each_in_a_line() {
    let (frames, text) = frames(&run_scene("several", Some(IN_KERNEL)));
    assert_eq!(frames.len(), 4, "{frames:?}");
    assert!(text.contains("half a line"));
    assert!(frames[..3].iter().all(|frame| frame["op"] == "display" && frame["id"].is_null()));
    assert!(html(&frames[0]).starts_with("<b>one</b>\n"));
    assert_eq!(frames[1]["data"]["text/plain"], "[1] · f32 · cpu\n1.0");
    assert!(frames[2]["data"]["image/svg+xml"].as_str().is_some_and(|svg| svg.starts_with("<svg")));
    assert_eq!(frames[3]["op"], "clear");
}

#[test]
fn a_live_display_is_replaced_in_place() {
    let (frames, _) = frames(&run_scene("live", Some(IN_KERNEL)));
    let (live, bar): (Vec<_>, Vec<_>) = frames.iter().partition(|frame| frame["id"] == frames[0]["id"]);
    let ops: Vec<_> = live.iter().map(|frame| (frame["op"].as_str(), html(frame))).collect();
    let expected = [(Some("display"), "step 1"), (Some("update"), "step 2"), (Some("update"), "step 3")];
    assert_eq!(ops, expected);
    assert!(bar.first().is_some_and(|frame| html(frame).contains("0 of 3")));
    assert!(bar.last().is_some_and(|frame| html(frame).contains("3 of 3")));
}

#[test]
fn stock_evcxr_gets_blocks_and_the_last_state_of_a_live_display() {
    let printed = run_scene("several", Some(IN_EVCXR));
    for mime in ["text/html", "text/plain", "image/svg+xml"] {
        assert!(printed.contains(&format!("EVCXR_BEGIN_CONTENT {mime}\n")), "{printed}");
    }
    assert_eq!(
        printed.matches("EVCXR_BEGIN_CONTENT").count(),
        printed.matches("\nEVCXR_END_CONTENT\n").count()
    );
    let printed = run_scene("live", Some(IN_EVCXR));
    assert!(
        printed.contains("EVCXR_BEGIN_CONTENT text/html\nstep 3\n") && !printed.contains("step 1"),
        "{printed}"
    );
}

#[test]
fn a_program_prints_the_text() {
    let printed = run_scene("several", None);
    assert!(printed.contains("[1] · f32 · cpu\n1.0\n") && !printed.contains("EVCXR"), "{printed}");
    assert_eq!(front(), Front::Program);
}

#[test]
fn a_training_draws_its_curves_as_it_goes() {
    let (frames, text) = frames(&run_scene("training", Some(IN_KERNEL)));
    assert!(text.contains("epoch 1/2  loss") && text.contains("epoch 2/2  loss"), "{text}");
    assert_eq!(frames[0]["op"], "display");
    assert!(frames[1..].iter().all(|frame| frame["op"] == "update" && frame["id"] == frames[0]["id"]));
    assert!(frames.len() >= 4, "it changes while it runs: {}", frames.len());
    assert!(html(&frames[0]).contains("epoch 1/2") && html(&frames[1]).contains("<svg"));
    let last = &frames[frames.len() - 1]["data"];
    assert!(last["image/svg+xml"].is_string() && last["text/html"].is_null(), "the curves stay");
}

#[test]
fn an_interrupt_ends_the_training_and_not_the_next() {
    let (frames, text) = frames(&run_scene("interrupt", Some(IN_KERNEL)));
    assert!(text.contains("epoch 2/2"), "{text}");
    let ids: std::collections::BTreeSet<_> = frames.iter().filter_map(|frame| frame["id"].as_str()).collect();
    assert_eq!(ids.len(), 2, "a display for each training");
}

#[test]
fn an_interrupt_is_about_one_cell() {
    run_scene("cell", Some(IN_KERNEL));
}
