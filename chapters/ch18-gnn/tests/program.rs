//! The chapter's program, run as a reader runs it.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{
    figures_are_drawn, first_losses, json, metric, no_half_files, parity_fails_on_a_wrong_number, refused,
    results, success, text, wait_for_line, weights, without_graphics,
};
use tempfile::TempDir;

fn program() -> Command {
    support::program(env!("CARGO_BIN_EXE_ch18-gnn"))
}

fn project(name: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = program();
    command.arg(name).arg("--out").arg(out).args(flags);
    without_graphics(&mut command);
    command
}

fn folder(out: &Path, project: &str) -> PathBuf {
    out.join("ch18-gnn").join(project)
}

#[test]
fn the_hand_written_network_passes_the_books_check_on_every_processor_backend() {
    let out = TempDir::new().expect("a folder");
    for device in ["cpu", "ndarray"] {
        let printed = success(&mut project("graphs", out.path(), &["--device", device]));
        assert!(printed.contains("[0.0000, 1.0000, 1.0000, 0.0000]"), "{printed}");
        assert_eq!(printed.matches("equal: true").count(), 4, "{printed}");
        let results = results(&folder(out.path(), "graphs"));
        support::all_as_in_the_book(&results, 0.0);
        assert_eq!(metric(&results, "parameters"), 2866.0);
        figures_are_drawn(&folder(out.path(), "graphs"), &["graphs"]);
    }
    assert!(refused(&mut project("graphs", out.path(), &["--resume"])).contains("without --resume"));
}

#[test]
fn the_quick_preset_predicts_the_polarisability_of_molecules() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("qm9", out.path(), &[]));
    assert!(printed.contains("stand-in"), "a run on a stand-in says so: {printed}");
    assert!(printed.contains("first   gdb_1: 5 atoms, 8 directed bonds, 19 of 19 properties"), "{printed}");
    let folder = folder(out.path(), "qm9");
    let results = results(&folder);
    // The test molecules' own variance is about 80.
    assert!(metric(&results, "best valid mse") < 3.0, "{results}");
    assert!(metric(&results, "test mse") < 20.0, "{results}");
    let loss = metric(&results, "valid mse") / metric(&results, "book's valid loss");
    assert!(
        (25.0..40.0).contains(&loss),
        "the book's loss is about a thirty-second of the error, not 1 / {loss}"
    );
    assert_eq!(results["book"]["book's loss"].as_f64(), Some(0.10));
    figures_are_drawn(&folder, &["curves", "predictions", "molecules", "contributions"]);
    let settings = json(&folder.join("settings.json"));
    assert_eq!((settings["target"].as_str(), settings["batch_size"].as_u64()), (Some("alpha"), Some(32)));
}

#[test]
fn the_books_settings_reach_the_books_error_on_the_full_part() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.join("qm9").exists() {
        return;
    }
    let out = TempDir::new().expect("a folder");
    let flags = ["--book", "--num-epochs", "20", "--data-dir"];
    let printed = success(project("qm9", out.path(), &flags).arg(&data));
    assert!(printed.contains("10,090 for training, 993 for validation, 917 for the test"), "{printed}");
    let results = results(&folder(out.path(), "qm9"));
    assert!(metric(&results, "best valid mse") < 2.0, "{results}");
}

#[test]
fn the_same_seed_gives_the_same_losses_on_every_device() {
    let out = TempDir::new().expect("a folder");
    let losses = |device: &str| {
        let out = out.path().join(device);
        let mut command = program();
        command.args([
            "qm9",
            "--device",
            device,
            "--molecules",
            "60",
            "--num-epochs",
            "1",
            "--batch-size",
            "9",
            "--out",
        ]);
        success(command.arg(&out));
        first_losses(&folder(&out, "qm9"))
    };
    let cpu = losses("cpu");
    assert_eq!(cpu.len(), 5);
    for device in ["ndarray", "webgpu"] {
        for (here, there) in losses(device).iter().zip(&cpu) {
            assert!((here - there).abs() <= 1e-3 * there.abs(), "{device}: {here} is not {there}");
        }
    }
}

#[test]
fn a_killed_run_resumes_to_the_same_bytes() {
    let out = TempDir::new().expect("a folder");
    let flags = ["--num-epochs", "40"];
    let whole = out.path().join("whole");
    success(&mut project("qm9", &whole, &flags));
    let killed = out.path().join("killed");
    let mut child = project("qm9", &killed, &flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    wait_for_line(&mut child, "epoch  3/40");
    child.kill().expect("SIGKILL reaches the program");
    child.wait().expect("it ends");
    no_half_files(&folder(&killed, "qm9"));
    let printed = success(&mut project("qm9", &killed, &["--num-epochs", "40", "--resume"]));
    assert!(printed.contains("resumed after epoch"), "{printed}");
    assert!(
        weights(&folder(&whole, "qm9")) == weights(&folder(&killed, "qm9")),
        "the resumed weights differ"
    );
    let other = ["--num-epochs", "40", "--resume", "--target", "mu"];
    let message = refused(&mut project("qm9", &killed, &other));
    assert!(message.contains("target") && message.contains("alpha"), "{message}");
}

#[test]
fn parity_holds_on_every_device_and_a_wrong_number_fails() {
    for device in ["cpu", "ndarray", "webgpu"] {
        let printed = success(program().args(["parity", "--device", device]));
        let rows: Vec<&str> = printed.lines().filter(|line| line.starts_with("ch18_")).collect();
        assert_eq!(rows.len(), 2, "{printed}");
        assert!(rows.iter().all(|row| row.ends_with("pass") && !row.contains(" - ")), "{printed}");
    }
    parity_fails_on_a_wrong_number(&mut program(), "ch18_graph_net.safetensors");
}

#[test]
fn the_bench_measures_a_step_and_the_reading() {
    let printed = success(program().args(["bench", "--steps", "3"]));
    assert!(printed.contains("ch18 molecule network, batch 32, cpu"), "{printed}");
    assert!(printed.contains("ch18 reading 1,200 molecules, cpu"), "{printed}");
}

#[test]
fn the_members_of_the_club_are_found_from_its_leaders_with_every_layer() {
    let out = TempDir::new().expect("a folder");
    for layer in ["gcn", "sage", "gat", "gin", "cheb"] {
        let printed = success(&mut project("nodes", out.path(), &["--layer", layer]));
        assert!(printed.contains("34 nodes, 156 directed edges, 2 classes; 2 nodes known"), "{printed}");
        let accuracy = metric(&results(&folder(out.path(), "nodes")), "accuracy");
        assert!(accuracy >= 28.0 / 32.0, "{layer}: {accuracy}");
    }
    figures_are_drawn(&folder(out.path(), "nodes"), &["nodes"]);
}

/// Two groups of papers with words of their own that cite each other within the group; one cites across.
fn papers(folder: &Path, content: &str, cites: &str) -> [PathBuf; 2] {
    let paths = [folder.join("papers.content"), folder.join("papers.cites")];
    fs::write(&paths[0], content).expect("room");
    fs::write(&paths[1], cites).expect("room");
    paths
}

#[test]
fn a_graph_in_coras_format_is_read_and_learned() {
    let (out, data) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let class = |k: usize| if k.is_multiple_of(2) { "Theory" } else { "Case_Based" };
    let line = |k: usize| {
        let words = if k.is_multiple_of(2) { "1 0 1 0" } else { "0 1 0 1" };
        format!("paper{k}\t{words}\t{}\n", class(k))
    };
    let content: String = (0..20).map(line).collect();
    let cites: String = (2..20)
        .map(|k| format!("paper{k}\tpaper{}\n", k - 2))
        .chain(["paper0 paper1\n".to_owned()])
        .collect();
    let run = |content: &str, cites: &str, flags: &[&str]| {
        let [content, cites] = papers(data.path(), content, cites);
        let mut command = project("nodes", out.path(), flags);
        command.arg("--content").arg(content).arg("--cites").arg(cites);
        command
    };
    let printed = success(&mut run(&content, &cites, &["--known", "2"]));
    assert!(printed.contains("20 nodes, 38 directed edges, 2 classes; 4 nodes known"), "{printed}");
    assert_eq!(metric(&results(&folder(out.path(), "nodes")), "accuracy"), 1.0);
    assert!(refused(&mut run(&content, &cites, &[])).contains("has 10 nodes, and 20 are to be known"));
    let unknown = refused(&mut run(&content, &(cites.clone() + "paper3 paper99\n"), &["--known", "2"]));
    assert!(unknown.contains("line 20: there is no node paper99"), "{unknown}");
    let short = refused(&mut run(&(content.clone() + "paper20 1 0 Theory\n"), &cites, &["--known", "2"]));
    assert!(short.contains("line 21: 2 numbers where the first node has 4"), "{short}");
    let word = refused(&mut run(&content.replacen("1 0 1 0", "1 0 x 0", 1), &cites, &["--known", "2"]));
    assert!(word.contains("line 1: `x` of node paper0 is no finite number"), "{word}");
    assert!(refused(&mut run("", &cites, &[])).contains("no nodes"));
}

/// Chains, rings and aromatic rings with a group at the end; the target counts atoms that are no hydrogen.
fn own_molecules() -> String {
    let mut csv = "id,structure,heavy,kind\n".to_owned();
    let mut id = 0;
    for end in ["O", "N", "F", "Cl", "C(=O)O", "C#N", "S"] {
        for (body, size) in [
            ("CC", 2),
            ("CCC", 3),
            ("CCCCC", 5),
            ("C1CCCCC1", 6),
            ("C1CCC1", 4),
            ("c1ccccc1", 6),
            ("c1ccncc1", 6),
            ("CC(C)C", 4),
        ] {
            let heavy = size + end.chars().filter(|c| c.is_ascii_uppercase()).count();
            let kind = if body.contains('1') { "ring" } else { "chain" };
            csv += &format!("{id},{body}{end},{heavy},{kind}\n");
            id += 1;
        }
    }
    csv
}

#[test]
fn molecules_of_ones_own_are_learned_and_the_invalid_ones_listed_with_their_reason() {
    let (out, data) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let file = data.path().join("own.csv");
    let long = "C".repeat(10_000);
    let bad = format!(
        "a,C1CC,1,ring\nb,{long},1,chain\nc,CC(C)(C)(C)C,1,chain\nd,[U],1,chain\ne,CCO,nan,chain\nf,,1,chain\n"
    );
    fs::write(&file, own_molecules() + &bad).expect("room");
    let smiles = |target: &str, flags: &[&str]| {
        let mut command = project("smiles", out.path(), flags);
        command.arg("--csv").arg(&file).args(["--smiles", "structure", "--target", target]);
        command
    };
    let printed = success(&mut smiles("heavy", &["--split", "random"]));
    assert!(printed.contains("56 molecules, 6 lines left out"), "{printed}");
    for reason in [
        "line 58: `C1CC`: Ring not closed",
        "it has 10000 characters, and molecules of up to 1000 are taken",
        "atom 2, C, has bonds of order 5 together",
        "`[U]`: atom 1 is U",
        "its target `nan` is no finite number",
        "it is empty",
    ] {
        assert!(printed.contains(reason), "{reason} is not in {printed}");
    }
    let folder = folder(out.path(), "smiles");
    let invalid = json(&folder.join("invalid.json"));
    assert_eq!(invalid.as_array().map(Vec::len), Some(6));
    let reached = results(&folder);
    assert!(metric(&reached, "network test mae") < 0.5 * metric(&reached, "constant test mae"), "{reached}");
    figures_are_drawn(&folder, &["curves", "molecules", "predictions"]);

    let printed = success(&mut smiles("kind", &["--num-epochs", "40"]));
    assert!(printed.contains("57 molecules, 5 lines left out"), "a class needs no number: {printed}");
    let message = refused(&mut smiles("weight", &[]));
    assert!(message.contains("no column \"weight\"") && message.contains("heavy"), "{message}");
    let message = refused(&mut smiles("structure", &[]));
    assert!(message.contains("different texts"), "{message}");
    fs::write(&file, "id,structure,heavy\n1,CC,2\n2,C1C,3\n").expect("room");
    let message = refused(&mut smiles("heavy", &[]));
    assert!(message.contains("1 of 2 lines") && message.contains("Ring not closed"), "{message}");
}

#[test]
fn mistakes_on_the_command_line_get_one_line() {
    let out = TempDir::new().expect("a folder");
    assert!(refused(program().arg("qm")).contains("qm9"));
    let unknown = refused(&mut project("qm9", out.path(), &["--target", "colour"]));
    assert!(unknown.contains("`colour`") && unknown.contains("alpha"), "{unknown}");
    let empty = refused(&mut project("qm9", out.path(), &["--target", "u0_atom"]));
    assert!(empty.contains("molecule gdb_1: u0_atom is missing"), "{empty}");
    let few = refused(&mut project("qm9", out.path(), &["--molecules", "3"]));
    assert!(few.contains("--molecules"), "{few}");
    assert!(refused(&mut project("qm9", out.path(), &["--lr", "0"])).contains("above 0"));
    assert!(refused(&mut project("nodes", out.path(), &["--layer", "rnn"])).contains("gcn"));
    assert!(
        refused(&mut project("qm9", out.path(), &["--data-dir", "/nonexistent"])).contains("/nonexistent")
    );
    assert!(refused(program().args(["parity", "--dir", "/nonexistent"])).contains("/nonexistent"));
    let message = refused(&mut project("qm9", out.path(), &["--device", "webgpu"]));
    assert!(message.contains("no graphics adapter"), "{message}");
}

#[test]
fn a_file_cut_short_is_refused_with_the_molecule() {
    let (out, data) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/qm9-mini");
    for file in ["gdb9.sdf.gz", "gdb9.sdf.csv.gz"] {
        fs::copy(source.join(file), data.path().join(file)).expect("a copy");
    }
    let sdf = data.path().join("gdb9.sdf.gz");
    let whole = fs::read(&sdf).expect("it is there");
    fs::write(&sdf, &whole[..whole.len() / 2]).expect("room");
    let message = refused(project("qm9", out.path(), &["--data-dir"]).arg(data.path()));
    assert!(message.contains("gdb9.sdf.gz") && message.contains("cut short"), "{message}");
    // Plain text is taken too, whatever the file is called.
    fs::write(&sdf, "gdb_1\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000")
        .expect("room");
    let message = refused(project("qm9", out.path(), &["--data-dir"]).arg(data.path()));
    assert!(message.contains("molecule gdb_1 (line 5)") && message.contains("atom 1 of 1"), "{message}");
    let printed = text(&fs::read(data.path().join("gdb9.sdf.gz")).expect("it is there"));
    assert!(printed.starts_with("gdb_1"), "nothing is written beside the data");
}
