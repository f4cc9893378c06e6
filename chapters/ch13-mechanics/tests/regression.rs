//! `regression` and `predict` on tables as readers have them, good and bad.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::support::{figures_are_drawn, metric, refused, results, success, text};
use common::{folder, program, project};
use tempfile::TempDir;

/// Flats: the rent follows from size, rooms and city; some sizes are missing, every flat has a name of its own.
fn flats(rows: usize, separator: char) -> String {
    let mut table = ["size", "rooms", "city", "name", "floor", "rent"].join(&separator.to_string()) + "\n";
    for row in 0..rows {
        let size = 30 + (row * 37) % 90;
        let rooms = 1 + (row * 11) % 5;
        let city = ["Bergen", "Oslo", "Tromsø"][(row * 7) % 3];
        let rent = 200 + 9 * size + 50 * rooms + 300 * ((row * 7) % 3);
        let size = if row % 17 == 3 { "NA".to_string() } else { size.to_string() };
        let fields = [
            size,
            rooms.to_string(),
            city.to_string(),
            format!("flat {row}"),
            String::new(),
            rent.to_string(),
        ];
        let _ = writeln!(table, "{}", fields.join(&separator.to_string()));
    }
    table
}

fn write(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("the folder is writable");
    path
}

/// Few epochs are enough for what is asked of the tables here.
fn learn(csv: &Path, target: &str, out: &Path) -> Command {
    let mut command = project("regression", out);
    command.arg("--csv").arg(csv).args(["--target", target, "--num-epochs", "20"]);
    command
}

fn predict(model: &Path, csv: &Path) -> Command {
    let mut command = program();
    command.arg("predict").arg("--model").arg(model).arg("--csv").arg(csv);
    command
}

/// The predictions printed as `line,prediction`.
fn numbers(printed: &str) -> Vec<f64> {
    let rows = printed.lines().skip(1);
    rows.map(|row| row.split_once(',').and_then(|row| row.1.parse().ok()).expect("a number")).collect()
}

#[test]
fn houses_of_ames_are_priced_better_than_by_least_squares() {
    let out = TempDir::new().expect("a folder");
    let printed = success(&mut project("regression", out.path()));
    assert!(printed.contains("2050 to train, 440 to validate, 440 to test"), "{printed}");
    assert!(printed.contains("left out \"Order\": it numbers the rows"), "{printed}");
    assert!(printed.contains("left out \"PID\"") && printed.contains("learnt by its logarithm"), "{printed}");
    let results = results(&folder(out.path(), "regression"));
    let (network, linear) = (metric(&results, "network: MAE"), metric(&results, "least squares: MAE"));
    assert!(network < 15_000.0 && network < linear, "{network}, least squares {linear}");
    assert!(linear < 20_000.0 && metric(&results, "mean: MAE") > 50_000.0);
    figures_are_drawn(&folder(out.path(), "regression"), &["curves", "residuals", "predicted", "importance"]);
}

#[test]
fn a_table_is_learnt_and_predicted_from_whatever_its_separator_and_order() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let comma = write(&data, "flats.csv", flats(300, ','));
    let printed = success(&mut learn(&comma, "rent", out.path()));
    assert!(printed.contains("left out \"name\": its text is almost a name or an id"), "{printed}");
    assert!(printed.contains("left out \"floor\": it has no values"), "{printed}");
    assert!(printed.contains("3 learnt from, as 6 features"), "{printed}");
    let importance =
        fs::read_to_string(folder(out.path(), "regression").join("importance.json")).expect("text");
    let place = |column: &str| importance.find(column).unwrap_or(usize::MAX);
    assert!(place("\"size\"") < place("\"rooms\""), "{importance}");

    let model = folder(out.path(), "regression");
    let expected = success(&mut predict(&model, &comma));
    assert_eq!(numbers(&expected).len(), 300);
    assert!(expected.starts_with("line,rent\n2,"), "{expected}");
    for (name, separator) in [("flats.tsv", '\t'), ("flats-semicolon.csv", ';'), ("flats-bar.csv", '|')] {
        let path = write(&data, name, format!("\u{feff}{}", flats(300, separator).replace('\n', "\r\n")));
        assert_eq!(success(&mut predict(&model.join("model.json"), &path)), expected, "{name}");
    }
    // Columns turned round, the target gone, a blank line before the end.
    let turned: String = flats(300, ',')
        .lines()
        .map(|line| {
            line.split(',').take(5).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(",") + "\n"
        })
        .collect();
    let turned = write(&data, "turned.csv", turned + "\n");
    assert_eq!(success(&mut predict(&model, &turned)), expected);
    let file = data.path().join("predictions.csv");
    success(predict(&model, &turned).arg("--out").arg(&file));
    assert_eq!(fs::read_to_string(&file).expect("the predictions"), expected);
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let data = TempDir::new().expect("a folder");
    let rows = |write: fn(u32) -> String, separator: &str| {
        let rows: String = (0..60)
            .map(|k| format!("{}{separator}{}\n", write(1000 + 40 * k), write(3000 + 80 * k)))
            .collect();
        format!("area{separator}price\n{rows}")
    };
    let predictions = |name: &str, table: String| {
        let out = TempDir::new().expect("a folder");
        let path = write(&data, name, table);
        success(&mut learn(&path, "price", out.path()));
        success(&mut predict(&folder(out.path(), "regression"), &path))
    };
    let plain = predictions("plain.csv", rows(|n| format!("{n}.5"), ","));
    assert_eq!(
        plain,
        predictions("dollars.csv", rows(|n| format!("\"${},{:03}.5\"", n / 1000, n % 1000), ","))
    );
    assert_eq!(plain, predictions("german.csv", rows(|n| format!("{}.{:03},5", n / 1000, n % 1000), ";")));
    assert_eq!(plain, predictions("decimal.csv", rows(|n| format!("{n},5"), ";")));
}

#[test]
fn strange_values_are_handled_and_said() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let table = flats(200, ',')
        .replacen("\n30,", "\ninf,", 1)
        .replacen("\n67,", "\nbig,", 1)
        .replacen("\n51,", "\nNaN,", 1);
    let path = write(&data, "strange.csv", table.replacen(",1886\n", ",\n", 1));
    let printed = success(&mut learn(&path, "rent", out.path()));
    assert!(printed.contains("column \"size\": 1 of its values are infinite"), "{printed}");
    assert!(printed.contains("(line 3: \"big\")"), "{printed}");

    let model = folder(out.path(), "regression");
    let unseen = write(&data, "unseen.csv", "rooms,city,size\n2,Atlantis,60\n3,Oslo,\n");
    let output = predict(&model, &unseen).output().expect("the program starts");
    assert!(output.status.success());
    assert!(numbers(&text(&output.stdout)).iter().all(|number| number.is_finite()));
    assert!(
        text(&output.stderr).contains("column \"city\"")
            && text(&output.stderr).contains("line 2: \"Atlantis\"")
    );
}

#[test]
fn bad_tables_are_refused_in_one_line() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let bad = |name: &str, bytes: &[u8], target: &str, words: &[&str]| {
        let path = write(&data, name, bytes);
        let message = refused(&mut learn(&path, target, out.path()));
        for word in words {
            assert!(message.contains(word), "{name}: no {word:?} in: {message}");
        }
    };
    let whole = flats(60, ',');
    bad("target.csv", whole.as_bytes(), "rnet", &["no column \"rnet\"", "\"rent\""]);
    bad("text.csv", whole.as_bytes(), "city", &["line 2", "Bergen", "no finite number"]);
    bad("word.csv", whole.replacen(",520\n", ",cheap\n", 1).as_bytes(), "rent", &["line ", "\"cheap\""]);
    bad("infinite.csv", whole.replacen(",520\n", ",inf\n", 1).as_bytes(), "rent", &["\"inf\""]);
    bad("one.csv", b"a,y\n1,2\n", "y", &["1 rows", "at least 20"]);
    bad("none.csv", b"a,y\n", "y", &["holds no rows"]);
    bad("empty.csv", b"", "y", &["holds no rows"]);
    bad(
        "constant.csv",
        ("a,y\n".to_string() + &"1,5\n2,5\n".repeat(20)).as_bytes(),
        "y",
        &["5 in every training row"],
    );
    bad("missing.csv", ("a,y\n".to_string() + &"1,\n2,NA\n".repeat(20)).as_bytes(), "y", &["0 rows"]);
    bad("twice.csv", b"a,a,y\n1,2,3\n", "y", &["two columns are called \"a\""]);
    bad("ragged.csv", b"a,y\n1,2\n1,2,3\n", "y", &["line 3 has 3 fields where 2"]);
    bad("latin1.csv", b"a,y\n1,2\ncaf\xe9,3\n", "y", &["byte 11 is not UTF-8"]);
    bad("utf16.csv", b"\xff\xfea\0,\0y\0\n\0", "y", &["byte 0 is not UTF-8"]);
    bad("quote.csv", b"a,y\n1,2\n\"3,4\n5,6\n", "y", &["line 3 has a misplaced quote"]);
    bad("nameless.csv", b"1,2\n3,4\n", "y", &["only numbers", "--columns"]);
    bad("alone.csv", ("y\n".to_string() + &"1\n2\n".repeat(20)).as_bytes(), "y", &["no column is left"]);
    bad(
        "same.csv",
        ("a,y\n".to_string() + &"1,1\n1,2\n".repeat(20)).as_bytes(),
        "y",
        &["same value in every row"],
    );
    assert!(refused(&mut learn(data.path(), "y", out.path())).contains("directory"));
    assert!(refused(&mut learn(Path::new("/nonexistent.csv"), "y", out.path())).contains("not found"));
    let path = write(&data, "flats.csv", &whole);
    assert!(refused(project("regression", out.path()).arg("--csv").arg(&path)).contains("--target"));
    assert!(refused(learn(&path, "rent", out.path()).args(["--drop", "citty"])).contains("\"city\""));
    assert!(refused(learn(&path, "rent", out.path()).args(["--test-share", "0.9"])).contains("--test-share"));
    let negative = write(&data, "negative.csv", whole.replacen(",520\n", ",-1\n", 1));
    assert!(refused(learn(&negative, "rent", out.path()).args(["--log", "yes"])).contains("logarithm"));
}

#[test]
fn a_large_table_is_refused_or_sampled() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let path = write(&data, "large.csv", flats(60_000, ','));
    let message = refused(learn(&path, "rent", out.path()).args(["--max-mb", "1"]));
    assert!(message.contains("tables up to 1 MB") && message.contains("--sample"), "{message}");
    let printed = success(learn(&path, "rent", out.path()).args(["--max-mb", "1", "--sample", "2000"]));
    assert!(printed.contains("60000 rows, 2000 of them used"), "{printed}");
    assert!(printed.contains("1400 to train"), "{printed}");
}

#[test]
fn test_rows_that_are_all_the_same_leave_a_model_that_predicts() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    // One target of sixty differs; which rows are for training, the seed decides.
    let table = |other: usize| {
        let row = |k: usize| format!("{},{}\n", k % 7, if k == other { 9 } else { 4 });
        "a,y\n".to_string() + &(0..60).map(row).collect::<String>()
    };
    let learnt = (0..60).find_map(|other| {
        let path = write(&data, "alike.csv", table(other));
        let printed = text(&learn(&path, "y", out.path()).output().expect("the program starts").stdout);
        printed.lines().any(|line| line.starts_with("network ") && line.ends_with(" -")).then_some(path)
    });
    let path = learnt.expect("a row that is not for the test");
    assert_eq!(numbers(&success(&mut predict(&folder(out.path(), "regression"), &path))).len(), 60);
}

#[test]
fn a_table_without_a_header_takes_names() {
    let out = TempDir::new().expect("a folder");
    let wine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/uci/wine.data");
    let names = "cultivar,alcohol,malic acid,ash,alcalinity,magnesium,phenols,flavanoids,nonflavanoids,\
                 proanthocyanins,colour,hue,OD280,proline";
    success(project("regression", out.path()).arg("--csv").arg(&wine).args([
        "--target",
        "alcohol",
        "--columns",
        names,
    ]));
    let results = results(&folder(out.path(), "regression"));
    assert!(metric(&results, "network: MAE") < 0.8 * metric(&results, "mean: MAE"), "{results}");
    let message = refused(learn(&wine, "alcohol", out.path()).args(["--columns", "a,alcohol"]));
    assert!(message.contains("line 1 has 14 fields where 2"), "{message}");
}

#[test]
fn predict_refuses_what_does_not_fit_and_altered_models() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let csv = write(&data, "flats.csv", flats(100, ','));
    success(&mut learn(&csv, "rent", out.path()));
    let model = folder(out.path(), "regression");

    let fewer = write(&data, "fewer.csv", "rooms,town,size\n2,Oslo,60\n");
    assert!(refused(&mut predict(&model, &fewer)).contains("no column \"city\""));
    let wrong = write(&data, "wrong.csv", "rooms,city,size\nmany,Oslo,60\n");
    let message = refused(&mut predict(&model, &wrong));
    assert!(message.contains("line 2, column \"rooms\": \"many\""), "{message}");

    let description = fs::read_to_string(model.join("model.json")).expect("the model");
    let weights = fs::read(model.join("model.safetensors")).expect("the weights");
    let refused_with = |description: &str, weights: &[u8]| {
        let altered = TempDir::new().expect("a folder");
        write(&altered, "model.json", description);
        write(&altered, "model.safetensors", weights);
        refused(&mut predict(altered.path(), &csv))
    };
    let mut flipped = weights.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    assert!(refused_with(&description, &flipped).contains("not the weights"));
    assert!(refused_with(&description, &weights[..weights.len() / 2]).contains("not the weights"));
    assert!(refused_with(&description[..description.len() / 2], &weights).contains("not a model"));
    assert!(refused_with(&description.replacen("\"Oslo\",", "", 1), &weights).contains("do not fit"));
    assert!(
        refused_with(&description.replacen("\"std\": ", "\"std\": -", 1), &weights).contains("impossible")
    );
    assert!(refused(&mut predict(Path::new("/nonexistent"), &csv)).contains("/nonexistent"));
    assert!(refused(&mut predict(data.path(), &csv)).contains("model.json"));
}

#[test]
fn an_interrupted_regression_resumes_and_another_table_is_refused() {
    let data = TempDir::new().expect("a folder");
    let out = TempDir::new().expect("a folder");
    let csv = write(&data, "flats.csv", flats(100, ','));
    let whole = out.path().join("whole");
    success(&mut learn(&csv, "rent", &whole));
    let parts = out.path().join("parts");
    let mut shorter = project("regression", &parts);
    success(shorter.arg("--csv").arg(&csv).args(["--target", "rent", "--num-epochs", "7"]));
    success(learn(&csv, "rent", &parts).arg("--resume"));
    let model =
        |out: &Path| fs::read(folder(out, "regression").join("model.safetensors")).expect("the weights");
    assert!(model(&whole) == model(&parts), "the resumed weights differ");
    let csv = write(&data, "flats.csv", flats(110, ','));
    assert!(refused(learn(&csv, "rent", &parts).arg("--resume")).contains("other settings"));
}
