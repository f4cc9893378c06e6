//! What holds for every seed and size.

use mlbook::rng::{NumpyRng, Size, TorchRng, train_test_split, train_test_split_stratified};
use proptest::prelude::*;
use serde::de::DeserializeOwned;

fn is_permutation(order: &[usize]) -> bool {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.iter().copied().eq(0..order.len())
}

/// Saves a generator as a checkpoint does, and reads it back.
fn reread<T: serde::Serialize + DeserializeOwned>(rng: &T) -> T {
    serde_json::from_str(&serde_json::to_string(rng).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn orders_are_permutations(seed: u64, n in 0_usize..500) {
        let mut rng = TorchRng::new(seed);
        prop_assert!(is_permutation(&rng.randperm(n)));
        prop_assert!(is_permutation(&rng.loader_order(n)));
        prop_assert!(is_permutation(&NumpyRng::new(seed as u32).permutation(n)));
    }

    #[test]
    fn the_first_of_an_order_are_had_without_the_rest(seed: u64, n in 0_usize..200, count in 0_usize..220) {
        let (mut whole, mut first) = (TorchRng::new(seed), TorchRng::new(seed));
        let mut order = whole.loader_order(n);
        order.truncate(count);
        prop_assert_eq!(first.loader_first(n, count), order);
        prop_assert_eq!(first.random_i64(), whole.random_i64());
    }

    #[test]
    fn splits_are_disjoint_and_complete(seed: u32, n in 2_usize..300, share in 0.01..0.99_f64) {
        if let Ok(split) = train_test_split(n, Size::Fraction(share), seed) {
            prop_assert!(is_permutation(&[split.train, split.test].concat()));
        }
        let parts = TorchRng::new(seed.into()).random_split_fractions(n, &[share, 1.0 - share]).unwrap();
        prop_assert!(is_permutation(&parts.concat()));
    }

    #[test]
    fn stratified_splits_keep_shares(
        seed: u32,
        labels in prop::collection::vec(0..4_u8, 30..200),
        share in 0.2..0.8_f64,
    ) {
        let Ok(split) = train_test_split_stratified(&labels, Size::Fraction(share), seed) else { return Ok(()) };
        for class in 0..4 {
            let count = |rows: &[usize]| rows.iter().filter(|&&row| labels[row] == class).count() as f64;
            let all = count(&split.train) + count(&split.test);
            let exact = all * split.test.len() as f64 / labels.len() as f64;
            prop_assert!((count(&split.test) - exact).abs() < 2.0);
        }
        prop_assert!(is_permutation(&[split.train, split.test].concat()));
    }

    #[test]
    fn saved_generators_go_on_the_same(seed: u64, before in 0_usize..1500, short in 0_usize..16) {
        let mut rng = TorchRng::new(seed);
        rng.rand(before);
        rng.randn(short);
        let mut copy = reread(&rng);
        prop_assert_eq!(&copy, &rng);
        prop_assert_eq!(copy.randn(short + 1), rng.randn(short + 1));
        prop_assert_eq!(copy.loader_order(700), rng.loader_order(700));
        prop_assert_eq!(copy.rand(1300), rng.rand(1300));

        let mut rng = NumpyRng::new(seed as u32);
        rng.rand(before);
        rng.randn(short);
        let mut copy = reread(&rng);
        prop_assert_eq!(&copy, &rng);
        prop_assert_eq!(copy.randn(700), rng.randn(700));
    }

    #[test]
    fn draws_stay_within_bounds(seed: u64, low in -100.0..100.0_f64, width in 0.0..50.0_f64) {
        let mut rng = TorchRng::new(seed);
        let (bottom, top) = (low as f32, (low + width) as f32);
        prop_assert!(rng.uniform(50, low, low + width).unwrap().iter().all(|v| (bottom..=top).contains(v)));
        let (low, high) = (low as i64, low as i64 + 1 + width as i64);
        prop_assert!(rng.randint(50, low, high).unwrap().iter().all(|v| (low..high).contains(v)));
        let integers = NumpyRng::new(seed as u32).randint(50, low, high).unwrap();
        prop_assert!(integers.iter().all(|v| (low..high).contains(v)));
    }
}
