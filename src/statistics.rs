//! Means and spreads of plain numbers.

/// The mean, and the standard deviation: the root of the sum of squared differences from the mean over `n − ddof`. `ddof` is 0 for a
/// population (NumPy's default) and 1 for a sample (pandas' default). One value has a deviation of 0; none have no mean (NaN).
pub fn mean_and_std(values: &[f64], ddof: usize) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - ddof as f64).max(1.0)).sqrt())
}

/// How well scores pick out the rare: of examples with their scores, from the highest on, the true ones' share at each true one, averaged.
/// Scikit-learn's `average_precision_score`; examples with equal scores count together. Without true ones it is NaN.
pub fn average_precision(scores: &[f32], is_true: &[bool]) -> f64 {
    let mut found = 0.0;
    let mut sum = 0.0;
    for (before, after) in steps(scores, is_true) {
        let precision = after.0 as f64 / (after.0 + after.1) as f64;
        sum += precision * (after.0 - before.0) as f64;
        found = after.0 as f64;
    }
    sum / found
}

/// The receiver operating characteristic: false and true positive rate for every threshold on the scores, from (0, 0) to (1, 1).
pub fn roc(scores: &[f32], is_true: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let positives = is_true.iter().filter(|&&is_true| is_true).count();
    let rates = |(right, wrong): (usize, usize)| {
        let negatives = is_true.len() - positives;
        (wrong as f64 / negatives as f64, right as f64 / positives as f64)
    };
    let points = steps(scores, is_true).into_iter().map(|(_, after)| rates(after));
    std::iter::once((0.0, 0.0)).chain(points).unzip()
}

/// The area under [`roc`]: how probable it is that a true example has a higher score than a false one.
pub fn area_under_roc(scores: &[f32], is_true: &[bool]) -> f64 {
    let (xs, ys) = roc(scores, is_true);
    xs.windows(2).zip(ys.windows(2)).map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
}

/// True and false examples at or above each threshold, before and after it.
fn steps(scores: &[f32], is_true: &[bool]) -> Vec<((usize, usize), (usize, usize))> {
    let mut ranked: Vec<(f32, bool)> = scores.iter().copied().zip(is_true.iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut counts = (0, 0);
    ranked
        .chunk_by(|a, b| a.0 == b.0)
        .map(|equal| {
            let before = counts;
            let right = equal.iter().filter(|(_, is_true)| *is_true).count();
            counts = (counts.0 + right, counts.1 + equal.len() - right);
            (before, counts)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{area_under_roc, average_precision, mean_and_std, roc};

    #[test]
    fn equal_scores_count_together() {
        // Two scores are equal: the third true example comes with a false one.
        let scores = [0.9, 0.8, 0.7, 0.6, 0.6, 0.1];
        let is_true = [true, false, true, true, false, false];
        assert!((average_precision(&scores, &is_true) - (1.0 + 2.0 / 3.0 + 3.0 / 5.0) / 3.0).abs() < 1e-12);
        assert!((area_under_roc(&scores, &is_true) - 6.5 / 9.0).abs() < 1e-12);
        assert_eq!(roc(&scores, &is_true).0.last(), Some(&1.0));
        assert!(average_precision(&scores, &[false; 6]).is_nan());
    }

    #[test]
    fn populations_and_samples_differ_by_one() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean_and_std(&values, 0), (5.0, 2.0));
        assert_eq!(mean_and_std(&values, 1), (5.0, (32.0_f64 / 7.0).sqrt()));
        assert_eq!(mean_and_std(&[3.0], 1), (3.0, 0.0));
        assert!(mean_and_std(&[], 0).0.is_nan());
    }
}
