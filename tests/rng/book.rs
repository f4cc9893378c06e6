//! Numbers that the book prints, to the digits that it prints.

use mlbook::rng::{NumpyRng, Size, Sizes, TorchRng, train_test_split, train_test_split_stratified};

use crate::numbers::numbers;

/// Numbers as the book prints them, with four decimals.
fn printed(values: impl IntoIterator<Item = f32>) -> Vec<String> {
    values.into_iter().map(|value| format!("{value:.4}")).collect()
}

#[test]
fn book_2_1_first_perceptron_weights() {
    let weights = NumpyRng::new(1).normal(2, 0.0, 0.01).unwrap();
    assert_eq!(
        weights.iter().map(|w| format!("{w:.10}")).collect::<Vec<_>>(),
        ["0.0162434536", "-0.0061175641"]
    );
}

#[test]
fn book_3_2_stratified_iris_counts() {
    let labels: Vec<usize> = (0..150).map(|row| row / 50).collect();
    let split = train_test_split_stratified(&labels, Size::Fraction(0.3), 1).unwrap();
    let count = |rows: &[usize]| {
        let mut counts = [0; 3];
        rows.iter().for_each(|&row| counts[labels[row]] += 1);
        counts
    };
    assert_eq!((count(&split.train), count(&split.test)), ([35; 3], [15; 3]));
}

#[test]
fn book_3_13_xor_normals() {
    let xor = NumpyRng::new(1).randn(400);
    let expected = [1.6243453636632417, -0.6117564136500754, -0.5281717522634557, -1.0729686221561705];
    assert_eq!(xor[..4], expected);
}

#[test]
fn book_12_1_3_products() {
    let mut rng = TorchRng::new(1);
    let t1: Vec<f32> = rng.rand(10).into_iter().map(|value| 2.0 * value - 1.0).collect();
    let t2 = rng.normal(10, 0.0, 1.0).unwrap();
    let product = printed(t1.iter().zip(&t2).map(|(a, b)| a * b));
    let book = [
        "0.4426", "-0.3114", "0.0660", "-0.5970", "1.1249", "0.0150", "0.1569", "0.7107", "-0.0451",
        "-0.0352",
    ];
    assert_eq!(product, book);
    let norms = printed(t1.chunks(2).map(|row| row[0].hypot(row[1])));
    assert_eq!(norms, ["0.6785", "0.5078", "1.1162", "0.5488", "0.1853"]);
}

#[test]
fn book_12_1_4_chunked_uniforms() {
    let values = printed(TorchRng::new(1).rand(6));
    assert_eq!(values, ["0.7576", "0.2793", "0.4031", "0.7347", "0.0293", "0.7999"]);
}

/// 12.1.6 seeds, draws x; 12.1.7 seeds again, then makes the loader: nothing precedes its draws.
#[test]
fn book_12_1_6_and_7_shuffled_batches() {
    let x = printed(TorchRng::new(1).rand(12));
    assert_eq!(x[6..], ["0.3971", "0.7544", "0.5695", "0.4388", "0.6387", "0.5247"]);

    let mut rng = TorchRng::new(1);
    assert_eq!(rng.loader_order(4), [2, 0, 1, 3]);
    assert_eq!(rng.loader_order(4), [0, 2, 1, 3]);
    assert_eq!(rng.loader_order(4), [3, 2, 0, 1]);
}

#[test]
fn book_13_1_3_xavier_normal() {
    let weights = printed(TorchRng::new(1).xavier_normal(&[2, 3], 1.0));
    assert_eq!(weights, ["0.4183", "0.1688", "0.0390", "0.3930", "-0.2858", "-0.1051"]);
}

#[test]
fn book_13_1_9_xor_uniforms() {
    let points = NumpyRng::new(1).uniform(400, -1.0, 1.0).unwrap();
    let first: Vec<String> = points[..4].iter().map(|value| format!("{value:.8}")).collect();
    assert_eq!(first, ["-0.16595599", "0.44064899", "-0.99977125", "-0.39533485"]);
}

/// Mean and sample deviation of one column of the training part of Auto MPG: 5.402556 and 1.701506 in the book.
#[test]
fn book_13_2_1_auto_mpg_split() {
    let cylinders = numbers::<String>("auto_mpg").remove(0);
    let cylinders: Vec<f64> = cylinders.bytes().map(|digit| f64::from(digit - b'0')).collect();
    assert_eq!(cylinders.len(), 392);
    let split = train_test_split(392, Sizes::train(Size::Fraction(0.8)), 1).unwrap();
    assert_eq!((split.train.len(), split.test.len()), (313, 79));

    let mean = split.train.iter().map(|&row| cylinders[row]).sum::<f64>() / 313.0;
    let squares: f64 = split.train.iter().map(|&row| (cylinders[row] - mean).powi(2)).sum();
    assert_eq!(format!("{mean:.6} {:.6}", (squares / 312.0).sqrt()), "5.402556 1.701506");
}
