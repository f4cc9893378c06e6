//! The program, as a reader runs it.

mod common;

use common::support::{figures_are_drawn, in_order, metric, refused, results, success, without_graphics};
use common::{folder, program, project};
use tempfile::TempDir;

#[test]
fn a_bare_call_lists_the_projects() {
    in_order(&success(&mut program()), &["grid", "dqn", "battery", "own"]);
}

#[test]
fn the_grid_has_the_books_numbers() {
    let out = TempDir::new().expect("a folder");
    let printed = success(without_graphics(&mut project("grid", out.path())));
    in_order(
        &printed,
        &["[16, 22, 15, 10]", "value iteration", "episode  17: reward -1.0,  321 moves", "20 find the gold"],
    );
    let folder = folder(out.path(), "grid");
    figures_are_drawn(&folder, &["learning", "values"]);
    let film = std::fs::read(folder.join("walk.gif")).expect("the film is there");
    assert!(film.starts_with(b"GIF89a") && film.len() > 5_000);
    let results = results(&folder);
    common::support::all_as_in_the_book(&results, 0.0);
    assert!(metric(&results, "closed form: largest error") < 1e-10);
}

#[test]
fn both_agents_train_and_are_drawn() {
    let out = TempDir::new().expect("a folder");
    let mut command = project("dqn", out.path());
    command.args(["--seeds", "2", "--episodes", "15", "--most-episodes", "60", "--test-episodes", "3"]);
    let printed = success(&mut command);
    in_order(&printed, &["the book's agent", "seed 1:", "seed 2:", "a reliable agent", "seed 1:", "seed 2:"]);
    let folder = folder(out.path(), "dqn");
    figures_are_drawn(&folder, &["curves"]);
    for name in ["book.gif", "reliable.gif", "model.safetensors", "reliable-agent.json", "history.json"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
}

#[test]
fn the_battery_is_traded_and_compared() {
    let out = TempDir::new().expect("a folder");
    let mut command = project("battery", out.path());
    command.args(["--seeds", "1", "--episodes", "60", "--train-days", "200", "--test-days", "40"]);
    success(&mut command);
    let folder = folder(out.path(), "battery");
    figures_are_drawn(&folder, &["week", "shares"]);
    let results = results(&folder);
    assert!(metric(&results, "planner: share") > 0.95);
    assert!(metric(&results, "DQN: share, mean") > 0.3);
}

#[test]
fn an_environment_of_ones_own_is_short_and_learned() {
    let template = include_str!("../src/own.rs");
    assert!(template.lines().count() < 80, "{} lines", template.lines().count());
    let out = TempDir::new().expect("a folder");
    success(&mut project("own", out.path()));
    let folder = folder(out.path(), "own");
    figures_are_drawn(&folder, &["room"]);
    let results = results(&folder);
    assert!(metric(&results, "agent: mean reward") > metric(&results, "thermostat: mean reward"));
    assert!(metric(&results, "thermostat: mean reward") > metric(&results, "chance: mean reward"));
}

#[test]
fn bad_input_is_one_line_and_code_2() {
    let out = TempDir::new().expect("a folder");
    for (name, arguments, rule) in [
        ("grid", vec!["--rows", "3"], "from 4 to 100"),
        ("grid", vec!["--discount", "1.5"], "from 0 to below 1"),
        ("grid", vec!["--resume"], "without --resume"),
        ("dqn", vec!["--seeds", "0"], "at least 1"),
        ("battery", vec!["--prices", "/nonexistent/prices.csv"], "/nonexistent/prices.csv"),
        ("battery", vec!["--train-days", "1", "--test-days", "1"], "whole days of prices"),
        ("battery", vec!["--wear", "-1"], "above 0"),
        ("own", vec!["--episodes", "none"], "at least 1"),
    ] {
        let message = refused(project(name, out.path()).args(&arguments));
        assert!(message.contains(rule), "{name} {arguments:?}: {message}");
    }
}

#[test]
fn parity_passes_on_every_device() {
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device]));
        assert_eq!(printed.matches("  pass").count(), 2, "{device}: {printed}");
    }
}

#[test]
fn an_agent_learns_on_webgpu_too() {
    let out = TempDir::new().expect("a folder");
    let mut command = project("own", out.path());
    success(command.args(["--device", "webgpu", "--episodes", "1", "--test-episodes", "1"]));
}

#[test]
fn bench_prints_its_measures() {
    let printed = success(program().args(["bench", "--steps", "3"]));
    let measures: serde_json::Value = serde_json::from_str(printed.trim()).expect("it is JSON");
    assert_eq!(measures.as_object().map(|all| all.len()), Some(4), "{measures}");
}
