//! NumPy's draws and scikit-learn's splits.

use mlbook::rng::{NumpyRng, Size, Sizes, Split, train_test_split, train_test_split_stratified};
use serde::Deserialize;

use crate::numbers::{Args, Case, Drawn, Values, numbers};

#[test]
fn numpy_draws() {
    for case in numbers::<Case>("numpy") {
        let mut rng = NumpyRng::new(case.seed as u32);
        for step in &case.steps {
            let mut args = Args(step.args.iter());
            let a = &mut args;
            let values = match step.call.as_str() {
                "rand" => Values::F64(rng.rand(a.take())),
                "uniform" => Values::F64(rng.uniform(a.take(), a.take(), a.take()).unwrap()),
                "randn" => Values::F64(rng.randn(a.take())),
                "normal" => Values::F64(rng.normal(a.take(), a.take(), a.take()).unwrap()),
                "randint" => Values::Int(rng.randint(a.take(), a.take(), a.take()).unwrap()),
                "permutation" => Values::indices(rng.permutation(a.take())),
                "choice" => {
                    let (n, size, replace, chances) =
                        (a.take(), a.take(), a.take(), a.take::<Option<Vec<f64>>>());
                    Values::indices(rng.choice(n, size, replace, chances.as_deref()).unwrap())
                }
                call => panic!("the file has a call {call} that this test does not know"),
            };
            values.assert_equals(&step.drawn, &format!("seed {}: {}{:?}", case.seed, step.call, step.args));
        }
        assert_eq!(rng.randint(1, 0, 1 << 62).unwrap(), [case.next], "seed {}: the draw after", case.seed);
    }
}

#[test]
fn scikit_learn_splits() {
    #[derive(Deserialize)]
    enum Given {
        Fraction(f64),
        Count(usize),
    }
    #[derive(Deserialize)]
    struct Parts {
        n: usize,
        seed: u32,
        labels: Option<Vec<String>>,
        test_size: Option<Given>,
        train_size: Option<Given>,
        train: Drawn,
        test: Drawn,
    }
    let size = |given: &Given| match given {
        Given::Fraction(fraction) => Size::Fraction(*fraction),
        Given::Count(count) => Size::Count(*count),
    };
    for case in numbers::<Parts>("split") {
        let sizes =
            Sizes { train: case.train_size.as_ref().map(size), test: case.test_size.as_ref().map(size) };
        let split = match &case.labels {
            Some(labels) => train_test_split_stratified(labels, sizes, case.seed),
            None => train_test_split(case.n, sizes, case.seed),
        };
        let Split { train, test } = split.unwrap();
        let what =
            format!("{} rows, seed {}, {sizes:?}, stratified {}", case.n, case.seed, case.labels.is_some());
        Values::indices(train).assert_equals(&case.train, &what);
        Values::indices(test).assert_equals(&case.test, &what);
    }
}
