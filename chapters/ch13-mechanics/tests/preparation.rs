//! What must hold for every table that can be prepared.

use ch13_mechanics::regression::prepare::Preparation;
use ch13_mechanics::regression::target::{Log, Target};
use mlbook::data::table::OwnTable;
use proptest::prelude::*;

/// Fields as they come: numbers in several styles, missing values, levels, nonsense.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-1e6..1e6_f64).prop_map(|x| format!("{x:.3}")),
        2 => (0..5_u8).prop_map(|x| x.to_string()),
        2 => proptest::sample::select(vec!["red", "green", "blue", " red "]).prop_map(str::to_string),
        1 => proptest::sample::select(vec!["", "NA", "NaN", "inf", "-1e999", "1e300", "1e-300", "020", "\"1,234\"", "?"])
            .prop_map(str::to_string),
        1 => "[a-zæ0-9 .]{0,6}",
    ]
}

/// Columns of one nature or mixed ones.
fn table() -> impl Strategy<Value = Vec<[String; 4]>> {
    let row = (
        (-1e3..1e3_f64).prop_map(|x| x.to_string()),
        proptest::sample::select(vec!["a", "b", "c", ""]).prop_map(str::to_string),
        field(),
        field(),
    );
    proptest::collection::vec(row.prop_map(|(a, b, c, d)| [a, b, c, d]), 8..40)
}

/// The rows with their columns in the given order.
fn csv(rows: &[[String; 4]], order: [usize; 4]) -> OwnTable {
    let line = |fields: [&str; 4]| order.map(|column| fields[column]).join(",") + "\n";
    let lines: String = rows.iter().map(|row| line([&row[0], &row[1], &row[2], &row[3]])).collect();
    OwnTable::parse("table", &(line(["p", "q", "r", "s"]) + &lines)).expect("a table")
}

fn prepare(table: &OwnTable) -> Preparation {
    let target = Target { name: "y".into(), log: false, mean: 0.0, std: 1.0 };
    let train: Vec<usize> = (0..table.lines.len() * 2 / 3).collect();
    Preparation::learn(table, "table", target, &[], &train).expect("column p can be learnt from")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn features_are_numbers_and_survive_json(rows in table()) {
        let table = csv(&rows, [0, 1, 2, 3]);
        let preparation = prepare(&table);
        let prepared = preparation.apply(&table, "table").expect("the table that it was learnt from");
        prop_assert_eq!(prepared.features.len(), rows.len() * preparation.width());
        prop_assert!(prepared.features.iter().all(|feature| feature.is_finite() && feature.abs() <= 5.0));
        let text = serde_json::to_string(&preparation).expect("JSON");
        let again: Preparation = serde_json::from_str(&text).expect("a preparation");
        let same = again.apply(&table, "table").expect("the same table").features;
        for (a, b) in prepared.features.iter().zip(&same) {
            prop_assert!((a - b).abs() <= 1e-6, "{} is not {}", a, b);
        }
    }

    #[test]
    fn the_order_of_columns_does_not_matter(rows in table(), order in Just([0, 1, 2, 3]).prop_shuffle()) {
        let table = csv(&rows, [0, 1, 2, 3]);
        let preparation = prepare(&table);
        let expected = preparation.apply(&table, "table").expect("the table that it was learnt from").features;
        let turned = preparation.apply(&csv(&rows, order), "table").expect("the same columns").features;
        prop_assert_eq!(turned, expected);
    }

    #[test]
    fn any_row_has_finite_features(rows in table(), fields in proptest::collection::vec(proptest::option::of(field()), 1..20)) {
        for column in prepare(&csv(&rows, [0, 1, 2, 3])).columns {
            let encoded = column.kind.encode(&fields);
            prop_assert_eq!(encoded.features.len(), fields.len() * column.kind.width());
            prop_assert!(encoded.features.iter().all(|feature| feature.is_finite()));
        }
    }

    #[test]
    fn a_target_comes_back_from_its_scale(values in proptest::collection::vec(0.1..1e6_f64, 3..30)) {
        prop_assume!(values.iter().any(|value| (value - values[0]).abs() > 1e-3 * values[0]));
        let train: Vec<usize> = (0..values.len()).collect();
        for log in [Log::Auto, Log::Yes, Log::No] {
            let target = Target::learn("y", &values, &train, log).expect("not constant");
            for &value in &values {
                let again = target.unscaled(target.scaled(value));
                prop_assert!((again - value).abs() <= 1e-9 * value.max(1.0) * 1e3, "{} is not {}", again, value);
            }
        }
    }
}
