//! How long the steps of a training are: a network of attention that starts from nothing wants short ones first, and at its end.

/// Iterations in which the steps grow to their full length.
const WARM_UP: f64 = 50.0;
/// What is left of them at the end.
const LAST: f64 = 0.05;

/// The learning rate of an iteration: it rises in a line to `highest`, then falls in a line to a twentieth of it.
pub fn rate(highest: f64, iteration: usize, iterations: usize) -> f64 {
    let rising = (iteration as f64 + 1.0) / WARM_UP;
    let falling = 1.0 - (1.0 - LAST) * iteration as f64 / iterations.max(1) as f64;
    highest * rising.min(falling)
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn it_rises_then_falls() {
        let rates: Vec<f64> = [0, 24, 100, 500, 1000].map(|iteration| rate(1.0, iteration, 1000)).to_vec();
        let expected = [0.02, 0.5, 0.905, 0.525, 0.05];
        assert!(
            rates.iter().zip(expected).all(|(rate, expected)| (rate - expected).abs() < 1e-9),
            "{rates:?}"
        );
    }
}
