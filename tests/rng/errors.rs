//! Requests that have no answer get an error that names the rule.

use mlbook::rng::{NumpyRng, RngError, Size, Sizes, TorchRng, train_test_split, train_test_split_stratified};

#[test]
fn impossible_requests_are_refused() {
    let torch = || TorchRng::new(1);
    let numpy = || NumpyRng::new(1);
    assert_eq!(torch().bernoulli(1, 1.5), Err(RngError::Probability(1.5)));
    assert!(matches!(torch().bernoulli_mkl(1, f64::NAN), Err(RngError::Probability(p)) if p.is_nan()));
    assert_eq!(torch().bernoulli_each(&[0.5, -1.0]), Err(RngError::Probability(-1.0)));
    assert!(matches!(torch().uniform(1, 1.0, 0.0), Err(RngError::Interval { .. })));
    assert!(matches!(torch().uniform(1, 0.0, f64::INFINITY), Err(RngError::Interval { .. })));
    assert!(matches!(torch().uniform(1, -3e38, 3e38), Err(RngError::Interval { .. })));
    assert!(matches!(torch().normal(1, 0.0, -1.0), Err(RngError::Spread { .. })));
    assert!(matches!(torch().exponential(1, 0.0), Err(RngError::Spread { .. })));
    assert_eq!(torch().randint(1, 3, 3), Err(RngError::EmptyRange { low: 3, high: 3 }));
    for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f32::NAN]] {
        assert!(matches!(torch().multinomial(weights, 1, true), Err(RngError::Weights { .. })));
    }
    assert_eq!(
        torch().multinomial(&[1.0, 0.0], 2, false),
        Err(RngError::TooMany { wanted: 2, available: 1 })
    );
    for lengths in [&[1, 2][..], &[usize::MAX, 1], &[]] {
        assert!(matches!(torch().random_split(10, lengths), Err(RngError::Split { rows: 10, .. })));
    }
    for fractions in [&[0.5, 0.4][..], &[1.5, -0.5], &[f64::NAN], &[]] {
        assert!(matches!(torch().random_split_fractions(10, fractions), Err(RngError::Split { .. })));
    }
    assert!(matches!(numpy().uniform(1, 0.0, f64::NAN), Err(RngError::Interval { .. })));
    assert!(matches!(numpy().normal(1, 0.0, f64::NAN), Err(RngError::Spread { .. })));
    assert!(matches!(numpy().randint(1, 1, 0), Err(RngError::EmptyRange { .. })));
    assert!(matches!(numpy().choice(0, 1, true, None), Err(RngError::Weights { .. })));
    assert!(matches!(numpy().choice(3, 4, false, None), Err(RngError::TooMany { wanted: 4, available: 3 })));
    for chances in [&[0.5][..], &[0.5, 0.4], &[1.5, -0.5], &[f64::NAN, 0.5]] {
        assert!(numpy().choice(2, 1, true, Some(chances)).is_err(), "{chances:?}");
    }
}

#[test]
fn impossible_splits_say_which_rule_they_break() {
    let both = |train, test| Sizes { train: Some(train), test: Some(test) };
    let (count, share) = (Size::Count, Size::Fraction);
    for (sizes, rule) in [
        (
            Sizes::test(count(0)),
            "cannot split 10 rows: a test size of 0 rows must be above 0 and below all rows",
        ),
        (Sizes::test(count(10)), "a test size of 10 rows must be above 0 and below all rows"),
        (Sizes::train(share(1.0)), "a train fraction of 1 must be above 0 and below 1"),
        (Sizes::test(share(f64::NAN)), "a test fraction of NaN must be above 0 and below 1"),
        (both(count(6), share(0.5)), "6 to train and 5 to test are more"),
        (Sizes::test(share(0.99)), "none are left to train on"),
    ] {
        let error = train_test_split(10, sizes, 1).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
    assert!(train_test_split(0, Sizes::default(), 1).is_err());
    for (labels, sizes, rule) in [
        ("aab", Sizes::default(), "row 2 is alone in its class"),
        ("aabbcc", Sizes::test(count(2)), "2 rows to test cannot hold all 3 classes"),
        ("aabbcc", Sizes::train(count(2)), "2 rows to train cannot hold all 3 classes"),
    ] {
        let error = train_test_split_stratified(labels.as_bytes(), sizes, 1).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
}
