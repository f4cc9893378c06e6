//! Means and spreads of plain numbers.

/// The mean, and the standard deviation: the root of the sum of squared differences from the mean over `n − ddof`. `ddof` is 0 for a
/// population (NumPy's default) and 1 for a sample (pandas' default). One value has a deviation of 0; none have no mean (NaN).
pub fn mean_and_std(values: &[f64], ddof: usize) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - ddof as f64).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::mean_and_std;

    #[test]
    fn populations_and_samples_differ_by_one() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean_and_std(&values, 0), (5.0, 2.0));
        assert_eq!(mean_and_std(&values, 1), (5.0, (32.0_f64 / 7.0).sqrt()));
        assert_eq!(mean_and_std(&[3.0], 1), (3.0, 0.0));
        assert!(mean_and_std(&[], 0).0.is_nan());
    }
}
